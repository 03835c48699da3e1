"""How fast the engine decides, in memory on one core, with the whole trace. Floor: reading the same facts and writing
the same decisions without deciding anything.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.facts import ClaimFacts
from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import ClaimWords, LineWords, OtherPayment, Person, Rate, ScenarioWords
from plans.design.read_plan import read_plan
from plans.design.terms import PlanTerms

PLAN = Path(__file__).parents[1] / "plans" / "design" / "demo" / "cascade-ppo.yaml"
FAMILIES, CLAIMS_EACH, ROUNDS = 150, 12, 7

# What families mostly have: procedure and contract price.
_PRICES = {
    "99213": "92.40", "99214": "131.00", "80053": "12.43", "85025": "9.10", "36415": "8.57", "71046": "31.20",
    "97110": "38.00", "98941": "41.50", "93000": "19.75", "29515": "310.00", "90686": "22.00", "99396": "140.00",
    "73630": "36.10", "87880": "16.50", "12001": "185.00", "11042": "240.00", "90834": "104.00", "20610": "79.90",
}  # fmt: skip
_PEOPLE = {
    "ana": Person(),
    "ben": Person(relationship="01", sex="M"),
    "cleo": Person(relationship="19"),
}


def run() -> dict[str, Any]:
    """Median of several rounds: claims a second decided, and read and written without deciding."""
    terms = read_plan(PLAN.read_text()).terms
    facts = _facts(terms)
    decisions = [adjudicate(one, terms) for one in facts]
    stored = [msgspec.json.encode(one) for one in facts]
    encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(ClaimFacts).decode

    def decide() -> None:
        for one in facts:
            adjudicate(one, terms)

    def read_and_write() -> None:
        for text, decision in zip(stored, decisions, strict=True):
            decode(text)
            encode(decision)

    deciding, floor = _seconds(decide), _seconds(read_and_write)
    return {
        "per_s": round(len(facts) / deciding),
        "floor_per_s": round(len(facts) / floor),
        "ratio": round(deciding / floor, 2),
        "us_per_claim": round(deciding / len(facts) * 1e6, 1),
        "claims": len(facts),
        "lines_per_claim": 3,
        "approved": sum(one.outcome == "approved" for one in decisions),
        "steps_per_line": round(statistics.mean(len(line.trace) for one in decisions for line in one.lines), 1),
        "bytes_per_decision": round(statistics.mean(len(encode(one)) for one in decisions)),
    }


def _seconds(work: Callable[[], None]) -> float:
    """Processor time of one round, the median of several; what the collector keeps is left out of it."""
    work()
    gc.collect()
    gc.freeze()
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        rounds.append(time.process_time() - began)
    gc.unfreeze()
    return statistics.median(rounds)


def _facts(terms: PlanTerms) -> list[ClaimFacts]:
    """Families of three with a year of claims of three lines, each on what those before it left; a tenth secondary."""
    random = Random(1)
    facts = []
    for _ in range(FAMILIES):
        claims = tuple(_claim(random, number) for number in range(CLAIMS_EACH))
        family = Family(ScenarioWords(scenario="bench", people=_PEOPLE, claims=claims), terms, "evergreen")
        for claim in claims:
            facts.append(family.facts(claim.number, claim))
            family.remember(facts[-1], adjudicate(facts[-1], terms))
    return facts


def _claim(random: Random, number: int) -> ClaimWords:
    out = random.random() < 0.08
    lines = []
    for code, price in random.sample(list(_PRICES.items()), 3):
        billed = Decimal(price) * random.choice([2, 3, 4]) / 2
        other = OtherPayment(paid=billed / 2, left=billed / 4) if number % 10 == 9 else None
        references: dict[str, Decimal | Rate] = {"medicare": Decimal(price) * 3 / 4} if out else {}
        lines.append(LineWords(code=code, billed=billed, price=Decimal(price), references=references, other=other))
    return ClaimWords(
        number=f"C{number}",
        who=random.choice(list(_PEOPLE)),
        on=date(2026, 1, 2) + timedelta(days=28 * number + random.randrange(28)),
        network="" if out else "evergreen",
        diagnoses=("J069", "Z0000"),
        lines=tuple(lines),
    )
