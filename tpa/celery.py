"""The Celery application: its queues. What runs on a clock stands beside the tasks it calls."""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tpa.settings")

app = Celery("steward")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue("interactive"), Queue("default"), Queue("shards")]
app.autodiscover_tasks()
