"""prepare: bring the database up to date, and with --demo fill an empty one with the demo world. Safe to repeat."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """One process for all that stands between an empty database and the first page."""

    help = "Migrates, makes the cache table and the file store; with --demo also the demo world. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--demo` is meant for trying Steward out; a real installation leaves it away."""
        parser.add_argument("--demo", action="store_true", help="fill an empty database with the demo world")

    def handle(self, *, demo: bool, **options: Any) -> None:
        """Run as the login role: it owns the schema."""
        self.stderr.write("steward: bringing the database up to date")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        settings.STORE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        if demo:
            call_command("demo_world", if_absent=True)
