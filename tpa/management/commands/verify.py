"""`manage verify`: checks what must hold at any moment, on the whole database."""

from __future__ import annotations

import argparse
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tpa.invariants.check import all_invariants


class Command(BaseCommand):
    help = "Check the invariants I1 to I14; exits 1 and names the rows when one does not hold."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--only", nargs="*", default=[], help="codes, such as I1 I14")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for invariant in all_invariants(only=options["only"]):
            offences = list(islice(invariant.offences(), 20))
            broken += bool(offences)
            self.stdout.write(f"{'BROKEN' if offences else 'holds '}  {invariant.code:4} {invariant.says}")
            for offence in offences:
                self.stdout.write(f"          {offence}")
        if broken:
            raise CommandError(f"{broken} invariants do not hold")
