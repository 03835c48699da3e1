"""What decides who pays first, and what others paid, may be told late: the claims it touches are found."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from claims.adjudication.remittance_rows import Source
from claims.adjudication.take_remittance import take_remittance
from claims.edi.x835 import Remittance
from claims.edi.x835_parts import Payee
from claims.reprocessing.changed_claims import changed_claims
from claims.reprocessing.decide_anew import decide_anew
from employers.eligibility.add_other_coverage import add_other_coverage
from employers.eligibility.record_standing import record_standing
from employers.facts import OrderFacts, OtherCoverageRecord
from employers.onboarding.record_headcount import record_headcount
from tests.claims.intake.test_prior_remittances import NORTHERN, paid_by_northern
from tests.employers.eligibility.test_load_834 import send, write
from tests.factories.employers import TESTER, offer
from tests.factories.engine import Quarry, make_quarry
from tpa.foundation.values.periods import Period

pytestmark = pytest.mark.django_db
BEGINNING = date(2020, 1, 1)


@pytest.fixture
def quarry() -> Quarry:
    return make_quarry(deductible=0)


def _changed(quarry: Quarry, since: datetime) -> list[int]:
    found = changed_claims(employer_id=quarry.employer.pk, since=since)
    return sorted(claim for claims in found.values() for claim in claims)


def test_a_standing_and_a_headcount_touch_whom_another_payer_covers(quarry: Quarry) -> None:
    (member,), (other,) = quarry.family(), quarry.family()
    told = OtherCoverageRecord(
        kind="medicare",
        payer_name="Medicare",
        pays_first=None,
        starts_on=BEGINNING,
        order=OrderFacts(entitled_by="disability"),
    )
    add_other_coverage(member_id=member.pk, told=told, by=TESTER)
    claim, _plain = quarry.send(member), quarry.send(other)
    for tell in (
        lambda: record_headcount(
            employer_id=quarry.employer.pk, employee_count=120, period=Period(BEGINNING), because="x", by=TESTER
        ),
        lambda: record_standing(
            member_id=member.pk, standing="retired", period=Period(BEGINNING), because="x", by=TESTER
        ),
    ):
        since = timezone.now()
        tell()
        assert _changed(quarry, since) == [claim.pk]


def test_a_remittance_touches_a_claim_that_is_decided(quarry: Quarry) -> None:
    claim = quarry.send(quarry.family()[0])
    since = timezone.now()
    told = paid_by_northern(claim)
    remittance = Remittance(
        payer=NORTHERN,
        payee=Payee(name="CLINIC"),
        method="CHK",
        trace_number="T",
        paid_on=date(2026, 4, 1),
        amount=told.paid_amount,
        claims=(told,),
    )
    take_remittance(remittance=remittance, source=Source(datetime.now(UTC), TESTER, "edi"))
    assert _changed(quarry, since) == [claim.pk]


def test_a_retirement_that_a_file_tells_late_touches_whom_medicare_covers(quarry: Quarry) -> None:
    (member,), (other,) = quarry.family(), quarry.family()
    offer(quarry.employer, quarry.plan)
    told = OtherCoverageRecord(
        kind="medicare", payer_name="Medicare", pays_first=None, starts_on=BEGINNING,
        order=OrderFacts(entitled_by="disability"),
    )  # fmt: skip
    add_other_coverage(member_id=member.pk, told=told, by=TESTER)
    record_headcount(
        employer_id=quarry.employer.pk, employee_count=120, period=Period(BEGINNING), because="x", by=TESTER
    )
    claim, _plain = quarry.send(member), quarry.send(other)
    assert claim.status == "approved", "the plan of somebody in employment with a large employer pays first"
    since = timezone.now()
    number = member.family.subscriber_number
    send(
        write(
            f"INS*Y*18*001*04*A***RT~REF*0F*{number}~DTP*286*D8*20260201~NM1*IL*1*{member.last_name}*{member.first_name}~",
            sponsor=quarry.employer.ein,
        )
    )
    assert _changed(quarry, since) == [claim.pk]
    (anew,) = decide_anew(family_ids=[claim.family_id], changed={claim.pk}, decided_on=timezone.localdate()).claims
    assert [question.reason for question in anew.decision.questions] == ["primary_amounts_missing"]
