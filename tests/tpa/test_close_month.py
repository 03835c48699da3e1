"""The month becomes an invoice: every claim and member-month in it once, differences of earlier months, never twice."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf
import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from claims.adjustments.reverse_decision import reverse_decision
from claims.payments.run_payments import run_payments
from employers.funding.selectors import balances
from employers.models import Coverage, Employer
from tests.factories.payments import ENGINE, World, make_decided, make_family, make_world
from tests.factories.tpa import correct, enrol, flat, make_contract, pepm, per_claim
from tests.factories.users import as_web
from tpa.billing.charge import ChargeWords, charge
from tpa.billing.close_month import close_month
from tpa.billing.invoice_facts import invoice_facts
from tpa.billing.issue_credit import issue_credit
from tpa.billing.open_amounts import open_amount, owed_by_employer
from tpa.billing.selectors import invoices_of, months_due
from tpa.billing.settle_invoice import settle_invoice
from tpa.billing.write_invoice import INVOICE_DOCUMENTS, write_invoice
from tpa.celery import app
from tpa.contracts.add_fee import add_fee
from tpa.contracts.amend_contract import Amendment, amend_contract
from tpa.contracts.end_contract import end_contract
from tpa.contracts.end_fee import end_fee
from tpa.foundation import work
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import Document
from tpa.invariants.check import offences
from tpa.models import Contract, Invoice, InvoiceClaim, InvoiceLine, InvoiceMember, MonthClose
from tpa.tasks import close_due_months

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
CODES = ["I1", "I2", "I9", "I10", "I12"]


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=CODES) == []


def advanced() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


def at(month: int, day: int = 2) -> datetime:
    return datetime(2026, month, day, 15, tzinfo=UTC)


def pay(world: World, on: date) -> None:
    with time_machine.travel(datetime(on.year, on.month, on.day, 14, tzinfo=UTC), tick=False):
        assert run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)


def close(contract: Contract, month_on: date, *, day: int = 2, month: int | None = None) -> Invoice:
    with time_machine.travel(at(month or month_on.month + 1, day), tick=False):
        return close_month(contract_id=contract.pk, month_on=month_on, by=ENGINE)


def told(invoice: Invoice) -> list[tuple[str, str, int, str]]:
    return [
        (line.kind, f"{line.for_month_on:%b}", line.quantity_count, str(line.amount))
        for line in invoice.lines.order_by("number")
    ]


def sums(world: World) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in balances(world.account.pk).items() if amount}


def test_claims_paid_from_tpa_funds_and_fees_make_the_invoice() -> None:
    world = advanced()
    contract = make_contract(
        world, pepm("40.00", tier="EE"), pepm("75.00", tier="FAM"), per_claim("2.50"), flat("150.00")
    )
    for tier in ("EE", "EE", "FAM"):
        enrol(world, tier)
    claims = [
        make_decided(world, "150.00"),
        make_decided(world, "100.00"),
        make_decided(world, "90.00", outcome="denied"),
    ]
    pay(world, date(2026, 1, 20))
    invoice = close(contract, JANUARY)
    assert invoice.number == f"{contract.number}-2026-01"
    assert told(invoice) == [
        ("claims", "Jan", 2, "128.00"),
        ("fee", "Jan", 2, "80.00"),
        ("fee", "Jan", 1, "75.00"),
        ("fee", "Jan", 3, "7.50"),
        ("fee", "Jan", 1, "150.00"),
    ]
    assert invoice.total_amount == Decimal("440.50")
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 2, 2), date(2026, 2, 17))
    behind = InvoiceClaim.objects.filter(purpose="reimbursement")
    assert {row.claim_number for row in behind} == {claim.claim_number for claim in claims[:2]}
    assert sums(world) == {
        "claims_paid": Decimal("128.00"),
        "tpa_funds": Decimal("-128.00"),
        "due_from_employer": Decimal("440.50"),
        "employer_funds": Decimal("-128.00"),
        "fees": Decimal("-312.50"),
    }


def test_closing_again_gives_the_same_invoice_and_the_same_bytes() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"), per_claim("2.50"))
    enrol(world)
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    invoice = close(contract, JANUARY)
    write_invoice(invoice_id=invoice.pk)
    before = list(Document.objects.filter(subject_type="tpa.invoice").order_by("pk").values_list("name", "sha256"))
    assert [name for name, _sha in before] == [f"{invoice.number}.pdf", f"{invoice.number}.xlsx"]

    again = close(contract, JANUARY, month=5)
    assert again == invoice
    assert (Invoice.objects.count(), MonthClose.objects.count()) == (1, 1)
    Document.objects.filter(subject_type="tpa.invoice").delete()
    with time_machine.travel(at(9)):
        write_invoice(invoice_id=invoice.pk)
    after = list(Document.objects.filter(subject_type="tpa.invoice").order_by("pk").values_list("name", "sha256"))
    assert after == before


def test_nothing_enters_a_closed_month_but_as_an_adjustment_in_a_later_one() -> None:
    """Payments, enrolment, charges, fees and terms that reach back: the closed month's papers stay, byte for byte."""
    world = advanced()
    contract = make_contract(world, pepm("40.00"), flat("150.00"))
    gone = enrol(world)
    invoice = close(contract, JANUARY)
    write_invoice(invoice_id=invoice.pk)
    stood = list(Document.objects.filter(subject_type="tpa.invoice").order_by("pk").values_list("name", "sha256"))
    lines = list(invoice.lines.order_by("number").values())
    fee = contract.fees.get(kind="flat")
    backwards: tuple[Callable[[], object], ...] = (
        lambda: add_fee(contract_id=contract.pk, terms=pepm("9.00", name="Late"), by=ENGINE),
        lambda: end_fee(fee_id=fee.pk, ends_on=date(2026, 1, 1), by=ENGINE, because="x"),
        lambda: end_contract(contract_id=contract.pk, ends_on=JANUARY, by=ENGINE, because="x"),
        lambda: amend_contract(
            contract_id=contract.pk, amendment=Amendment(starts_on=JANUARY, because="x", signed_on=JANUARY), by=ENGINE
        ),
    )
    for back in backwards:
        with pytest.raises((Conflict, Invalid)):
            back()
    words = ChargeWords(
        kind="vendor", reference="vendor:1", name="Late bill", incurred_on=date(2026, 1, 9), amount=Decimal("12.00")
    )
    charge(contract_id=contract.pk, words=words, by=ENGINE)
    make_decided(world, "150.00")
    with time_machine.travel(at(2, 10), tick=False):
        run_payments(employer_id=world.employer.pk, on=date(2026, 1, 28), by=ENGINE)
    enrol(world, recorded_at=at(2, 12))
    correct(gone, at=at(2, 12), ends_on=JANUARY)
    later = close(contract, FEBRUARY)
    assert [one for one in told(later) if one[1] == "Jan"] == [
        ("vendor", "Jan", 1, "12.00"),
        ("retro", "Jan", -1, "-40.00"),
        ("retro", "Jan", 1, "40.00"),
    ]
    assert later.lines.get(kind="claims").amount == Decimal("80.00"), "paid in January, after its close"
    assert list(invoice.lines.order_by("number").values()) == lines
    with time_machine.travel(at(9)):
        assert close(contract, JANUARY, month=9) == invoice
    Document.objects.filter(subject_type="tpa.invoice").delete()
    with time_machine.travel(at(9)):
        write_invoice(invoice_id=invoice.pk)
    after = Document.objects.filter(subject_type="tpa.invoice").order_by("pk").values_list("name", "sha256")
    assert list(after) == stood


