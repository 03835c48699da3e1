"""load_parameters [FILE]: adds what the law says in numbers, where it is not recorded yet."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tpa.foundation.errors import Invalid
from tpa.foundation.parameters import SHIPPED, load_parameters


class Command(BaseCommand):
    """Adds; never changes what is there."""

    help = "Adds legal parameters from a YAML file laid out like tpa/foundation/data/parameters.yaml (the default)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED)

    def handle(self, *, file: Path, **options: Any) -> None:
        """Doing it again adds nothing."""
        try:
            self.stdout.write(f"{load_parameters(file)} values added")
        except Invalid as refusal:
            raise CommandError(str(refusal)) from refusal
