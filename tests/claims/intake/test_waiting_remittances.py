"""The remittance of a payer before us that overtakes its claim waits, and is part of the claim's first decision."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.adjudication.ask_decision import DECIDE
from claims.edi.x835 import reversal_of
from claims.intake.load_set import LOAD_837, load_set
from claims.intake.submit_claim import submit_claim
from claims.models import Claim, Decision, Pend, PriorRemittance, WaitingRemittance
from claims.tasks import _decide, match_remittances
from employers.models import Member
from tests.claims.intake.test_prior_remittances import file_of, paid_of, take_in
from tests.factories.employers import make_other_coverage
from tests.factories.engine import Quarry, make_quarry
from tests.factories.users import make_scope, make_user
from tests.factories.x837 import Office, Patient, Service, Written, write_file, write_set
from tpa.foundation import work
from tpa.foundation.models import EdiFile, Role
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def quarry() -> Quarry:
    return make_quarry(deductible=0, coinsurance=20)


@pytest.fixture
def member(quarry: Quarry) -> Member:
    """Somebody whom another payer covers before us."""
    (member,) = quarry.family()
    make_other_coverage(member, payer_name="Northern Mutual")
    return member


def _claims_file(quarry: Quarry, member: Member, *controls: str, isa13: int = 7) -> bytes:
    """A file of claims of 100.00, with these numbers of their provider's, of one day after the other."""
    provider = quarry.provider
    assert member.birth_on is not None
    number = member.family.subscriber_number
    patient = Patient(number, member.last_name, member.first_name, member.birth_on, member.sex, quarry.employer.code)
    office = Office(provider.npi, provider.payee.tin, provider.name)
    claims = [
        Written(one, patient, office, (Service("12001", D("100"), date(2026, 3, 2 + place)),))
        for place, one in enumerate(controls)
    ]
    return write_file([write_set(claims)], isa13=isa13)


def _decide_all() -> None:
    for shard in work.shards_waiting(DECIDE):
        while work.do_next(DECIDE, _decide, shard=shard):
            pass


def _paid(control: str) -> tuple[Decimal, Decimal]:
    """What we and what others paid of a claim, by its only decision."""
    decision = Decision.objects.get(claim__patient_control_number=control)
    return decision.plan_paid_amount, decision.other_payer_amount


def test_a_remittance_before_its_claim_is_part_of_its_first_decision(quarry: Quarry, member: Member) -> None:
    take_in(file_of(paid_of("EARLY1", member)))
    assert WaitingRemittance.objects.get().taken_at is None
    take_in(_claims_file(quarry, member, "EARLY1", "OTHER1"))
    _decide_all()
    assert _paid("EARLY1") == (D("15.00"), D("60.00"))
    other = Claim.objects.get(patient_control_number="OTHER1")
    assert (other.status, Pend.objects.get(claim=other).reason) == ("pended", "primary_amounts_missing")
    waited = WaitingRemittance.objects.get()
    assert waited.claim == Claim.objects.get(patient_control_number="EARLY1")
    assert PriorRemittance.objects.get().transaction_set_id == waited.transaction_set_id
    assert offences() == []


def test_where_nothing_waits_intake_asks_nothing_more(quarry: Quarry, member: Member) -> None:
    take_in(file_of(paid_of("SOMEBODY", member)))
    data = _claims_file(quarry, member, "PLAIN1", "PLAIN2")
    loading: list[str] = []

    def load(piece: dict[str, int]) -> None:
        with CaptureQueriesContext(connection) as captured:
            load_set(set_id=piece["set"])
        loading.extend(query["sql"] for query in captured.captured_queries)

    take_in(data, **{LOAD_837: load})
    assert Claim.objects.count() == 2
    (asked,) = [sql for sql in loading if "claims_waitingremittance" in sql]
    assert 'FOR SELECT "claims_claim"' in asked, "along with the claims of the file"


def test_a_correction_that_waits_too_has_the_last_word(quarry: Quarry, member: Member) -> None:
    first = paid_of("EARLY2", member)
    take_in(file_of(first, reversal_of(first), paid_of("EARLY2", member, paid="50", left="25")))
    assert WaitingRemittance.objects.count() == 3
    take_in(_claims_file(quarry, member, "EARLY2"))
    _decide_all()
    assert _paid("EARLY2") == (D("25.00"), D("50.00"))


def test_a_claim_by_another_door_takes_it_as_well(quarry: Quarry, member: Member) -> None:
    take_in(file_of(paid_of("EARLY3", member)))
    submission = quarry.submission(member, patient_control_number="EARLY3")
    submit_claim(submission=submission, origin="api", by=make_scope(Role.EXAMINER))
    _decide_all()
    assert _paid("EARLY3") == (D("15.00"), D("60.00"))


def test_what_does_not_fit_goes_on_waiting(quarry: Quarry, member: Member) -> None:
    take_in(file_of(paid_of("EARLY4", member, last_name="NOBODY")))
    take_in(_claims_file(quarry, member, "EARLY4"))
    _decide_all()
    assert WaitingRemittance.objects.get().taken_at is None
    assert Claim.objects.get().status == "pended"


def test_a_claim_that_crossed_its_remittance_is_found_by_the_clock(quarry: Quarry, member: Member) -> None:
    take_in(file_of(paid_of("EARLY5", member)))
    (claim,) = quarry.receive(quarry.submission(member, patient_control_number="EARLY5"))
    _decide({"claims": [claim.pk]})
    claim.refresh_from_db()
    assert claim.status == "pended"
    match_remittances()
    _decide_all()
    claim.refresh_from_db()
    assert (claim.status, claim.plan_paid_amount) == ("approved", D("15.00"))


def test_the_page_of_its_file_says_what_waits(quarry: Quarry, member: Member) -> None:
    examiner = Client()
    examiner.force_login(make_user(Role.EXAMINER))
    file = take_in(file_of(paid_of("EARLY6", member), paid_of("NEVER", member)))
    take_in(_claims_file(quarry, member, "EARLY6"))
    page = _page(examiner, file)
    assert page.count("Northern Mutual".upper()) == 2
    assert reverse("claims:claim", args=[Claim.objects.get().pk]) in page
    assert ">waits<" in page


def _page(client: Client, file: EdiFile) -> str:
    content: str = client.get(reverse("claims:edi_file", args=[file.pk])).content.decode()
    return content