def test_what_is_recorded_after_the_close_comes_with_the_next_month() -> None:
    world = advanced()
    contract = make_contract(world)
    enrol(world)
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    close(contract, JANUARY)
    make_decided(world, "100.00")
    with time_machine.travel(at(2, 3), tick=False):
        run_payments(employer_id=world.employer.pk, on=date(2026, 1, 31), by=ENGINE)
    make_decided(world, "150.00")
    pay(world, date(2026, 2, 20))
    invoice = close(contract, FEBRUARY)
    assert told(invoice)[0] == ("claims", "Feb", 2, "128.00")
    assert InvoiceClaim.objects.count() == 3


def test_a_reversal_is_given_back_in_the_month_of_its_run() -> None:
    world = advanced()
    contract = make_contract(world, flat("10.00"))
    wrong = make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    close(contract, JANUARY)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="not ours")
    pay(world, date(2026, 2, 10))
    invoice = close(contract, FEBRUARY)
    assert told(invoice) == [("claims", "Feb", 1, "-80.00"), ("fee", "Feb", 1, "10.00")]
    assert invoice.total_amount == Decimal("-70.00")


def test_own_money_is_told_and_not_billed() -> None:
    world = make_world(Employer.FundingMode.PAY_AS_PRESENTED)
    contract = make_contract(world, flat("10.00"))
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    invoice = close(contract, JANUARY)
    assert told(invoice) == [("fee", "Jan", 1, "10.00")]
    assert (invoice.own_claims_count, invoice.own_claims_amount) == (1, Decimal("80.00"))


