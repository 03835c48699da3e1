"""The remittance of a payer before us, by file or attached: what it says of a claim that waits for it decides that."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from claims.adjudication.ask_decision import DECIDE
from claims.adjudication.replay_decision import replay_decision
from claims.edi.x835 import Cas, ClaimPayment, LinePayment, Remittance, reversal_of, write_remittances
from claims.edi.x835_parts import Payee, PayerParty, RemittanceName
from claims.intake.answer_file import answer_file
from claims.intake.kinds import KINDS, SHELF
from claims.intake.load_835_set import LOAD_835, load_835_set
from claims.intake.load_set import LOAD_837, load_set
from claims.models import Claim, Decision, Pend, PriorRemittance
from claims.review.attach_remittance import attach_remittance
from employers.models import Member
from tests.factories.employers import make_other_coverage
from tests.factories.engine import Quarry, decide, make_quarry
from tests.factories.users import make_scope
from tpa.foundation import work
from tpa.foundation.edi_files import OPEN_FILE, keep_file, read_bytes
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Document, EdiFile, Role, TransactionSet
from tpa.foundation.open_file import ANSWER_FILE, open_file
from tpa.foundation.x12.writer import Parties
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db
D = Decimal
NORTHERN = PayerParty(
    name="NORTHERN MUTUAL", tin="371234567", address_line="1 Lake", city="Akron", state="OH", postal_code="44304",
    contact_name="Desk", phone="3305550100", payer_number="60054",
)  # fmt: skip


@pytest.fixture
def quarry() -> Quarry:
    return make_quarry(deductible=0, coinsurance=20)


@pytest.fixture
def waiting(quarry: Quarry) -> Claim:
    """100.00 billed, 80.00 ours, and somebody before us who has not answered."""
    (member,) = quarry.family()
    make_other_coverage(member, payer_name="Northern Mutual")
    claim = quarry.send(member)
    assert list(Pend.objects.filter(claim=claim).values_list("reason", "status")) == [
        ("primary_amounts_missing", "open")
    ]
    return claim


def paid_by_northern(claim: Claim, paid: str = "60", left: str = "15", **changes: str) -> ClaimPayment:
    """The claim of 100.00 as Northern Mutual paid it."""
    return paid_of(claim.patient_control_number, claim.member, paid, left, **changes)


def paid_of(control: str, member: Member, paid: str = "60", left: str = "15", **changes: str) -> ClaimPayment:
    """The same of a claim that need not be here, by its provider's number."""
    taken = (Cas(group="CO", carc="45", amount=100 - D(paid) - D(left)), Cas(group="PR", carc="2", amount=D(left)))
    line = LinePayment(
        billed_amount=D(100), paid_amount=D(paid), service_from=date(2026, 3, 2), service_to=date(2026, 3, 2),
        procedure_code="12001", adjustments=taken,
    )  # fmt: skip
    given = {"patient_control_number": control, "last_name": member.last_name} | changes
    return ClaimPayment(
        patient_control_number=given["patient_control_number"],
        status="1",
        billed_amount=D(100),
        paid_amount=D(paid),
        claim_number="NM1",
        patient=RemittanceName(last_name=given["last_name"], first_name="X", qualifier="MI", number="N1"),
        lines=(line,),
    )


def file_of(*claims: ClaimPayment) -> bytes:
    """Their remittance of these claims."""
    remittance = Remittance(
        payer=NORTHERN,
        payee=Payee(name="CLINIC", npi="1234567893"),
        method="CHK" if sum(one.paid_amount for one in claims) else "NON",
        trace_number="EFT77",
        paid_on=date(2026, 4, 1),
        amount=sum((one.paid_amount for one in claims), D("0.00")),
        claims=claims,
    )
    out = BytesIO()
    write_remittances(
        out,
        [remittance],
        parties=Parties(("ZZ", "NORTHERN"), ("ZZ", "STEWARD")),
        control_number=1,
        at=datetime(2026, 4, 1, 12, tzinfo=UTC),
        usage="P",
    )
    return out.getvalue()


