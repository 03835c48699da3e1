"""`manage shadow`: another engine or plan version beside production; every cent that differs, and nothing changed."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.trials.shadow import ENGINE, Candidate, Shadow, Watched, by_size, engine_of, shadow
from claims.trials.tally import Pair
from employers.onboarding.selectors import employer_id_of
from plans.design.selectors import version_named


class Command(BaseCommand):
    help = (
        "Decide the last decisions again, each from its stored facts, by another engine or plan version; report the "
        "dollars that differ by party and clause, and claim by claim. Writes nothing. Exits 1 if anything differs."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--engine", default=ENGINE, metavar="MODULE", help="a module with adjudicate and ENGINE_VERSION"
        )
        parser.add_argument(
            "--plan", default="", metavar="CODE[:VERSION]", help="a version, draft or published (the last)"
        )
        parser.add_argument("--last", type=int, metavar="N", help="only the last N decisions")
        parser.add_argument("--employer", metavar="CODE")
        parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="decided since then")
        parser.add_argument("--processes", type=int, default=2)
        parser.add_argument("--show", type=int, default=50, metavar="N", help="so many claims one by one (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        candidate, watched = self._candidate(options), self._watched(options)
        found = shadow(candidate=candidate, watched=watched, processes=options["processes"])
        self._tell(found, options["show"])
        if found.otherwise:
            raise CommandError(f"{len(found.otherwise)} of {found.done} decisions differ", returncode=1)

    def _candidate(self, options: dict[str, Any]) -> Candidate:
        plan_id, plan_hash = None, ""
        if options["plan"]:
            code, _colon, number = options["plan"].partition(":")
            version = version_named(code, int(number) if number else None)
            if version is None:
                raise CommandError(f"There is no version {options['plan']}.")
            plan_id, plan_hash = version
        candidate = Candidate(options["engine"], plan_hash, plan_id)
        try:
            engine_of(candidate)
        except (ImportError, AttributeError) as error:
            raise CommandError(f"{options['engine']} is no engine: {error}") from error
        return candidate

    def _watched(self, options: dict[str, Any]) -> Watched:
        employer_id = employer_id_of(options["employer"]) if options["employer"] else None
        if options["employer"] and employer_id is None:
            raise CommandError(f"There is no employer {options['employer']}.")
        return Watched(options["last"], employer_id, options["since"])

    def _tell(self, found: Shadow, show: int) -> None:
        self.stdout.write(f"{found.done:,} decisions, {len(found.otherwise):,} differ")
        for party, pair in by_size(found.parties):
            self._row(party, pair)
        for (clause, figure), pair in by_size(found.clauses):
            if clause:
                self._row(f"{clause} {figure}", pair)
        for one in found.otherwise[:show]:
            self.stdout.write(f"{one.claim_number} decision {one.number}")
            for difference in one.differs:
                self.stdout.write(f"  {difference}")

    def _row(self, words: str, pair: Pair) -> None:
        self.stdout.write(f"  {words:40} {pair.before:>16} {pair.after:>16} {pair.after - pair.before:>14}")