def test_level_funding_goes_into_the_claims_fund() -> None:
    world = make_world(Employer.FundingMode.LEVEL)
    contract = make_contract(world, pepm("30.00"), pepm("400.00", name="Claims fund", purpose="claims_fund"))
    enrol(world)
    close(contract, JANUARY)
    assert sums(world) == {
        "due_from_employer": Decimal("430.00"),
        "employer_funds": Decimal("-400.00"),
        "fees": Decimal("-30.00"),
    }


def test_late_terminations_and_hires_adjust_earlier_months_within_the_look_back() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"), lookback_months_count=2)
    stays, leaves = enrol(world), enrol(world)
    for month in (JANUARY, FEBRUARY, MARCH):
        assert told(close(contract, month)) == [("fee", f"{month:%b}", 2, "80.00")]
    correct(leaves, at=at(4, 20), ends_on=FEBRUARY)  # left at the end of January, told in April
    enrol(world, starts_on=MARCH, recorded_at=at(4, 21))
    april = close(contract, APRIL)
    assert told(april) == [
        ("fee", "Apr", 2, "80.00"),
        ("retro", "Feb", -1, "-40.00"),
        ("retro", "Mar", -1, "-40.00"),
        ("retro", "Mar", 1, "40.00"),
    ]
    may = close(contract, date(2026, 5, 1))
    assert told(may) == [("fee", "May", 2, "80.00")]
    taken_back = InvoiceMember.objects.filter(count=-1).values_list("member_id", "for_month_on", "number")
    assert sorted(taken_back) == [(leaves.member_id, FEBRUARY, 2), (leaves.member_id, MARCH, 2)]
    assert stays.member_id not in {row[0] for row in taken_back}


def test_what_lies_before_the_look_back_stays() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"), lookback_months_count=1)
    gone = enrol(world)
    for month in (JANUARY, FEBRUARY, MARCH):
        close(contract, month)
    correct(gone, at=at(4, 20), ends_on=JANUARY)
    assert told(close(contract, APRIL)) == [("retro", "Mar", -1, "-40.00")]


def test_a_change_of_tier_takes_one_fee_back_and_adds_the_other() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00", tier="EE"), pepm("75.00", tier="FAM"), pepm("5.00", name="Network"))
    single = enrol(world, "EE")
    close(contract, JANUARY)
    correct(single, at=at(2, 20), tier="FAM")
    assert told(close(contract, FEBRUARY)) == [
        ("fee", "Feb", 1, "75.00"),
        ("fee", "Feb", 1, "5.00"),
        ("retro", "Jan", -1, "-40.00"),
        ("retro", "Jan", 1, "75.00"),
    ]


