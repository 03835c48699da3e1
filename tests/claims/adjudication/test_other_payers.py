"""Who pays first, from what is recorded to the decision; in how many statements."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjudication.replay_decision import replay_decision
from claims.models import Claim, Decision, Pend
from claims.packing import unpack_decision
from employers.eligibility.add_other_coverage import add_other_coverage
from employers.eligibility.record_standing import record_standing
from employers.facts import OrderFacts, OtherCoverageRecord
from employers.models import Member
from employers.onboarding.record_headcount import record_headcount
from tests.factories.employers import TESTER
from tests.factories.engine import Quarry, make_quarry
from tpa.foundation.values.periods import Period

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def quarry() -> Quarry:
    return make_quarry()


def _born(member: Member, on: date, **more: str) -> None:
    Member.objects.filter(pk=member.pk).update(birth_on=on, **more)
    member.refresh_from_db()


def _medicare(member: Member) -> None:
    _born(member, date(1957, 2, 3))
    told = OtherCoverageRecord(
        kind="medicare", payer_name="Medicare", pays_first=None, starts_on=LONG_AGO, order=OrderFacts(entitled_by="age")
    )
    add_other_coverage(member_id=member.pk, told=told, by=TESTER)


def _asked(claim: Claim) -> list[str]:
    return list(Pend.objects.filter(claim=claim, status="open").values_list("reason", flat=True))


def test_medicare_stands_where_the_employer_s_history_and_the_employment_put_it(quarry: Quarry) -> None:
    (member,) = quarry.family()
    _medicare(member)
    claim = quarry.send(member)
    assert _asked(claim) == ["order_unknown"]
    assert Pend.objects.get(claim=claim).evidence["wanted"] == "Medicare: employee_count"

    record_headcount(
        employer_id=quarry.employer.pk, employee_count=25, period=Period(LONG_AGO), because="payroll", by=TESTER
    )
    claim = quarry.send(member, on=date(2026, 4, 7))
    assert claim.status == "approved"
    trace = unpack_decision(Decision.objects.get(claim=claim).says).lines[0].trace
    (order,) = [step for step in trace if step.rule.startswith("order.")]
    assert (order.rule, order.clause, dict(order.inputs)["pays"]) == ("order.medicare.aged", "42 CFR 411.172", "after")

    record_standing(
        member_id=member.pk, standing="retired", period=Period(LONG_AGO), because="the employer's letter", by=TESTER
    )
    assert _asked(quarry.send(member, on=date(2026, 5, 12))) == ["primary_amounts_missing"]
    assert all(replay_decision(decision=decision).is_same for decision in Decision.objects.all())


def test_a_child_s_plans_follow_the_parents_birthdays(quarry: Quarry) -> None:
    mother, child = quarry.family("Ines", "Leo")
    _born(mother, date(1985, 5, 10), sex="F")
    order = OrderFacts(holder="father", holder_birth_on=date(1990, 3, 22), standing="active", parents="together")
    told = OtherCoverageRecord(payer_name="Northern Mutual", pays_first=None, starts_on=LONG_AGO, order=order)
    add_other_coverage(member_id=child.pk, told=told, by=TESTER)
    assert _asked(quarry.send(child)) == ["primary_amounts_missing"]
    assert quarry.send(mother).status == "approved"


def test_the_order_costs_two_statements_however_many_and_none_where_nothing_follows(quarry: Quarry) -> None:
    def statements(*members: Member) -> int:
        claims = quarry.receive(*[quarry.submission(member) for member in members])
        with CaptureQueriesContext(connection) as captured:
            adjudicate_claims(claim_ids=[claim.pk for claim in claims])
        return len(captured)

    plain, several = [quarry.family()[0] for _ in range(4)], [quarry.family()[0] for _ in range(6)]
    record_headcount(
        employer_id=quarry.employer.pk, employee_count=25, period=Period(LONG_AGO), because="payroll", by=TESTER
    )
    for member in several:
        _medicare(member)
    statements(*plain[:2])  # reads the plan, once for all
    without = statements(*plain[2:])
    assert statements(*several[:2]) == statements(*several[2:]) == without + 2
