"""healthy: does this worker, or beat, still do its work? Exit code 0 if so. What the containers' health checks ask."""

import socket
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

# Beat writes down what it did every three minutes.
BEAT_SILENT_FOR = timedelta(minutes=8)


class Command(BaseCommand):
    """The web has /healthz; these two have no address, so they are asked through the broker and the database."""

    help = "Exit code 0 if the worker of this host answers, or if beat has lately sent out a task."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which of the two."""
        parser.add_argument("process", choices=["worker", "beat"])

    def handle(self, *, process: str, **options: Any) -> None:
        """Raises CommandError, which is exit code 1, when it is not."""
        if process == "worker":
            name = f"celery@{socket.gethostname()}"
            if not current_app.control.ping(destination=[name], timeout=5):
                raise CommandError(f"{name} does not answer")
        elif not PeriodicTask.objects.filter(last_run_at__gt=timezone.now() - BEAT_SILENT_FOR).exists():
            raise CommandError("beat has sent out nothing for a while")