def test_back_and_forth_is_billed_in_turns() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"))
    coverage = enrol(world)
    close(contract, JANUARY)
    correct(coverage, at=at(2, 20), ends_on=JANUARY)
    assert told(close(contract, FEBRUARY)) == [("retro", "Jan", -1, "-40.00")]
    enrol(world, member=coverage.member, recorded_at=at(3, 20))
    assert told(close(contract, MARCH)) == [
        ("fee", "Mar", 1, "40.00"),
        ("retro", "Jan", 1, "40.00"),
        ("retro", "Feb", 1, "40.00"),
    ]
    turns = InvoiceMember.objects.filter(for_month_on=JANUARY).order_by("number").values_list("number", "count")
    assert list(turns) == [(1, 1), (2, -1), (3, 1)]
    assert told(close(contract, APRIL)) == [("fee", "Apr", 1, "40.00")]


def test_an_employee_in_two_plans_counts_once_unless_the_fee_is_for_a_plan() -> None:
    world, other = advanced(), advanced()
    contract = make_contract(world, pepm("40.00"), pepm("3.00", name="Dental", plan_id=other.plan.pk))
    both = enrol(world)
    Coverage.objects.create(
        employer=world.employer,
        family=both.family,
        member=both.member,
        plan=other.plan,
        tier="FAM",
        period=(JANUARY, None),
        recorded_at=both.recorded_at,
    )
    enrol(world)
    assert told(close(contract, JANUARY)) == [("fee", "Jan", 2, "80.00"), ("fee", "Jan", 1, "3.00")]


def test_months_close_in_order_when_they_are_over() -> None:
    world = advanced()
    contract = make_contract(world)
    with pytest.raises(Invalid, match="not over"):
        close(contract, MARCH, month=3, day=31)
    with pytest.raises(Conflict, match="earlier month"):
        close(contract, FEBRUARY)
    with pytest.raises(Invalid, match="cover"):
        close(contract, date(2025, 12, 1), month=3)
    assert months_due(date(2026, 3, 31)) == [(contract.pk, JANUARY), (contract.pk, FEBRUARY)]


def test_after_its_end_a_contract_runs_out_and_the_next_takes_the_claims() -> None:
    world = advanced()
    first = make_contract(world, pepm("40.00"), lookback_months_count=1)
    coverage = enrol(world)
    close(first, JANUARY)
    end_contract(contract_id=first.pk, ends_on=MARCH, by=ENGINE, because="renewed on other terms")
    second = make_contract(world, pepm("44.00", starts_on=MARCH), starts_on=MARCH)
    close(first, FEBRUARY)
    correct(coverage, at=at(3, 20), ends_on=FEBRUARY)
    make_decided(world, "150.00")
    pay(world, date(2026, 3, 25))
    assert told(close(first, MARCH)) == [("retro", "Feb", -1, "-40.00")]
    assert told(close(second, MARCH)) == [("claims", "Mar", 1, "80.00")]
    assert months_due(date(2026, 5, 2)) == [(second.pk, APRIL)]


def test_claims_of_a_contract_that_ended_are_still_reimbursed() -> None:
    world = advanced()
    contract = make_contract(world, lookback_months_count=1)
    end_contract(contract_id=contract.pk, ends_on=FEBRUARY, by=ENGINE, because="left")
    close(contract, JANUARY)
    make_decided(world, "150.00")
    pay(world, date(2026, 2, 25))
    assert told(close(contract, FEBRUARY)) == [("claims", "Feb", 1, "80.00")]


def test_a_credit_corrects_and_the_invoice_stands() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"), flat("150.00"))
    enrol(world)
    invoice = close(contract, JANUARY)
    line = invoice.lines.get(fee__kind="flat")
    credit = issue_credit(invoice_id=invoice.pk, amounts={line.pk: Decimal("100.00")}, because="agreed", by=ENGINE)
    assert (credit.number, credit.total_amount) == (f"{invoice.number}-C1", Decimal("-100.00"))
    for amounts in ({line.pk: Decimal("50.01")}, {line.pk: Decimal(0)}, {}, {line.pk + 999: Decimal(1)}):
        with pytest.raises(Invalid):
            issue_credit(invoice_id=invoice.pk, amounts=amounts, because="agreed", by=ENGINE)
    second = issue_credit(invoice_id=invoice.pk, amounts={line.pk: Decimal("50.00")}, because="rest", by=ENGINE)
    assert second.number.endswith("-C2")
    assert open_amount(invoice) == Decimal("40.00")
    assert sums(world) == {"due_from_employer": Decimal("40.00"), "fees": Decimal("-40.00")}
    write_invoice(invoice_id=credit.pk)
    assert "This corrects invoice" in pdf_text(credit)


