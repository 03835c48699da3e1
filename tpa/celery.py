"""The Celery application and its queues."""

import os
from typing import Any

from celery import Celery, signals
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tpa.settings")

app = Celery("steward")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue("interactive"), Queue("default"), Queue("shards")]
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery sets up no logging of its own while somebody listens here: Django's LOGGING holds in workers too."""
