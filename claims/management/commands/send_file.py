"""`manage send_file FILE…`: hands X12 files in, as a partner would; with --wait until they are answered and decided."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.models import Claim
from claims.tasks import open_files
from tpa.foundation import bell
from tpa.foundation.edi_files import keep_file, read_in_chunks
from tpa.foundation.models import EdiFile


class Command(BaseCommand):
    help = "Keep files and ring for the workers. A file that came before is recognised."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="wait so long at most")

    def handle(self, *args: Any, **options: Any) -> None:
        kept: list[int] = []
        for path in options["files"]:
            with path.open("rb") as stream:
                file, is_new = keep_file(chunks=read_in_chunks(stream), name=path.name, origin="drop")
            kept.append(file.pk)
            self.stdout.write(f"{path.name}: {'kept' if is_new else 'came before'} as {file.sha256[:12]}")
        bell.ring(open_files)
        if options["wait"]:
            self._wait(kept, options["wait"])

    def _wait(self, kept: list[int], seconds: float) -> None:
        until = time.monotonic() + seconds
        files = EdiFile.objects.filter(pk__in=kept)
        left = Claim.objects.filter(transaction_set__file_id__in=kept, status=Claim.Status.RECEIVED)
        while files.filter(status__in=[EdiFile.Status.RECEIVED, EdiFile.Status.WORKING]).exists() or left.exists():
            if time.monotonic() > until:
                raise CommandError(f"not done within {seconds:g} seconds")
            time.sleep(0.1)
        for status in files.values_list("status", flat=True):
            self.stdout.write(str(status))
