"""The 820: what we write pyx12 accepts and we read back; what arrives is answered and pays what it names."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyx12 import params, x12n_document

from claims.tasks import answer_files, open_files
from employers.models import Employer
from tests.factories.payments import World, make_decided, make_world
from tests.factories.tpa import flat, make_contract
from tests.tpa.test_close_month import FEBRUARY, JANUARY, close, pay
from tpa.billing.advise_820 import advise_820
from tpa.billing.dispute_line import dispute_line
from tpa.billing.open_amounts import open_amount
from tpa.billing.record_receipt import unapplied
from tpa.billing.x820 import Remittance, Remitted, read_remittance, write_remittance
from tpa.foundation.access import Scope, system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import keep_file
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Document, TransactionSet
from tpa.foundation.x12.check import check_set
from tpa.foundation.x12.guides import INBOUND
from tpa.foundation.x12.tokens import Delimiters, read_set
from tpa.foundation.x12.writer import Parties
from tpa.models import Invoice, Receipt, ShortPayment
from tpa.tasks import load_payments

SHARED = Path(__file__).parents[3] / "shared" / "edi" / "820"
D = Decimal
PARTIES = Parties(("ZZ", "FOUNDRY"), ("ZZ", "STEWARD"))
AT = datetime(2026, 2, 10, 12, tzinfo=UTC)


def remittance(*details: Remitted, amount: str | None = None, ein: str = "123456789", trace: str = "T1") -> Remittance:
    total = D(amount) if amount is not None else sum((one.amount for one in details), D("0.00"))
    return Remittance(
        total, "ACH", date(2026, 2, 10), trace, "Foundry", [("FI", ein)], "Steward", "987654321", list(details)
    )


def written(one: Remittance, number: int = 7) -> bytes:
    out = io.BytesIO()
    write_remittance(out, one, parties=PARTIES, control_number=number, at=AT)
    return out.getvalue()


def segments(text: bytes) -> list[list[str]]:
    start, end = text.index(b"ST*"), text.index(b"GE*")
    return [list(one) for one in read_set(io.BytesIO(text), start, end - start, Delimiters("*", "^", ":", "~"))]


def pyx12_accepts(text: bytes) -> bool:
    return bool(
        x12n_document.x12n_document(
            params.params(), io.StringIO(text.decode()), fd_997=io.StringIO(), fd_html=None, fd_xmldoc=None
        )
    )


_money = st.decimals(min_value="0.01", max_value="9999999.99", places=2)


@given(st.lists(st.tuples(st.from_regex(r"[A-Z]{3}-[0-9]{1,20}", fullmatch=True), _money), min_size=1, max_size=20))
def test_what_is_written_is_read_back_and_keeps_to_the_guide(parts: list[tuple[str, Decimal]]) -> None:
    one = remittance(*(Remitted("IK", number, amount) for number, amount in parts))
    found = segments(written(one))
    read = read_remittance(found)
    assert [(part.number, part.amount) for part in read.details] == parts
    assert (read.amount, read.trace_number, read.paid_on) == (one.amount, "T1", one.paid_on)
    assert read.difference_amount == 0
    guide = INBOUND.guide("005010X218")
    assert guide is not None
    assert check_set(found, guide, Delimiters("*", "^", ":", "~")).accepted


def test_pyx12_accepts_what_is_written() -> None:
    one = remittance(
        Remitted("IK", "ASA-1-2026-01", D("1234.50")),
        Remitted("IK", "ASA-1-2026-02", D("90.00"), D("100.00"), [("52", D("-10.00"))]),
    )
    text = written(one)
    assert pyx12_accepts(text)
    assert not pyx12_accepts(text.replace(b"RMR*IK", b"RMR*XX"))


def test_nothing_is_written_that_does_not_balance() -> None:
    with pytest.raises(ValueError, match="differs"):
        written(remittance(Remitted("IK", "A", D(10)), amount="11.00"))
    with pytest.raises(ValueError, match="pays something"):
        written(remittance())


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/edi is not there")
def test_a_published_file_is_read() -> None:
    text = (SHARED / "stupidedi__X218-summary-bill-payment.edi").read_bytes()
    start, end = text.index(b"ST*"), text.index(b"GE*")
    read = read_remittance(read_set(io.BytesIO(text), start, end - start, Delimiters("*", "^", ":", "~")))
    assert [(one.kind, one.number, one.amount) for one in read.details] == [
        ("IK", "970501001", D(16500)),
        ("IK", "970501002", D(250)),
    ]
    assert read.difference_amount == D(2250)  # 19000 is paid for 16750: as published, it does not balance


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


def arrive(text: bytes) -> TransactionSet:
    keep_file(chunks=[text], name="pays.x12", origin="drop")
    open_files()
    load_payments()
    answer_files()
    return TransactionSet.objects.latest("pk")


@pytest.fixture
def invoices(world: World) -> list[Invoice]:
    """230.00, of it 80.00 claims, and 150.00."""
    contract = make_contract(world, flat("150.00"))
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    return [close(contract, JANUARY), close(contract, FEBRUARY)]


@pytest.mark.django_db
def test_an_820_pays_the_invoices_that_it_names(world: World, invoices: list[Invoice]) -> None:
    one = remittance(
        Remitted("IK", invoices[0].number, D("230.00")),
        Remitted("IK", invoices[1].number, D("140.00"), D("150.00"), [("52", D("-10.00"))]),
    )
    row = arrive(written(one))
    assert (row.transaction, row.status, row.accepted_count) == ("820", "loaded", 1)
    assert Document.objects.filter(kind="999").count() == 1
    receipt = Receipt.objects.get()
    assert (receipt.amount, receipt.method, receipt.bank_reference) == (D("370.00"), "ach", "T1")
    assert unapplied(receipt) == 0
    assert set(Invoice.objects.values_list("status", flat=True)) == {"settled"}
    assert ShortPayment.objects.get().because == "820 adjustment 52 -10.00"
    # The same payment in another file is the same payment.
    assert arrive(written(one, number=8)).accepted_count == 1
    assert Receipt.objects.count() == 1


@pytest.mark.django_db
def test_without_invoice_numbers_the_oldest_are_paid_first(world: World, invoices: list[Invoice]) -> None:
    arrive(written(remittance(Remitted("1L", world.employer.code, D("400.00")), ein=world.employer.ein)))
    assert unapplied(Receipt.objects.get()) == D("20.00")
    assert [open_amount(Invoice.objects.get(pk=one.pk)) for one in invoices] == [0, 0]


@pytest.mark.django_db
def test_what_can_not_be_booked_says_why(world: World, invoices: list[Invoice]) -> None:
    number = invoices[0].number
    unbalanced = written(remittance(Remitted("IK", number, D("230.00")))).replace(b"BPR*I*230*", b"BPR*I*240*")
    assert arrive(unbalanced).rejected[0]["code"] == "not_balanced"
    stranger = remittance(Remitted("IK", "NOBODY-1", D("5.00")), ein="000000001")
    assert arrive(written(stranger, number=9)).rejected[0]["code"] == "payer_unknown"
    assert not Receipt.objects.exists()
    broken = written(remittance(Remitted("IK", number, D("230.00"))), number=10).replace(b"TRN*3", b"TRN*9")
    assert arrive(broken).status == "rejected"


@pytest.mark.django_db
def test_what_we_hand_out_pays_what_is_open_and_comes_back_as_a_receipt(world: World) -> None:
    """For those who pay by EDI: the 820 of what is open, disputed lines left out, read back as their bank sends it."""
    contract = make_contract(world, flat("150.00"))
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    january, february = close(contract, JANUARY), close(contract, FEBRUARY)
    dispute_line(
        invoice_id=february.pk, line_id=february.lines.get().pk, amount=D("40.00"), because="x", by=Actor.user(1)
    )
    scope = system_scope("test")
    advice = advise_820(scope=scope, employer_id=world.employer.pk, pays_on=date(2026, 3, 10))
    assert advice.data == advise_820(scope=scope, employer_id=world.employer.pk, pays_on=date(2026, 3, 10)).data
    assert pyx12_accepts(advice.data)
    assert [(one.number, one.amount) for one in advice.remittance.details] == [
        (january.number, D("230.00")),
        (february.number, D("110.00")),
    ]
    row = arrive(advice.data)
    assert (row.status, row.accepted_count, row.rejected) == ("loaded", 1, [])
    assert [open_amount(Invoice.objects.get(pk=one.pk)) for one in (january, february)] == [D("0.00"), D("40.00")]
    with pytest.raises(Invalid, match="Nothing is open"):
        advise_820(scope=scope, employer_id=world.employer.pk, pays_on=date(2026, 3, 11))
    stranger = Scope(actor=Actor.user(1), employer_ids=frozenset({make_world().employer.pk}))
    with pytest.raises(NotFound):
        advise_820(scope=stranger, employer_id=world.employer.pk, pays_on=date(2026, 3, 11))
