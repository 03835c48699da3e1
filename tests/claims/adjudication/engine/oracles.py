"""What the published worked examples (../shared/oracles) are run with: their files, and plans and claims in few words.

Each topic has a module beside this one: `RUN` says how each of its cases is run, `NOT_RUN` why one is not.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision
from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import ClaimWords, LineWords, Person, ScenarioWords, Used
from plans.design.guard import LegalNumber
from tests.claims.adjudication.engine import invented
from tpa.foundation.parameters import SHIPPED

ORACLES = Path(__file__).parents[5] / "shared" / "oracles"

needs_oracles = pytest.mark.skipif(not ORACLES.is_dir(), reason="../shared/oracles is not there")

Case = dict[str, Any]
Run = Callable[[Case], None]
D = Decimal
DAY = date(2026, 3, 4)


def cases_of(topic: str) -> dict[str, Case]:
    """The topic's cases by id; none where the oracles are not there."""
    file = next(ORACLES.glob(f"{topic}_*.yaml"), None) if ORACLES.is_dir() else None
    return {case["id"]: case for case in yaml.safe_load(file.read_text())["cases"]} if file else {}


def run_case(case: Case, run: Run) -> None:
    """Run a case; one that is from memory only warns."""
    try:
        run(case)
    except AssertionError as error:
        if case["verified"] != "memory":
            raise
        warnings.warn(f"{case['id']}, which is from memory, comes out otherwise: {error}", stacklevel=1)


def assert_all_are_run_or_say_why_not(topic: str, run: Mapping[str, Run], not_run: Mapping[str, str]) -> None:
    """Every case of the topic's file, once."""
    assert set(cases_of(topic)) == set(run) | set(not_run)
    assert not set(run) & set(not_run)


def law_on(on: date, known: date = date.max) -> dict[str, LegalNumber]:
    """The legal parameters that are shipped, for a day and as known on a day: without a database."""
    numbers: dict[str, LegalNumber] = {}
    for entry in _shipped():
        rows = [
            row
            for row in entry["values"]
            if row["effective"][0] <= on
            and (row["effective"][1] is None or on < row["effective"][1])
            and row["known_on"] <= known
        ]
        if rows:
            row = max(rows, key=lambda one: one["known_on"])
            numbers[entry["name"]] = LegalNumber(D(str(row["value"])), row.get("citation", entry["citation"]))
    return numbers


@cache
def _shipped() -> list[dict[str, Any]]:
    return list(yaml.safe_load(SHIPPED.read_text()))


def a_plan(**changes: Any) -> dict[str, Any]:
    """All of everything at 100 per cent in network, unless said otherwise."""
    document: dict[str, Any] = {
        "plan": "oracle",
        "title": "Oracle",
        "effective": {"from": "2014-01-01"},
        "plan_year": {"starts": "01-01", "section": "1"},
        "tiers": [{"tier": "in", "networks": ["net"], "section": "1"}, {"tier": "out", "section": "1"}],
        "out_of_pocket_maximums": [],
        "out_of_network": {"prices": [{"percent_of_billed": 100}], "section": "1"},
        "no_surprises": {"pay_as": "in", "section": "1"},
        "benefits": [{"benefit": "all", "title": "All", "section": "1", "pays": {"in": [], "out": []}}],
    }
    pays = changes.pop("pays", None)
    if pays is not None:
        document["benefits"][0]["pays"] = {"in": pays, "out": pays}
    return document | changes


def a_deductible(individual: Any, **more: Any) -> list[dict[str, Any]]:
    """Deductibles in and out of network together."""
    return [{"name": "in", "tiers": ["in", "out"], "individual": individual, "section": "1"} | more]


def a_maximum(individual: Any, **more: Any) -> list[dict[str, Any]]:
    """An out-of-pocket maximum in network."""
    return [{"name": "in", "tiers": ["in"], "individual": individual, "section": "1"} | more]


def decide(
    document: dict[str, Any],
    *claims: ClaimWords,
    before: tuple[Used, ...] = (),
    people: dict[str, Person] | None = None,
    **more: Any,
) -> list[ClaimDecision]:
    """Decide the claims of one family one after another; `more` are further words of the scenario."""
    terms = invented.compiled(document)
    words = ScenarioWords(scenario="oracle", people=people or invented.PEOPLE, before=before, claims=claims, **more)
    family = Family(words, terms, "net")
    decisions = []
    for claim in claims:
        facts = family.facts(claim.number, claim)
        decisions.append(adjudicate(facts, terms))
        family.remember(facts, decisions[-1])
    return decisions


_numbers = count(1)


def a_claim(*lines: LineWords, **more: Any) -> ClaimWords:
    """A claim with a number and a provider of its own."""
    number = next(_numbers)
    words: dict[str, Any] = {"on": DAY, "provider": f"{1_000_000_000 + number}"} | more
    return ClaimWords(number=f"C{number}", lines=lines, **words)


def a_line(price: Any, billed: Any = None, **more: Any) -> LineWords:
    """A line with a code of its own: the contract's price, and what was billed if more."""
    code = str(10_000 + next(_numbers))
    return LineWords(code=code, billed=D(str(billed or price)), price=D(str(price)), **more)


def figures_of(decision: ClaimDecision) -> tuple[Any, ...]:
    """Deductible, coinsurance, member, plan."""
    figures = decision.figures
    return figures.deductible_amount, figures.coinsurance_amount, figures.member_amount, figures.plan_paid_amount
