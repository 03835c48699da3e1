"""Plans and claims by chance: for laws that must hold whatever the plan, and for the reference model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import ClaimFacts
from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import ClaimWords, LineWords, OtherPayment, Person, ScenarioWords
from plans.design.compile_terms import compile_terms
from plans.design.terms import PlanTerms
from plans.design.yaml_document import load_yaml

Document = dict[str, Any]

FIRST_DAY = date(2026, 1, 1)
PEOPLE = {
    "ana": Person(),
    "ben": Person(relationship="01", sex="M"),
    "cleo": Person(relationship="19", born=date(2014, 8, 30)),
}

# A benefit for each hundred of procedure codes: 10000 to 10099 is the first, and so on.
_BENEFITS = 5


def a_plan(random: Random) -> Document:
    """A document with two tiers in network and one out, with limits small enough to be met."""
    document: Document = {
        "plan": "invented",
        "title": "Invented",
        "effective": {"from": "2026-01-01"},
        "plan_year": {"starts": "01-01", "section": "1"},
        "tiers": [
            {"tier": "one", "networks": ["near"], "section": "2"},
            {"tier": "two", "networks": ["far"], "section": "2"},
            {"tier": "out", "section": "2"},
        ],
        "deductibles": _caps(random, [0, 100, 250, 1000]),
        "out_of_pocket_maximums": _caps(random, [500, 1200, 3000]),
        "out_of_network": {"prices": [{"percent_of_billed": random.choice([50, 60, 87.5, 100])}], "section": "5"},
        "coordination": {"method": random.choice(["standard", "non_duplication", "maintenance"]), "section": "6"},
        "benefits": [_benefit(random, number) for number in range(_BENEFITS)],
        "limits": [_limit(random, number) for number in range(random.randrange(3))],
    }
    document["deductibles"].append({"name": "own", "individual": random.choice([50, 75.5]), "section": "3"})
    return document


def compiled(document: Document) -> PlanTerms:
    """The document's terms, numbers read as from a file. Not checked: that takes longer than all the rest."""
    read, _places = load_yaml(msgspec.json.encode(document).decode())
    return compile_terms(read, "0" * 64)


def a_claim(random: Random, number: int, *, coordinated: bool = False) -> ClaimWords:
    """A claim of one to four lines on a day of the year; some lines share a visit."""
    on = FIRST_DAY + timedelta(days=random.randrange(300))
    return ClaimWords(
        number=f"C{number}",
        who=random.choice(list(PEOPLE)),
        on=on,
        network=random.choice(["near", "near", "far", ""]),
        # Each claim has a provider of its own, so that no claim is another's duplicate.
        provider=f"{1_000_000_000 + number}",
        lines=tuple(_line(random, on, coordinated) for _ in range(random.randint(1, 4))),
    )


def a_year(random: Random, count: int, *, coordinated: bool = False) -> list[ClaimWords]:
    """Claims of a family in the order in which they come, which is not that of service."""
    return [a_claim(random, number, coordinated=coordinated) for number in range(count)]


def decide(
    terms: PlanTerms, claims: Sequence[ClaimWords], people: dict[str, Person] | None = None
) -> tuple[Family, list[tuple[ClaimFacts, ClaimDecision]]]:
    """Decide claims one after the other, each on what those before it left."""
    family = Family(ScenarioWords(scenario="invented", people=people or PEOPLE, claims=tuple(claims)), terms, "")
    decided = []
    for claim in claims:
        facts = family.facts(claim.number, claim)
        decision = adjudicate(facts, terms)
        family.remember(facts, decision)
        decided.append((facts, decision))
    return family, decided


def _caps(random: Random, amounts: list[int]) -> list[Document]:
    caps = []
    for name in ("one", "two", "out"):
        individual = random.choice(amounts)
        cap: Document = {"name": name, "tiers": [name], "individual": individual, "section": "3"}
        kind = random.choice(["embedded", "aggregate", "alone"])
        if kind != "alone":
            cap |= {"family": individual * random.choice([1, 2, 3]), "type": kind}
        if kind == "aggregate" and random.random() < 0.5:
            cap["person_in_family"] = individual + 55
        if name != "one" and random.random() < 0.4:
            cap["also_counts"] = ["one"]
        caps.append(cap)
    return caps


def _benefit(random: Random, number: int) -> Document:
    pays: Document = {tier: _shares(random, tier) for tier in ("one", "two", "out")}
    if random.random() < 0.2:
        pays["two"] = {"as": "one"}
    if random.random() < 0.2:
        pays["out"] = "not_covered"
    first = 10000 + 100 * number
    benefit: Document = {
        "benefit": f"b{number}",
        "title": f"Benefit {number}",
        "section": f"7.{number}",
        "when": [{"procedures": [f"{first}-{first + 99}"]}],
        "pays": pays,
    }
    if random.random() < 0.15:
        benefit["out_of_pocket_maximum"] = "none"
    return benefit


def _shares(random: Random, tier: str) -> list[Any]:
    shares: list[Any] = []
    if random.random() < 0.5:
        shares.append({"copay": random.choice([10, 25.5, 40]), "per": random.choice(["service", "visit", "unit"])})
    if random.random() < 0.6:
        shares.append(random.choice(["deductible", "deductible", {"deductible": "own"}]))
    if random.random() < 0.6:
        shares.append({"coinsurance": random.choice([10, 20, 33.3, 50])})
    random.shuffle(shares)
    return shares


def _limit(random: Random, number: int) -> Document:
    counts = random.choice(["visits", "units", "allowed", "paid"])
    most = {"visits": 2, "units": 7, "allowed": 650, "paid": 333.33}[counts]
    benefits = random.sample([f"b{one}" for one in range(_BENEFITS)], random.choice([1, 2]))
    limit = {"limit": f"l{number}", "benefits": benefits, "counts": counts, "most": most, "section": "8"}
    return limit | {"per": random.choice(["plan_year", "lifetime"])}


def _line(random: Random, on: date, coordinated: bool) -> LineWords:
    billed = Decimal(random.randrange(1, 60_000)) / 100
    units = Decimal(random.choice([1, 1, 1, 2, 3]))
    price = Decimal(random.randrange(1, 50_000)) / 100 / units
    other = None
    if coordinated:
        paid = Decimal(random.randrange(0, int(billed * 100))) / 100
        rest = int((billed - paid) * 100)
        left = random.choice([None, Decimal(random.randrange(1, rest + 1)) / 100])
        other = OtherPayment(paid=paid, left=left) if paid or left else None
    return LineWords(
        code=str(10000 + 100 * random.randrange(_BENEFITS) + random.randrange(3)),
        billed=billed,
        price=price.quantize(Decimal("0.01")),
        units=units,
        on=on + timedelta(days=random.choice([0, 0, 1])),
        other=other,
    )
