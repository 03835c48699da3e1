"""load_edits FILE…: loads NCCI pairs, MUE and add-on codes as CMS publishes them, or our kind of small tables."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from plans.editing.load_edit_files import load_edit_files
from plans.editing.load_edit_rules import load_edit_rules
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError


class Command(BaseCommand):
    """All files of one table and quarter at once: pairs are published in several."""

    help = "Loads the files of one edit table for a quarter. Loading the same files again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files, and what their names do not say."""
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--quarter", type=date.fromisoformat, help="its first day, where no name tells it")
        parser.add_argument("--table", default="", choices=["practitioner", "outpatient", "dme"])

    def handle(self, *, files: list[Path], quarter: date | None, table: str, **options: Any) -> None:
        """What is wrong is told with file and line, and nothing is loaded then."""
        by = Actor.system("load_edits")
        missing = [str(path) for path in files if not path.is_file()]
        if missing:
            raise CommandError(f"there is no file {missing[0]}")
        try:
            if files[0].suffix in (".yaml", ".yml"):
                for path in files:
                    changed = load_edit_rules(text=path.read_text(), source=path.name[:60], by=by)
                    self.stdout.write(f"{path.name}: {changed} rules changed")
                return
            done = load_edit_files(paths=files, quarter_on=quarter, table=table, by=by)
        except DomainError as error:
            raise CommandError("\n".join(error.extra.get("problems") or [error.message])) from error
        what = " ".join(
            part for part in (done.kind, done.table, f"{done.quarter_on:%Y} Q{done.quarter_on.month // 3 + 1}") if part
        )
        if done.is_known:
            self.stdout.write(f"{what}: these files are loaded already ({done.row_count} rows)")
        else:
            self.stdout.write(
                f"{what}: {done.row_count} read, {done.added_count} added, {done.superseded_count} superseded"
            )
