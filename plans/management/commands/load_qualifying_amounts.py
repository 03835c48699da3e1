"""load_qualifying_amounts FILE --year 2026: reckons a year's qualifying payment amounts from contracted rates."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from plans.networks.load_qualifying_amounts import COLUMNS, QualifyingYear, load_qualifying_amounts
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError


class Command(BaseCommand):
    """What is wrong is printed with its line, and nothing is loaded."""

    help = f"Reckons qualifying payment amounts from a CSV of contracted rates with the columns {', '.join(COLUMNS)}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the year, and what the plan chose."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument(
            "--base-year", type=int, required=True, help="of the rates: 2019, or of the first contracts"
        )
        parser.add_argument("--market", default="", help="code of the plan whose sponsor's rates alone count")
        parser.add_argument("--sponsor", default="", help="as the file names whose rates those are")
        parser.add_argument("--round-to", choices=["cent", "dollar"], default="cent")

    def handle(self, *, file: Path, **options: Any) -> None:
        """Doing it again changes nothing."""
        year = QualifyingYear(
            options["year"], options["base_year"], options["market"], options["sponsor"], options["round_to"]
        )
        try:
            with file.open(newline="") as lines:
                done = load_qualifying_amounts(year=year, lines=lines, by=Actor.system("load_qualifying_amounts"))
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        for problem in done.problems:
            self.stderr.write(f"{file}:{problem.line_number}: {problem.message}")
        if done.problems:
            raise CommandError(f"nothing was loaded of {file}")
        self.stdout.write(
            f"{done.added_count} added, {done.same_count} stood already, {done.superseded_count} superseded;"
            f" {done.database_count} by a database, {done.insufficient_count} services have too few contracts"
        )
