"""load_contract SCHEDULE FILE: loads a contract's prices (CSV) or sets its terms (YAML) for a period."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from plans.models import FeeSchedule
from plans.networks.add_fee_schedule import add_fee_schedule
from plans.networks.load_fee_schedule import load_fee_schedule
from plans.networks.read_contract import parse_contract
from plans.networks.set_terms import set_terms
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError
from tpa.foundation.values.periods import Period


class Command(BaseCommand):
    """All of a file or nothing; what is wrong is printed with its row."""

    help = "Loads prices from a .csv, whose rows say their days, or terms from a .yaml for the days that are named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which schedule, which file, and for terms which days."""
        parser.add_argument("schedule")
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", help="add the schedule under this name where it is not there yet")
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, help="first day of the terms")
        parser.add_argument("--through", type=date.fromisoformat, help="last day, counted; without it open")
        parser.add_argument(
            "--dry-run", action="store_true", help="of prices, say what would change and change nothing"
        )

    def handle(self, *, schedule: str, file: Path, **options: Any) -> None:
        """Loading the same again changes nothing."""
        by = Actor.system("load_contract")
        try:
            if options["name"] and not FeeSchedule.objects.filter(code=schedule).exists():
                add_fee_schedule(code=schedule, name=options["name"], by=by)
            if file.suffix == ".csv":
                self._load_prices(schedule, file, by, dry_run=options["dry_run"])
            else:
                self._set_terms(schedule, file, by, options)
        except (DomainError, OSError) as error:
            raise CommandError(f"{file}: {error}") from error

    def _load_prices(self, schedule: str, file: Path, by: Actor, *, dry_run: bool) -> None:
        done = load_fee_schedule(schedule_code=schedule, text=file.read_text(), by=by, dry_run=dry_run)
        for problem in done.problems:
            self.stderr.write(f"{file}:{problem.row_number}: {problem.column}: {problem.message}")
        if done.problems:
            raise CommandError(f"nothing was loaded of {file}")
        self.stdout.write(
            f"prices of {schedule}: {done.row_count} read, {done.added_count} added, {done.same_count} stood already,"
            f" {done.superseded_count} superseded"
        )

    def _set_terms(self, schedule: str, file: Path, by: Actor, options: dict[str, Any]) -> None:
        if options["starts_on"] is None:
            raise CommandError("say --from which day the terms hold")
        period = Period.from_inclusive(options["starts_on"], options["through"])
        done = set_terms(schedule_code=schedule, document=parse_contract(file.read_text()), period=period, by=by)
        self.stdout.write(f"terms of {schedule}: {'set' if done.added_count else 'stood already'}")
