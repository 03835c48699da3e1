"""`manage demo_arrivals`: the demonstration's first claims arrive, for the workers to take; once, and never again."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from tpa.demo.demo_files import demo_files
from tpa.foundation.models import TransactionSet


class Command(BaseCommand):
    help = "Hands the demo files in where no claim came from a file yet, and rings for the workers."

    def handle(self, **options: Any) -> None:
        if TransactionSet.objects.filter(transaction__startswith="837").exists():
            return
        with tempfile.TemporaryDirectory() as folder:
            files = demo_files(Path(folder))
            call_command("send_file", *files, stdout=io.StringIO())
        self.stderr.write(
            f"steward: {len(files)} files of claims have arrived; what becomes of them stands under Files"
        )
