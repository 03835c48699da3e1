"""`manage replay CLAIM…`: decides claims again from their stored facts and compares byte for byte."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.adjudication.replay_decision import Replay, decisions_to_replay, replay_decision
from claims.models import Decision


class Command(BaseCommand):
    help = "Replay the decisions of the claims named, or of all claims with --all. Exits 1 if any differs."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("claims", nargs="*", metavar="CLAIM", help="claim numbers")
        parser.add_argument("--all", action="store_true", help="every decision there is")
        parser.add_argument("--show", action="store_true", help="print the decision as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"] == bool(options["claims"]):
            raise CommandError("Name claims, or say --all.")
        if options["all"]:
            replays = (replay_decision(decision=decision) for decision in decisions_to_replay())
        else:
            replays = (replay for number in options["claims"] for replay in self._of_claim(number))
        done, differing = 0, 0
        for replay in replays:
            done += 1
            differing += not replay.is_same
            if options["claims"] or not replay.is_same:
                self._tell(replay, show=options["show"])
        self.stdout.write(f"{done} decisions replayed, {differing} differ")
        if differing:
            raise CommandError(f"{differing} of {done} decisions differ", returncode=1)

    def _of_claim(self, number: str) -> list[Replay]:
        found = Decision.objects.filter(claim__claim_number=number).exclude(outcome=Decision.Outcome.REVERSED)
        decisions = list(found.order_by("number"))
        if not decisions:
            raise CommandError(f"No decision of a claim {number}.")
        return [replay_decision(decision=decision) for decision in decisions]

    def _tell(self, replay: Replay, *, show: bool) -> None:
        verdict = "same" if replay.is_same else "DIFFERS"
        size = len(replay.stored)
        self.stdout.write(
            f"{replay.claim_number} decision {replay.number} (engine {replay.engine_version}): {verdict}, {size} bytes"
        )
        if show:
            self.stdout.write(replay.replayed.decode())
