"""load_published LAYOUT INTO FILE: loads a published file (relative values, localities, DRG weights) for a period."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from plans.models import FeeSchedule
from plans.networks.add_fee_schedule import add_fee_schedule
from plans.networks.layouts import LAYOUTS
from plans.networks.load_published import PublishedFile, load_published
from plans.networks.published_terms import shipped_terms
from plans.networks.set_terms import set_terms
from plans.networks.take_over import RATES
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError
from tpa.foundation.values.periods import Period

_TERMS = "terms"


class Command(BaseCommand):
    """What a file changed is printed; what is wrong in it is printed with its lines, and nothing is loaded."""

    help = "Loads a published file; the layout `terms` loads the terms that come with Steward and wants no file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which layout, where to, which file, for which days."""
        parser.add_argument("layout", choices=[_TERMS, *sorted(LAYOUTS)])
        parser.add_argument("into", nargs="?", default="", help="fee schedule, or table of localities")
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, help="first day")
        parser.add_argument("--through", type=date.fromisoformat, help="last day, counted; without it open")
        parser.add_argument("--apm", action="store_true", help="of two conversion factors that for APM participants")

    def handle(self, *, layout: str, into: str, file: Path | None, **options: Any) -> None:
        """Loading the same again changes nothing."""
        by = Actor.system("load_published")
        if layout == _TERMS:
            self._load_terms(by)
            return
        if not into or file is None or options["starts_on"] is None:
            raise CommandError("say where to, which file, and --from which day")
        if LAYOUTS[layout].table is RATES:
            _provide(into, into, by)
        period = Period.from_inclusive(options["starts_on"], options["through"])
        published = PublishedFile(layout, into, period, options["apm"])
        try:
            # Published files are older than UTF-8; what is beyond ASCII stands only in texts that are not read.
            with file.open(encoding="latin-1", newline="") as lines:
                done = load_published(file=published, lines=lines, by=by)
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        for problem in done.problems:
            self.stderr.write(f"{file}:{problem.line_number}: {problem.message}")
        if done.problems:
            raise CommandError(f"nothing was loaded of {file}")
        self.stdout.write(
            f"{layout} into {into}: {done.row_count} read, {done.added_count} added, {done.same_count} stood already,"
            f" {done.superseded_count} superseded, {done.skipped_count} lines without anything to load"
        )

    def _load_terms(self, by: Actor) -> None:
        for one in shipped_terms():
            _provide(one.schedule, one.name, by)
            period = Period(one.starts_on, one.ends_on)
            done = set_terms(schedule_code=one.schedule, document=one.document, period=period, by=by)
            what = "set" if done.added_count else "stood already"
            self.stdout.write(f"terms of {one.schedule} from {one.starts_on}: {what}")


def _provide(code: str, name: str, by: Actor) -> None:
    """A published schedule is a reference: it is added where it is not there yet."""
    if not FeeSchedule.objects.filter(code=code).exists():
        add_fee_schedule(code=code, name=name, by=by, is_reference=True)
