"""A file from its bytes to received claims and answers: once, whole, or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from claims.adjudication.ask_decision import DECIDE
from claims.intake.answer_file import answer_file
from claims.intake.kinds import KINDS, SHELF
from claims.intake.load_set import LOAD_837, load_set
from claims.models import Claim
from employers.models import Family, Member
from tests.factories.employers import make_coverage, make_employer, make_family, make_member, offer
from tests.factories.plans import make_provider
from tests.factories.x837 import Office, Patient, Service, Written, write_file, write_set
from tpa.foundation import work
from tpa.foundation.edi_files import OPEN_FILE, keep_file, read_bytes
from tpa.foundation.models import Document, EdiFile, Interchange, TransactionSet, WorkChunk
from tpa.foundation.open_file import ANSWER_FILE, open_file
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db(transaction=True)
SERVICES = (Service("99213", Decimal("120.00"), date(2026, 5, 4)), Service("36415", Decimal("15.50"), date(2026, 5, 4)))


@pytest.fixture(autouse=True)
def _law(transactional_db: None) -> None:
    load_parameters()


@pytest.fixture
def family() -> Family:
    employer = make_employer(code="GRPA")
    plan = offer(employer)
    family = make_family(employer, subscriber_number="S00000001")
    make_coverage(make_member(family), plan)
    return family


@pytest.fixture
def office() -> Office:
    provider = make_provider(name="MIAMI VALLEY FAMILY PRACTICE")
    return Office(provider.npi, provider.payee.tin, provider.name)


def patient_of(family: Family) -> Patient:
    member = Member.objects.get(family=family)
    assert member.birth_on is not None
    return Patient(family.subscriber_number, member.last_name, member.first_name, member.birth_on, member.sex, "GRPA")


def take_in(data: bytes, name: str = "claims.x12") -> EdiFile:
    """All of intake, as the tasks do it."""
    file, _is_new = keep_file(chunks=[data], name=name, origin="demo")
    steps: list[tuple[str, Any]] = [
        (OPEN_FILE, lambda piece: open_file(file_id=piece["file"], shelf=SHELF, kinds=KINDS)),
        (LOAD_837, lambda piece: load_set(set_id=piece["set"])),
        (ANSWER_FILE, lambda piece: answer_file(file_id=piece["file"])),
    ]
    for kind, do in steps:
        while work.do_next(kind, do):
            pass
    file.refresh_from_db()
    return file


def answer(file: EdiFile, kind: str) -> str:
    return read_bytes(Document.objects.get(answers=file, kind=kind).sha256).decode()


def test_claims_are_received_answered_and_asked_to_be_decided(family: Family, office: Office) -> None:
    written = [Written(f"PC{n}", patient_of(family), office, SERVICES) for n in range(3)]
    file = take_in(write_file([write_set(written)]))
    assert file.status == EdiFile.Status.ANSWERED
    claims = list(Claim.objects.order_by("id"))
    assert [claim.patient_control_number for claim in claims] == ["PC0", "PC1", "PC2"]
    assert {claim.billed_amount for claim in claims} == {Decimal("135.50")}
    assert {claim.status for claim in claims} == {"received"}
    (chunk,) = WorkChunk.objects.filter(kind=DECIDE)
    assert chunk.payload == {"claims": [claim.pk for claim in claims]}
    assert "IK5*A~AK9*A*1*1*1~" in answer(file, "999")
    assert "TA1*000000001*260601*1200*A*000~" in answer(file, "TA1")
    acknowledged = answer(file, "277CA")
    assert all(f"REF*1K*{claim.claim_number}~" in acknowledged for claim in claims)


def test_the_same_bytes_again_are_known_and_change_nothing(family: Family, office: Office) -> None:
    data = write_file([write_set([Written("PC1", patient_of(family), office, SERVICES)])])
    first = take_in(data)
    again = take_in(data, name="renamed.x12")
    assert again.pk == first.pk
    assert again.again_count == 1
    assert Claim.objects.count() == 1
    assert Document.objects.filter(answers=first, kind="999").count() == 1


def test_an_interchange_inside_another_file_is_known(family: Family, office: Office) -> None:
    data = write_file([write_set([Written("PC1", patient_of(family), office, SERVICES)])])
    other = write_file([write_set([Written("PC2", patient_of(family), office, SERVICES)])], isa13=2)
    take_in(data)
    file = take_in(other + b"\n" + data)
    assert [row.ta1_note for row in Interchange.objects.filter(file=file).order_by("ordinal")] == ["000", "025"]
    assert sorted(Claim.objects.values_list("patient_control_number", flat=True)) == ["PC1", "PC2"]


def test_a_set_that_breaks_the_guide_leaves_nothing_and_its_neighbour_goes_on(family: Family, office: Office) -> None:
    good = write_set([Written("GOOD", patient_of(family), office, SERVICES)], "0001")
    bad = write_set([Written("BAD1", patient_of(family), office, SERVICES)], "0002")
    bad = [segment.replace("SV1*HC:99213*120.00*UN*1", "SV1*HC:99213*120.00*XX*1") for segment in bad]
    file = take_in(write_file([good, bad]))
    assert list(Claim.objects.values_list("patient_control_number", flat=True)) == ["GOOD"]
    assert [row.status for row in TransactionSet.objects.order_by("ordinal")] == ["loaded", "rejected"]
    told = answer(file, "999")
    assert "AK9*P*2*2*1~" in told
    assert "IK3*SV1*" in told
    assert "CTX*CLM01:BAD1~" in told
    assert "IK4*3*355*7*XX~" in told


def test_a_claim_that_breaks_a_rule_of_its_own_is_refused_alone(family: Family, office: Office) -> None:
    segments = write_set([Written(name, patient_of(family), office, SERVICES) for name in ("GOOD", "SUM")])
    segments = [segment.replace("CLM*SUM*135.50", "CLM*SUM*999.00") for segment in segments]
    file = take_in(write_file([segments]))
    assert list(Claim.objects.values_list("patient_control_number", flat=True)) == ["GOOD"]
    row = TransactionSet.objects.get()
    assert (row.accepted_count, row.rejected_count) == (1, 1)
    assert row.rejected[0]["code"] == "out_of_balance"
    assert "STC*A7:400*" in answer(file, "277CA")


def test_nobody_of_ours_is_refused_with_the_reason(family: Family, office: Office) -> None:
    stranger = Patient("NOBODY", "Elsewhere", "Ann", date(1990, 1, 1), "F", "GRPX")
    file = take_in(write_file([write_set([Written("PC1", stranger, office, SERVICES)])]))
    assert not Claim.objects.exists()
    assert "STC*A3:33:IL*" in answer(file, "277CA")


def test_a_provider_never_met_before_is_added(family: Family) -> None:
    office = Office("1999999984", "311234567", "NEW CLINIC")
    take_in(write_file([write_set([Written("PC1", patient_of(family), office, SERVICES)])]))
    assert Claim.objects.get().billing_provider.name == "NEW CLINIC"


def test_no_interchange_at_all_is_refused_in_words(family: Family) -> None:
    file = take_in(b"hello, this is no X12")
    assert file.status == EdiFile.Status.REFUSED
    assert "belong to no interchange" in file.problem
    assert not Document.objects.exists()
