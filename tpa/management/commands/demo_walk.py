"""`manage demo_walk --base-url URL --out DIR`: the demo files through a running system, and what came of them."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tpa.demo.demo_files import demo_files
from tpa.demo.walk import Walk, WalkError, walk
from tpa.invariants.check import offences


class Command(BaseCommand):
    help = "Sends the demo files as a partner would and writes every answer, remittance, EOB and invoice to DIR."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--base-url", required=True, help="where the web answers")
        parser.add_argument("--out", required=True, type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            files = demo_files(Path(folder))
            try:
                done = walk(base_url=options["base_url"], files=files, out=options["out"], say=self.stderr.write)
            except WalkError as error:
                raise CommandError(str(error)) from error
        self._tell(done)
        self.stderr.write("checking what must always hold")
        broken = offences()
        for offence in broken:
            self.stdout.write(offence)
        if broken:
            raise CommandError(f"{len(broken)} things do not hold")
        self.stdout.write("Everything balances: ledger, claims, remittances, invoices, audit chain, replays.")

    def _tell(self, done: Walk) -> None:
        width = max(len(line.name) for line in done.files)
        heads = ("claims", "refused", "paid", "not paid", "pended", "dollars")
        self.stdout.write(f"{'file':{width}}  {'sets':22}" + "".join(f"{head:>10}" for head in heads))
        for line in done.files:
            counts = (line.claims_count, line.rejected_count, line.approved_count, line.denied_count, line.pended_count)
            figures = "".join(f"{count:>10}" for count in counts) + f"{line.paid_amount:>10}"
            self.stdout.write(f"{line.name:{width}}  {line.sets:22}{figures}")
        self.stdout.write(f"{done.payments_count} payments of ${done.paid_amount} · {done.invoices_count} invoices")
        self.stdout.write(" · ".join(f"{count} {kind}" for kind, count in sorted(done.documents.items())))
