"""load_codes FOLDER: loads whole releases of public code sets (ICD-10-CM, HCPCS II, NUCC, CARC, RARC and others)."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tpa.foundation.codes import LAYOUTS, load_folder, load_shipped


class Command(BaseCommand):
    """Files are known by their names; what a release changed is printed."""

    help = "Loads the code sets found in FOLDER; without a folder, only the small tables that come with Steward."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder and the day."""
        parser.add_argument("folder", nargs="?", type=Path)
        parser.add_argument(
            "--effective",
            type=date.fromisoformat,
            help="first day of the release, where no month is in the file's name",
        )

    def handle(self, *, folder: Path | None, effective: date | None, **options: Any) -> None:
        """Loading the same again changes nothing."""
        self.stdout.write(f"tables of ours: {load_shipped()} rows changed")
        if folder is None:
            return
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder")
        try:
            loaded = load_folder(folder, effective_on=effective)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not loaded:
            names = ", ".join(layout.name.pattern for layout in LAYOUTS)
            raise CommandError(f"no file in {folder} has the name of a code set ({names})")
        for one in loaded:
            self.stdout.write(
                f"{one.code_set}: {one.read_count} read, {one.added_count} added, {one.changed_count} changed,"
                f" {one.ended_count} ended"
            )
