"""A claim that goes on while another version of its plan takes over: each line by the version of its own day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extras import DateRange

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjudication.replay_decision import replay_decision
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.accept_submissions import Door, accept_submissions
from claims.models import Claim
from claims.packing import unpack_decision, unpack_facts
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.models import Plan
from tests.factories.employers import make_coverage, make_employer, make_family, make_member
from tests.factories.plans import make_network, make_participation, make_provider, make_rate, make_schedule
from tpa.foundation.audit import Actor
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db
PLAN = Path(__file__).parents[3] / "plans/design/demo/cascade-ppo.yaml"
TESTER = Actor.system("tests")
BORN = date(1984, 3, 9)


@pytest.fixture
def npi() -> str:
    """Two versions of a plan, 2025 with a deductible of 750 and 2026 with one of 900; a member; a provider."""
    load_parameters()
    plan = Plan.objects.create(code="cascade-ppo", name="Cascade PPO")
    text = PLAN.read_text()
    for year, individual in ((2025, 750), (2026, 900)):
        source = text.replace("2026-", f"{year}-").replace("individual: 750,", f"individual: {individual},")
        version = draft_plan_version(plan_id=plan.pk, source=source, by=TESTER)
        publish_plan_version(version_id=version.pk, by=TESTER)
    member = make_member(make_family(make_employer(code="TURN"), subscriber_number="TURN1"), birth_on=BORN)
    make_coverage(member, plan, tier="EE", period=DateRange(date(2025, 1, 1), None))
    provider, schedule = make_provider(), make_schedule()
    for kind, code in (("procedure", "71045"), ("revenue", "0120")):
        make_rate(schedule, "1000.00", code_kind=kind, code=code, starts_on=date(2025, 1, 1))
    make_participation(provider, make_network("evergreen"), schedule, starts_on=date(2025, 1, 1))
    return provider.npi


def _decided(npi: str, days: tuple[date, ...], **more: Any) -> Claim:
    person = SubmittedPerson(last_name="Hollander", first_name="Ines", number="TURN1", birth_on=BORN, sex="F")
    is_stay = more.get("kind") == "I"
    lines = tuple(
        SubmittedLine(
            number=number,
            billed_amount=Decimal("1000.00"),
            service_from=day,
            service_to=day,
            procedure_qualifier="" if is_stay else "HC",
            procedure_code="" if is_stay else "71045",
            revenue_code="0120" if is_stay else "",
            unit_basis="DA" if is_stay else "UN",
            diagnosis_pointers=() if is_stay else (1,),
        )
        for number, day in enumerate(days, start=1)
    )
    words = {"kind": "P", "facility_code": "11"} | more
    submission = Submission(
        patient_control_number="TURN",
        billed_amount=sum((line.billed_amount for line in lines), Decimal(0)),
        subscriber=person,
        billing_provider=SubmittedProvider(name="Imaging", npi=npi),
        group_number="TURN",
        diagnoses=("R51",),
        lines=lines,
        **words,
    )
    at = datetime(2026, 1, 20, 12, tzinfo=UTC)
    accepted, rejected = accept_submissions([submission], Door("api", received_at=at, received_on=at.date(), by=TESTER))
    assert accepted, rejected
    claim = Claim.objects.get()
    adjudicate_claims(claim_ids=[claim.pk])
    claim.refresh_from_db()
    return claim


def test_each_line_has_the_version_of_its_day(npi: str) -> None:
    claim = _decided(npi, (date(2025, 12, 30), date(2026, 1, 4)))
    decision = claim.decisions.get()
    facts, said = unpack_facts(decision.facts), unpack_decision(decision.says)
    assert [starts_on for starts_on, _hash in facts.later_plans] == [date(2026, 1, 1)]
    assert [line.figures.deductible_amount for line in said.lines] == [750, 900]
    assert {one.year_on for one in said.consumptions} == {date(2025, 1, 1), date(2026, 1, 1)}
    assert replay_decision(decision=decision).is_same


def test_a_stay_has_the_version_of_the_day_of_admission_on_every_bill(npi: str) -> None:
    claim = _decided(
        npi,
        (date(2026, 1, 2), date(2026, 1, 3)),
        kind="I",
        facility_code="11",
        frequency_code="1",
        admitted_on=date(2025, 12, 29),
        admission_type="1",
        statement_from=date(2026, 1, 2),
        statement_to=date(2026, 1, 4),
    )
    decision = claim.decisions.get()
    facts, said = unpack_facts(decision.facts), unpack_decision(decision.says)
    assert facts.later_plans == ()
    assert said.figures.deductible_amount == 750
    assert replay_decision(decision=decision).is_same