def test_an_invoice_is_settled_with_its_credits() -> None:
    world = advanced()
    contract = make_contract(world, flat("150.00"))
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    invoice = close(contract, JANUARY)
    line = invoice.lines.get(kind="fee")
    issue_credit(invoice_id=invoice.pk, amounts={line.pk: Decimal("50.00")}, because="agreed", by=ENGINE)
    scope = Scope(actor=ENGINE, sees_all_employers=True)
    assert owed_by_employer(scope, world.employer.pk) == Decimal("180.00")
    with pytest.raises(Invalid, match="not the amount"):
        settle_invoice(invoice_id=invoice.pk, amount=Decimal(230), received_on=FEBRUARY, bank_reference="W1", by=ENGINE)
    settle_invoice(invoice_id=invoice.pk, amount=Decimal(180), received_on=FEBRUARY, bank_reference="W1", by=ENGINE)
    assert set(Invoice.objects.values_list("status", flat=True)) == {"settled"}
    assert owed_by_employer(scope, world.employer.pk) == 0
    assert "due_from_employer" not in sums(world)
    with pytest.raises(Conflict):
        settle_invoice(invoice_id=invoice.pk, amount=Decimal(180), received_on=FEBRUARY, bank_reference="W1", by=ENGINE)


def test_the_database_keeps_invoices_as_they_are_and_makes_them_add_up() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"))
    member = enrol(world).member
    invoice = close(contract, JANUARY)
    for rows in (InvoiceLine.objects.all(), InvoiceMember.objects.all(), MonthClose.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.update(total_amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        line: Any = invoice.lines.get()
        InvoiceMember.objects.create(
            line=line,
            employer=world.employer,
            fee=line.fee,
            member=member,
            for_month_on=JANUARY,
            number=1,
            tier="EE",
            count=1,
            amount=40,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.create(
            number="X",
            close=invoice.close,
            contract=contract,
            employer=world.employer,
            kind="credit",
            corrects=invoice,
            because="x",
            status_at=at(2),
            issued_at=at(2),
            issued_on=FEBRUARY,
            due_on=FEBRUARY,
            total_amount=-5,
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def _tasks_at_once() -> Iterator[None]:
    before = app.conf.task_always_eager
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = before


@pytest.mark.usefixtures("_tasks_at_once")
def test_the_calendar_closes_everything_that_is_due(django_capture_on_commit_callbacks: Any) -> None:
    worlds = [advanced(), advanced()]
    contracts = [make_contract(world, flat("10.00")) for world in worlds]
    for _ in range(2):
        with time_machine.travel(at(3, 1), tick=False), django_capture_on_commit_callbacks(execute=True):
            close_due_months()
    assert Invoice.objects.count() == 4
    assert {row.contract_id for row in Invoice.objects.all()} == {contract.pk for contract in contracts}
    assert Document.objects.filter(subject_type="tpa.invoice").count() == 8
    assert months_due(date(2026, 3, 1)) == []


def test_an_employer_sees_its_own_invoices_only() -> None:
    worlds = [advanced(), advanced()]
    invoices = [close(make_contract(world, flat("10.00")), JANUARY) for world in worlds]
    scope = Scope(actor=Actor.user(1), employer_ids=frozenset({worlds[0].employer.pk}))
    with as_web(scope):
        assert list(invoices_of(scope)) == invoices[:1]
        assert [line.invoice_id for line in InvoiceLine.objects.all()] == [invoices[0].pk]


def pdf_text(invoice: Invoice) -> str:
    document = Document.objects.get(kind="INVOICE_PDF", subject_id=invoice.pk)
    pages = pypdf.PdfReader(io.BytesIO(read_bytes(document.sha256))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_documents_say_what_the_invoice_says() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"), per_claim("2.50"))
    names = [enrol(world).member.first_name for _ in range(3)]
    gone = enrol(world)
    close(contract, JANUARY)
    correct(gone, at=at(2, 20), ends_on=JANUARY)
    claim = make_decided(world, "15000.00")
    pay(world, date(2026, 2, 20))
    invoice = close(contract, FEBRUARY)
    while work.do_next(INVOICE_DOCUMENTS, lambda piece: write_invoice(invoice_id=piece["invoice"])):
        pass
    text = pdf_text(invoice)
    for words in (
        invoice.number,
        "Amount due",
        "$9,666.50",
        "February 2026",
        *names,
        "Administration, taken back",
        "\u2212$40.00",
    ):
        assert words in text, words
    document = Document.objects.get(kind="INVOICE_XLSX", subject_id=invoice.pk)
    book = openpyxl.load_workbook(io.BytesIO(read_bytes(document.sha256)))
    assert book.sheetnames == ["Invoice", "Claims", "Employees"]
    lines = [row for row in book["Invoice"].iter_rows(min_row=5, values_only=True) if row[0]]
    assert sum(Decimal(str(row[9])) for row in lines) == invoice.total_amount
    claims = list(book["Claims"].iter_rows(min_row=2, values_only=True))
    assert [(row[2], row[5]) for row in claims] == [(claim.claim_number, 9584), (claim.claim_number, 2.5)]
    people = list(book["Employees"].iter_rows(min_row=2, values_only=True))
    assert sum(row[6] for row in people) == 2
    assert world.member.last_name not in "".join(str(row) for row in claims)


def test_a_formula_in_a_name_is_text() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"))
    _family, member = make_family(world.employer)
    member.last_name, member.first_name = "=HYPERLINK(1)", "+1"
    member.save()
    enrol(world, member=member)
    invoice = close(contract, JANUARY)
    write_invoice(invoice_id=invoice.pk)
    document = Document.objects.get(kind="INVOICE_XLSX", subject_id=invoice.pk)
    cell = openpyxl.load_workbook(io.BytesIO(read_bytes(document.sha256)))["Employees"]["C2"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1), +1")


def test_many_members_and_claims_cost_as_many_statements_as_few() -> None:
    counts = []
    for size in (2, 20):
        world = advanced()
        contract = make_contract(world, pepm("40.00"), per_claim("1.00"))
        for _ in range(size):
            enrol(world)
            make_decided(world, "150.00")
        pay(world, date(2026, 1, 20))
        with CaptureQueriesContext(connection) as queries:
            close(contract, JANUARY)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 45


@pytest.mark.django_db(transaction=True)
def test_two_closes_at_once_make_one_invoice() -> None:
    world = advanced()
    contract = make_contract(world, pepm("40.00"))
    for _ in range(20):
        enrol(world)
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    found: list[int] = []
    together = threading.Barrier(4)

    def go() -> None:
        try:
            together.wait(10)
            found.append(close_month(contract_id=contract.pk, month_on=JANUARY, by=ENGINE).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert InvoiceMember.objects.count() == 20


def test_an_invoice_is_compared_with_what_was_issued_before_it() -> None:
    """Two contracts of an employer, one in its run-out: each is compared with its own months, and what is closed later
    changes no document that stands."""
    world = advanced()
    first = make_contract(world, flat("10.00"), lookback_months_count=0, run_out_months_count=3, ends_on=FEBRUARY)
    second = make_contract(world, pepm("20.00", starts_on=FEBRUARY), starts_on=FEBRUARY)
    close(first, JANUARY)
    february = close(second, FEBRUARY, month=4)
    march = close(second, MARCH, month=4)
    before = invoice_facts(february.pk).before, invoice_facts(march.pk).before
    assert [one and one.month_on for one in before] == [JANUARY, FEBRUARY]
    run_out = close(first, FEBRUARY, month=4, day=20)
    assert (invoice_facts(february.pk).before, invoice_facts(march.pk).before) == before
    found = invoice_facts(run_out.pk).before
    assert found is not None
    assert found.month_on == JANUARY
