"""The Celery application: its queues, and what runs on a clock."""

import os
from typing import Any

from celery import Celery, signals
from celery.schedules import crontab
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.entity import Queue

from tpa.foundation import collector
from tpa.foundation.x12.writer import STANDARD

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tpa.settings")

app = Celery("steward")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue("interactive"), Queue("default"), Queue("shards")]
# What runs on a clock. Everything else is rung for by the step before it, and `ring` finds what no bell was heard for.
app.conf.beat_schedule = {
    "ring for work that waits": {"task": "claims.tasks.ring", "schedule": 5.0},
    "close the months that are over": {"task": "tpa.tasks.close_due_months", "schedule": 60.0},
    "watch stop-loss policies": {"task": "tpa.tasks.watch_stop_loss", "schedule": 60.0},
    "remind of invoices that are late": {"task": "tpa.tasks.send_reminders", "schedule": crontab(hour="7", minute="0")},
    "tend the contracts": {"task": "tpa.tasks.tend_contracts", "schedule": crontab(hour="5", minute="0")},
    "pay what is approved": {
        "task": "claims.tasks.pay_employers",
        "schedule": crontab(hour="6", minute="0", day_of_week="mon-fri"),
    },
    # After the day's payment runs: what they could not pay is asked for.
    "ask employers for funds": {
        "task": "claims.tasks.ask_funds",
        "schedule": crontab(hour="7", minute="30", day_of_week="mon-fri"),
    },
    "match remittances with claims that they crossed": {
        "task": "claims.tasks.match_remittances",
        "schedule": crontab(minute="40"),
    },
    "end children who came of age": {"task": "employers.tasks.age_out", "schedule": crontab(hour="4", minute="0")},
}
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@signals.worker_init.connect
def prepare_guides(**_: Any) -> None:
    """What every child of a worker needs to read claims is made once, before they are forked."""
    from claims.intake.kinds import SHELF  # here, because this module is imported before the apps are ready

    SHELF.prepare(STANDARD)


@signals.worker_process_init.connect
def suit_batches(**_: Any) -> None:
    """A worker's child works on batches."""
    collector.suit_batches()


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery sets up no logging of its own while somebody listens here: Django's LOGGING holds in workers too."""