def take_in(data: bytes, **others: Any) -> EdiFile:
    """All of intake, for claims and remittances; `others` do kinds of work otherwise."""
    file, _is_new = keep_file(chunks=[data], name="northern.835", origin="demo")
    for kind, usual in (
        (OPEN_FILE, lambda piece: open_file(file_id=piece["file"], shelf=SHELF, kinds=KINDS)),
        (LOAD_835, lambda piece: load_835_set(set_id=piece["set"])),
        (LOAD_837, lambda piece: load_set(set_id=piece["set"])),
        (ANSWER_FILE, lambda piece: answer_file(file_id=piece["file"])),
    ):
        do: Any = others.get(kind, usual)
        while work.do_next(kind, do):
            pass
    file.refresh_from_db()
    return file


def _is_decided_as(claim: Claim, paid: str, other: str, oa23: str) -> None:
    decide(claim)
    assert claim.status == "approved"
    decision = Decision.objects.filter(claim=claim).latest("number")
    (line,) = decision.lines.all()
    assert (decision.plan_paid_amount, decision.other_payer_amount) == (D(paid), D(other))
    assert ["OA", "23", oa23, []] in line.adjustments
    assert replay_decision(decision=decision).is_same


def test_a_file_of_the_first_payer_decides_what_waits_for_it(waiting: Claim) -> None:
    file = take_in(file_of(paid_by_northern(waiting), paid_by_northern(waiting, last_name="NOBODY")))
    assert file.status == EdiFile.Status.ANSWERED
    told = TransactionSet.objects.get(file=file)
    assert (told.status, told.accepted_count, [one["code"] for one in told.rejected]) == ("loaded", 1, ["not_ours"])
    assert "IK5*A" in read_bytes(Document.objects.get(answers=file, kind="999").sha256).decode()
    waiting.refresh_from_db()
    assert waiting.status == "received"
    assert work.waiting(DECIDE) or work.shards_waiting(DECIDE)
    _is_decided_as(waiting, paid="15.00", other="60.00", oa23="85.00")
    assert offences() == []


def test_a_reversal_and_a_correction_leave_the_last_word(waiting: Claim) -> None:
    first = paid_by_northern(waiting)
    take_in(file_of(first, reversal_of(first), paid_by_northern(waiting, paid="50", left="25")))
    _is_decided_as(waiting, paid="25.00", other="50.00", oa23="75.00")
    assert PriorRemittance.objects.count() == 3


def test_what_was_taken_back_counts_no_more(waiting: Claim) -> None:
    first = paid_by_northern(waiting)
    take_in(file_of(first, reversal_of(first)))
    decide(waiting)
    assert waiting.status == "pended"


def test_what_is_decided_already_stays_decided(quarry: Quarry) -> None:
    (member,) = quarry.family()
    claim = quarry.send(member)
    take_in(file_of(paid_by_northern(claim)))
    claim.refresh_from_db()
    assert (claim.status, PriorRemittance.objects.count()) == ("approved", 1)


def test_a_person_attaches_a_remittance(waiting: Claim) -> None:
    examiner = make_scope(Role.EXAMINER)
    for content, code in (
        (b"no X12 at all", "remittance.none"),
        (file_of(paid_by_northern(waiting, patient_control_number="OTHER")), "remittance.other_claim"),
    ):
        with pytest.raises(Invalid) as refused:
            attach_remittance(claim_id=waiting.pk, content=content, by=examiner)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        attach_remittance(claim_id=waiting.pk + 1, content=file_of(paid_by_northern(waiting)), by=examiner)
    assert (
        attach_remittance(claim_id=waiting.pk, content=file_of(paid_by_northern(waiting)), by=examiner).status
        == "received"
    )
    _is_decided_as(waiting, paid="15.00", other="60.00", oa23="85.00")


def test_figures_that_do_not_add_up_are_not_taken(waiting: Claim) -> None:
    content = file_of(paid_by_northern(waiting)).replace(b"CAS*CO*45*25~", b"CAS*CO*45*24~")
    with pytest.raises(Invalid, match="add up"):
        attach_remittance(claim_id=waiting.pk, content=content, by=make_scope(Role.EXAMINER))
    told = TransactionSet.objects.get(file=take_in(content))
    assert [one["code"] for one in told.rejected] == ["out_of_balance"]
