"""What an EOB says beyond its figures: meters, reasons, whom it is written to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from claims.adjudication.engine.decision import ClaimDecision, Consumption, Figures
from claims.adjudication.engine.facts import Accumulated, ClaimFacts
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.payments.eob_meters import Sum, meters
from claims.words.plain_reasons import plain_reason
from employers.facts import CoverageFact, MemberFact
from plans.design.terms import Cap, PlanTerms

YEAR = date(2026, 1, 1)
ZERO = Decimal("0.00")


def terms() -> PlanTerms:
    return PlanTerms(
        plan="p",
        title="PPO",
        content_hash="0",
        effective_from=YEAR,
        effective_to=None,
        year_month=1,
        year_day=1,
        tiers=(),
        benefits=(),
        deductibles=(
            Cap(
                bucket="deductible:in",
                counts=("deductible:in",),
                self_only_amount=Decimal(500),
                person_amount=Decimal(500),
                family_amount=Decimal(1000),
            ),
            Cap(bucket="deductible:out", counts=("deductible:out", "deductible:in"), family_amount=Decimal(3000)),
        ),
        out_of_pockets=(Cap(bucket="oop:in", counts=("oop:in",), person_amount=Decimal(4000)),),
    )


def facts(tier: str, *accumulated: Accumulated) -> ClaimFacts:
    line = SubmittedLine(number=1, billed_amount=Decimal(100), service_from=YEAR, service_to=YEAR)
    person = SubmittedPerson(last_name="Larkin")
    return ClaimFacts(
        claim_number="1",
        received_on=YEAR,
        decided_on=YEAR,
        submission=Submission(
            kind="P",
            patient_control_number="1",
            billed_amount=Decimal(100),
            subscriber=person,
            billing_provider=SubmittedProvider(name="Riverbend"),
            lines=(line,),
        ),
        member=MemberFact(member_id=1, family_id=1, employer_id=1, relationship="18"),
        billing_provider_id=1,
        coverages=(CoverageFact(member_id=1, plan_id=1, tier=tier, starts_on=YEAR),),
        accumulated=accumulated,
    )


def decision(*consumptions: Consumption) -> ClaimDecision:
    none = Figures(**dict.fromkeys(Figures.__struct_fields__, ZERO))
    return ClaimDecision(
        claim_number="1",
        engine_version="1",
        plan_hash="",
        outcome="approved",
        figures=none,
        lines=(),
        consumptions=consumptions,
    )


def held(bucket: str, member: int, family: int, year_on: date = YEAR) -> Accumulated:
    return Accumulated(year_on=year_on, bucket=bucket, member_amount=Decimal(member), family_amount=Decimal(family))


def used(bucket: str, amount: int) -> Consumption:
    return Consumption(year_on=YEAR, bucket=bucket, amount=Decimal(amount))


Told = list[tuple[str, tuple[int, int] | None, tuple[int, int] | None]]


def told(tier: str, accumulated: tuple[Accumulated, ...], consumed: tuple[Consumption, ...]) -> Told:
    found = meters(facts(tier, *accumulated), decision(*consumed), terms())
    return [
        (
            meter.name,
            meter.own and (int(meter.own.used_amount), int(meter.own.limit_amount)),
            meter.family and (int(meter.family.used_amount), int(meter.family.limit_amount)),
        )
        for meter in found
    ]


def test_a_family_sees_the_member_s_and_its_own() -> None:
    assert told("FAM", (held("deductible:in", 100, 250), held("oop:in", 300, 700)), (used("deductible:in", 40),)) == [
        ("Deductible, in network", (140, 500), (290, 1000)),
        ("Deductible, out of network", None, (290, 3000)),
        ("Out-of-pocket maximum", (300, 4000), None),
    ]


def test_who_is_covered_alone_sees_only_its_own() -> None:
    assert told("EE", (held("deductible:in", 100, 100),), (used("deductible:in", 40),)) == [
        ("Deductible, in network", (140, 500), None)
    ]


def test_another_year_does_not_count_and_without_a_plan_there_is_nothing_to_tell() -> None:
    assert told("EE", (held("deductible:in", 100, 100, date(2025, 1, 1)),), (used("deductible:in", 40),)) == [
        ("Deductible, in network", (40, 500), None)
    ]
    assert meters(facts("EE"), decision(used("deductible:in", 40)), None) == []


@pytest.mark.parametrize(("amount", "limit", "share"), [(0, 500, 0), (140, 500, 28), (900, 500, 100), (0, 0, 100)])
def test_how_full_a_meter_is(amount: int, limit: int, share: int) -> None:
    assert Sum(Decimal(amount), Decimal(limit)).share == share


@pytest.mark.parametrize(
    ("group", "carc", "words", "remarks", "said"),
    [
        (
            "CO",
            "45",
            "",
            (),
            "The charge is above what the plan's network allows for this service. You do not owe this.",
        ),
        ("PR", "1", "", (), "This part counts toward your deductible."),
        ("PR", "204", "", (), "This service is not covered under your plan. You may owe this to the provider."),
        (
            "CO",
            "16",
            "",
            ("A code is wrong",),
            "The claim lacks information that we need from the provider. A code is wrong. You do not owe this.",
        ),
        ("CO", "4", "The modifier is missing", (), "The modifier is missing. You do not owe this."),
        ("OA", "23", "", (), "What another health plan paid or adjusted."),
        ("OA", "999", "", (), "Adjusted for another reason; call us and we will explain it."),
    ],
)
def test_reasons_in_plain_words(group: str, carc: str, words: str, remarks: tuple[str, ...], said: str) -> None:
    assert plain_reason(group, carc, words, remarks) == said
