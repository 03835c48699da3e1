"""`manage replay CLAIM…` or `--all`: decides claims again from their stored facts and compares byte for byte."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.adjudication.compare_decisions import Difference
from claims.adjudication.engine.adjudicate import ENGINE_VERSION
from claims.adjudication.replay_decision import Replay, replay_decision
from claims.adjudication.replay_decisions import Wanted, replay_decisions
from claims.models import Decision
from employers.onboarding.selectors import employer_id_of


class Command(BaseCommand):
    help = (
        "Replay the decisions of the claims named, or of all claims with --all. What an earlier engine decided comes "
        "out as it did, or is named with what differs. Exits 1 if any differs."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("claims", nargs="*", metavar="CLAIM", help="claim numbers")
        parser.add_argument("--all", action="store_true", help="every decision there is")
        parser.add_argument("--employer", metavar="CODE", help="with --all: only this employer's")
        parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="with --all: decided since then")
        parser.add_argument("--processes", type=int, default=2, help="with --all: side by side (2)")
        parser.add_argument("--show", action="store_true", help="print the decision as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"] == bool(options["claims"]):
            raise CommandError("Name claims, or say --all.")
        done, same = self._all(options) if options["all"] else self._named(options)
        for version in sorted(done):
            share = 100 * same[version] / done[version]
            self.stdout.write(
                f"engine {version}: {done[version]:,} decisions, {share:.2f} % replayed by {ENGINE_VERSION} to the byte"
            )
        differing = done.total() - same.total()
        self.stdout.write(f"{done.total()} decisions replayed, {differing} differ")
        if differing:
            raise CommandError(f"{differing} of {done.total()} decisions differ", returncode=1)

    def _all(self, options: dict[str, Any]) -> tuple[Counter[str], Counter[str]]:
        employer_id = employer_id_of(options["employer"]) if options["employer"] else None
        if options["employer"] and employer_id is None:
            raise CommandError(f"There is no employer {options['employer']}.")
        done: Counter[str] = Counter()
        same: Counter[str] = Counter()
        wanted = Wanted(employer_id, options["since"])
        for piece in replay_decisions(wanted=wanted, processes=options["processes"]):
            done += piece.done
            same += piece.same
            for one in piece.differing:
                self._tell_differing(one.claim_number, one.number, one.engine_version, one.differs)
        return done, same

    def _named(self, options: dict[str, Any]) -> tuple[Counter[str], Counter[str]]:
        replays = [replay for number in options["claims"] for replay in self._of_claim(number)]
        for replay in replays:
            self._tell(replay, show=options["show"])
        done = Counter(replay.engine_version for replay in replays)
        return done, Counter(replay.engine_version for replay in replays if replay.is_same)

    def _of_claim(self, number: str) -> list[Replay]:
        found = Decision.objects.filter(claim__claim_number=number).exclude(outcome=Decision.Outcome.REVERSED)
        decisions = list(found.order_by("number"))
        if not decisions:
            raise CommandError(f"No decision of a claim {number}.")
        return [replay_decision(decision=decision) for decision in decisions]

    def _tell(self, replay: Replay, *, show: bool) -> None:
        if replay.is_same:
            self.stdout.write(
                f"{replay.claim_number} decision {replay.number} (engine {replay.engine_version}): same, "
                f"{len(replay.stored)} bytes"
            )
        else:
            self._tell_differing(replay.claim_number, replay.number, replay.engine_version, replay.differs)
        if show:
            self.stdout.write(replay.replayed.decode())

    def _tell_differing(self, claim_number: str, number: int, version: str, differs: Iterable[Difference]) -> None:
        self.stdout.write(f"{claim_number} decision {number} (engine {version}): DIFFERS")
        for difference in differs:
            self.stdout.write(f"  {difference}")
