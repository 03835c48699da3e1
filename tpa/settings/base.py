"""What the house is made of. Everything that differs between two installations is read from the environment here."""

from pathlib import Path

import environ

from tpa.settings import logging as log_lines

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()

VAR_DIR = Path(env.str("STEWARD_VAR", default=str(BASE_DIR / "var")))

# --- The process -----------------------------------------------------------------------------------------------------

DEBUG = env.bool("STEWARD_DEBUG", default=False)
SECRET_KEY = env.str("STEWARD_SECRET_KEY")
FIELD_KEY = env.str("STEWARD_FIELD_KEY")
ALLOWED_HOSTS = env.list("STEWARD_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env.str("STEWARD_BASE_URL", default="http://127.0.0.1:8000")

ROOT_URLCONF = "tpa.urls"
WSGI_APPLICATION = "tpa.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "tpa.foundation",
    "plans",
    "employers",
    "claims",
    "tpa",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "django_tables2",
    "template_partials",
    "oauth2_provider",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "tpa.foundation.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tpa.foundation.web.middleware.SessionClockMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "tpa.foundation.web.middleware.ScopeMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

# --- Postgres --------------------------------------------------------------------------------------------------------

DB_ROLE = env.str("STEWARD_DB_ROLE", default="")
_ROLES = {"": "", "web": "steward_web", "worker": "steward_worker"}

DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("STEWARD_CONN_MAX_AGE", default=60),
    CONN_HEALTH_CHECKS=True,
)
if _ROLES[DB_ROLE]:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c role={_ROLES[DB_ROLE]}"

# --- Redis, which is a doorbell and never the record -----------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL")

# Families are spread over so many shards; at most this many workers decide claims at once.
SHARDS = env.int("STEWARD_SHARDS", default=8)
# A batch on which the engine hangs longer counts as failed.
DECIDE_SECONDS = env.int("STEWARD_DECIDE_SECONDS", default=30)

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A message whose worker died is handed out again after this time, which must exceed the longest time limit of a
    # task. Nobody waits for it: the sweeps take up from Postgres what is due.
    "visibility_timeout": env.int("STEWARD_VISIBILITY_TIMEOUT", default=3600),
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "queue_order_strategy": "priority",
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
    "max_retries": 3,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A task that loses the broker finishes: its transaction stands in Postgres, and running twice does no harm.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_SOFT_TIME_LIMIT = env.int("STEWARD_TASK_SOFT_SECONDS", default=60)
CELERY_TASK_TIME_LIMIT = env.int("STEWARD_TASK_HARD_SECONDS", default=90)
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = env.str("STEWARD_TIME_ZONE", default="America/New_York")
CELERY_ENABLE_UTC = True

# --- Logs ------------------------------------------------------------------------------------------------------------

LOGGING = log_lines.configuration(debug=DEBUG, level=env.str("STEWARD_LOG_LEVEL", default="INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10  # debug: a request is told once, when it is over
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = 10

# --- Files, caches, mail ---------------------------------------------------------------------------------------------

STORE_DIR = Path(env.str("STEWARD_STORE", default=str(VAR_DIR / "store")))

# Shared by all processes, because a one-time code that was used in one process is used in all.
CACHES = {"default": env.cache_url("STEWARD_CACHE_URL", default="dbcache://steward_cache")}

vars().update(env.email_url("STEWARD_EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("STEWARD_FROM_EMAIL", default="steward@localhost")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Served from where they are: there is no collecting step that a start could forget.
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(STORE_DIR)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# An 837 of 200 MB goes to disk while it arrives, never into memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Templates -------------------------------------------------------------------------------------------------------

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"

# --- Language and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en-us", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("STEWARD_TIME_ZONE", default="America/New_York")
