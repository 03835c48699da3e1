"""What a member pays of an example treatment under a plan, as a Summary of Benefits and Coverage shows it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision
from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import ClaimWords, CoveredPeriod, LineWords, Permission, Person, ScenarioWords
from plans.design.sbc import Example
from plans.design.terms import PlanTerms
from tpa.foundation.errors import NotFound

TREATMENTS = Path(__file__).with_name("treatments.yaml")
_ME = "mia"


class Assumptions(NamedTuple):
    """What the law's instructions assume of every example."""

    in_network_tier: str = "first"
    self_only: bool = True
    no_other_expenses: bool = True
    same_policy_period: bool = True
    prior_auth_obtained: bool = True
    generic_if_available: bool = True
    wellness_participation: bool = False


class Service(NamedTuple):
    """One category of a treatment: what it is allowed, and the code that stands for it."""

    category: str
    allowed_amount: Decimal
    code: str = ""
    revenue: str = ""
    place: str = "11"
    is_institutional: bool = False


class CoverageExample(NamedTuple):
    """A treatment decided under a plan. `example` is to the cent; printed it is `example.rounded()`."""

    total_cost_amount: Decimal
    example: Example
    assumptions: Assumptions
    decisions: tuple[ClaimDecision, ...]


def treatment(name: str, version: str) -> list[Service]:
    """A published treatment. Raises NotFound."""
    for one in yaml.safe_load(TREATMENTS.read_text()):
        if (one["treatment"], str(one["version"])) == (name, version):
            return [_service(service) for service in one["services"]]
    raise NotFound("sbc.no_treatment", f"There is no treatment {name} {version}.")


def coverage_example(*, terms: PlanTerms, services: list[Service], on: date | None = None) -> CoverageExample:
    """Decide the services on one day, a claim each, in order: one person alone, best tier, nothing before."""
    on = on or terms.effective_from
    claims = tuple(_claim(number, service, on) for number, service in enumerate(services, start=1))
    words = ScenarioWords(
        scenario="coverage example",
        people={_ME: Person(covered=(CoveredPeriod(from_=date(on.year - 1, 1, 1), tier="EE"),))},
        permissions=(Permission(number="EXAMPLE", who=_ME, codes="0-Z", units=Decimal(9999), from_=on),),
        claims=claims,
    )
    family = Family(words, terms, terms.networks[0])
    decisions = []
    for claim in claims:
        facts = family.facts(claim.number, claim)
        decisions.append(adjudicate(facts, terms))
        family.remember(facts, decisions[-1])
    figures = [decision.figures for decision in decisions]
    example = Example(
        deductible_amount=sum((one.deductible_amount for one in figures), Decimal(0)),
        copay_amount=sum((one.copay_amount for one in figures), Decimal(0)),
        coinsurance_amount=sum((one.coinsurance_amount for one in figures), Decimal(0)),
        limits_amount=sum((one.not_covered_amount for one in figures), Decimal(0)),
    )
    total = sum((service.allowed_amount for service in services), Decimal(0))
    return CoverageExample(total, example, Assumptions(), tuple(decisions))


def _service(words: dict[str, Any]) -> Service:
    return Service(
        category=words["category"],
        allowed_amount=Decimal(words["allowed"]),
        code=words.get("code", ""),
        revenue=words.get("revenue", ""),
        place=words.get("place", "11"),
        is_institutional=words.get("institutional", False),
    )


def _claim(number: int, service: Service, on: date) -> ClaimWords:
    return ClaimWords(
        number=f"{number:02}-{service.category}",
        who=_ME,
        kind="I" if service.is_institutional else "P",
        on=on,
        place=service.place,
        provider=f"{1_000_000_000 + number}",
        lines=(
            LineWords(
                code=service.code,
                revenue=service.revenue,
                billed=service.allowed_amount,
                price=service.allowed_amount,
            ),
        ),
    )
