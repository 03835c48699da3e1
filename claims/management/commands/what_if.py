"""`manage what_if` (`./run what-if`): decides an employer's claims again as if something were otherwise."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml
from django.core.management.base import BaseCommand, CommandError

from claims.trials.propose import Asked, propose
from claims.trials.tried import StopLossTerms
from claims.trials.what_if import what_if
from employers.onboarding.selectors import employer_id_of
from tpa.foundation.errors import DomainError


class Command(BaseCommand):
    help = (
        "Decide an employer's claims of a period again under another plan version, network, fee schedule or stop-loss "
        "contract, in memory; tell the dollars by party, clause and category, and who is helped and hurt."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--employer", required=True, metavar="CODE")
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, required=True, metavar="DAY")
        parser.add_argument("--through", dest="last_on", type=date.fromisoformat, required=True, metavar="DAY")
        parser.add_argument(
            "--plan", default="", metavar="CODE[:VERSION]", help="a version, draft or published (the last)"
        )
        parser.add_argument("--all-plans", action="store_true", help="it decides the claims of all plans")
        parser.add_argument("--network", action="append", type=_pair, default=[], metavar="ONE=OTHER")
        parser.add_argument("--schedule", action="append", type=_pair, default=[], metavar="NETWORK=SCHEDULE")
        parser.add_argument("--stop-loss", type=_terms, metavar="FILE", help="terms in YAML: docs/adjudication.md")
        parser.add_argument("--stop-loss-now", type=_terms, metavar="FILE", help="terms to compare with")
        parser.add_argument("--processes", type=int, default=2)
        parser.add_argument("--json", action="store_true", help="the answer as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        employer_id = employer_id_of(options["employer"])
        if employer_id is None:
            raise CommandError(f"There is no employer {options['employer']}.")
        plan, _colon, version = options["plan"].partition(":")
        asked = Asked(
            starts_on=options["starts_on"],
            last_on=options["last_on"],
            plan=plan,
            version=int(version) if version else None,
            of_all_plans=options["all_plans"],
            networks=dict(options["network"]),
            schedules=dict(options["schedule"]),
            stop_loss=options["stop_loss"],
            stop_loss_now=options["stop_loss_now"],
        )
        try:
            tried = propose(employer_id=employer_id, asked=asked)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        answer = what_if(tried=tried, processes=options["processes"])
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))
        else:
            self._tell(answer)

    def _tell(self, answer: dict[str, Any]) -> None:
        self.stdout.write(f"{answer['claims']:,} claims decided again, {answer['changed']:,} come out otherwise")
        self._table("by party", answer["parties"], "party")
        self._table("by clause", answer["clauses"], "clause", "title", "figure")
        self._table("by category, what the plan pays", answer["categories"], "category")
        members = answer["members"]
        self.stdout.write(
            f"members: {members['helped']} helped by {members['helped_amount']}, "
            f"{members['hurt']} hurt by {members['hurt_amount']}, of {members['count']}"
        )
        self._table("most hurt", answer["worst_members"], "member")
        for change, count in answer["outcomes"].items():
            self.stdout.write(f"{change}: {count}")
        left_out = answer["left_out"]
        for reason, count in left_out["questions"].items():
            self.stdout.write(f"left out, a person decides ({reason}): {count}")

    def _table(self, title: str, rows: list[dict[str, str]], *names: str) -> None:
        self.stdout.write(f"\n{title}")
        for row in rows:
            words = " ".join(row[name] for name in names if row[name]) or "none"
            self.stdout.write(f"  {words:50} {row['before']:>16} {row['after']:>16} {row['difference']:>14}")


def _pair(text: str) -> tuple[str, str]:
    one, equals, other = text.partition("=")
    if not (one and equals and other):
        raise argparse.ArgumentTypeError("say ONE=OTHER")
    return one, other


def _terms(path: str) -> StopLossTerms:
    try:
        return msgspec.convert(yaml.safe_load(Path(path).read_text()), StopLossTerms, strict=False)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error
