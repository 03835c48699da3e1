"""`manage load_prior_credits FILE --employer CODE --plan CODE --carrier NAME`: what members used up before us."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.adjudication.load_prior_credits import Source, load_prior_credits
from claims.adjudication.read_prior_credits import COLUMNS
from employers.onboarding.selectors import employer_id_of
from plans.design.selectors import plan_id_of
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError


class Command(BaseCommand):
    help = f"Load a prior carrier's CSV of deductibles, maximums and limits used up. Columns: {', '.join(COLUMNS)}."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--employer", required=True, metavar="CODE")
        parser.add_argument("--plan", required=True, metavar="CODE")
        parser.add_argument("--carrier", required=True, metavar="NAME", help="who carried the members before")

    def handle(self, *args: Any, **options: Any) -> None:
        employer_id, plan_id = employer_id_of(options["employer"]), plan_id_of(options["plan"])
        if employer_id is None or plan_id is None:
            raise CommandError("there is no such " + ("employer" if employer_id is None else "plan"))
        source = Source(employer_id=employer_id, plan_id=plan_id, carrier_name=options["carrier"])
        try:
            content = options["file"].read_bytes()
            count = load_prior_credits(content=content, source=source, by=Actor.system("load_prior_credits"))
        except OSError as error:
            raise CommandError(str(error)) from error
        except DomainError as error:
            for fault in error.extra.get("faults", ()):
                self.stderr.write(f"row {fault['row_number']}, {fault['column']}: {fault['problem']}")
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{count} rows loaded")
