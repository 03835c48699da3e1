"""`manage make_claims --count N --seed S --out FILE`: writes a realistic 837 file for members and providers we have."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from claims.simulation.invent_claims import Oddities
from claims.simulation.load_population import load_population
from claims.simulation.make_claims import MIX, MadeFile, make_claims
from claims.simulation.population import Population, invent_population
from tpa.foundation.errors import NotFound


class Command(BaseCommand):
    help = (
        "Make up claims for the members in the database: professional, institutional and dental, families, networks, "
        "duplicates, faults, other payers. The same arguments on the same database give the same bytes."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--count", type=int, required=True, help="how many claims")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other claims")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write them")
        parser.add_argument("--on", type=date.fromisoformat, help="the day they are sent (today)")
        parser.add_argument("--kind", choices=sorted(MIX), help="only professional, institutional or dental")
        parser.add_argument("--lines", type=int, help="lines of each claim (as the encounter has them)")
        parser.add_argument("--per-set", type=int, default=1000, help="most claims in a transaction set (1000)")
        parser.add_argument("--faults", type=_share, default=0.02, help="share to be turned away one by one (0.02)")
        parser.add_argument("--duplicates", type=_share, default=0.01, help="share sent a second time (0.01)")
        parser.add_argument("--other-payers", type=_share, default=0.10, help="share another plan paid first (0.10)")
        parser.add_argument("--employer", action="append", default=[], metavar="CODE", help="only its members")
        parser.add_argument("--invent", action="store_true", help="for invented families, whatever the database holds")

    def handle(self, *args: Any, **options: Any) -> None:
        if min(options["count"], options["per_set"], options["lines"] or 1) < 1:
            raise CommandError("--count, --per-set and --lines are at least 1.")
        on = options["on"] or timezone.localdate()
        made = self._write(self._population(on, options), on, options)
        kinds = ", ".join(f"{count} {kind}" for kind, count in made.claim_counts.items())
        self.stdout.write(f"{options['out']}: {kinds} in {made.set_count} transaction sets")
        for fault, count in made.faults.items():
            self.stdout.write(f"  {count} {fault}")

    def _population(self, on: date, options: dict[str, Any]) -> Population:
        if options["invent"]:
            return invent_population(seed=options["seed"], on=on)
        try:
            return load_population(employer_codes=options["employer"], on=on)
        except NotFound as error:
            raise CommandError(error.message) from error

    def _write(self, population: Population, on: date, options: dict[str, Any]) -> MadeFile:
        with options["out"].open("wb") as out:
            return make_claims(
                out,
                population,
                count=options["count"],
                seed=options["seed"],
                on=on,
                mix={options["kind"]: 1} if options["kind"] else MIX,
                lines=options["lines"],
                oddities=Oddities(
                    faults=options["faults"],
                    duplicates=options["duplicates"],
                    other_payers=options["other_payers"],
                ),
                per_set=options["per_set"],
            )


def _share(text: str) -> float:
    """A share between none and all."""
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("a share lies between 0 and 1")
    return share
