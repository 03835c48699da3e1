"""What employers pay, in part or short, what ages, is reminded of, given up by two people, and told in statements."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from django.db import IntegrityError, connection, transaction

from employers.funding.deposit_funds import deposit_funds
from employers.funding.selectors import available_amount, balances
from employers.models import Employer
from tests.factories.payments import ENGINE, World, make_decided, make_world
from tests.factories.tpa import flat, make_contract
from tests.tpa.test_close_month import CODES, FEBRUARY, JANUARY, MARCH, close, pay, sums
from tpa.billing.issue_credit import issue_credit
from tpa.billing.issue_rebill import issue_rebill
from tpa.billing.open_amounts import ageing, divide, open_amount, open_invoices, owed_by_employer
from tpa.billing.record_receipt import Pays, ReceiptWords, apply_receipt, record_receipt, unapplied
from tpa.billing.remind import remind
from tpa.billing.reverse_receipt import reverse_receipt
from tpa.billing.statement import statement_of, statement_pdf
from tpa.billing.write_off import approve_write_off, ask_write_off, refuse_write_off
from tpa.foundation.access import Scope, system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import Document
from tpa.invariants.check import offences
from tpa.models import Contract, Invoice, Receipt, Reminder, ShortPayment

pytestmark = pytest.mark.django_db

D = Decimal
EVERYTHING = system_scope("test")
ANN, BOB, CAL = Actor.user(1), Actor.user(2), Actor.user(3)


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=CODES) == []


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


@pytest.fixture
def contract(world: World) -> Contract:
    return make_contract(world, flat("150.00"), reminder_days=(7, 30), write_off_limit_amount=D("100.00"))


@pytest.fixture
def invoice(world: World, contract: Contract) -> Invoice:
    """80.00 of claims and a fee of 150.00."""
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    return close(contract, JANUARY)


def receive(world: World, amount: str, *pays: Pays, reference: str = "W1") -> Receipt:
    words = ReceiptWords(D(amount), date(2026, 2, 10), reference, pays=pays)
    return record_receipt(employer_id=world.employer.pk, words=words, by=ENGINE)


def test_a_part_is_paid_and_then_the_rest(world: World, invoice: Invoice) -> None:
    receive(world, "100.00", Pays(invoice.pk, D("100.00")))
    invoice.refresh_from_db()
    assert (invoice.status, open_amount(invoice)) == ("issued", D("130.00"))
    assert sums(world)["due_from_employer"] == D("130.00")
    receive(world, "130.00", Pays(invoice.pk, D("130.00")), reference="W2")
    invoice.refresh_from_db()
    assert (invoice.status, open_amount(invoice)) == ("settled", 0)
    assert "due_from_employer" not in sums(world)
    with pytest.raises(Conflict, match="settled"):
        receive(world, "1.00", Pays(invoice.pk, D("1.00")), reference="W3")


def test_the_same_receipt_is_booked_once(world: World, invoice: Invoice) -> None:
    first = receive(world, "100.00", Pays(invoice.pk, D("100.00")))
    assert receive(world, "100.00", Pays(invoice.pk, D("100.00"))) == first
    assert open_amount(invoice) == D("130.00")
    with pytest.raises(Conflict, match="Another amount"):
        receive(world, "99.00")


def test_what_pays_no_invoice_yet_stays_on_the_receipt(world: World, invoice: Invoice) -> None:
    receipt = receive(world, "300.00", Pays(invoice.pk, D("200.00")))
    assert unapplied(receipt) == D("100.00")
    with pytest.raises(Invalid, match="not the amount"):
        apply_receipt(receipt_id=receipt.pk, pays=[Pays(invoice.pk, D("31.00"))], by=ENGINE)
    with pytest.raises(Invalid, match="left of the receipt"):
        apply_receipt(receipt_id=receipt.pk, pays=[Pays(invoice.pk, D("101.00"))], by=ENGINE)
    apply_receipt(receipt_id=receipt.pk, pays=[Pays(invoice.pk, D("30.00"))], by=ENGINE)
    assert unapplied(receipt) == D("70.00")
    assert Invoice.objects.get().status == "settled"


def test_a_short_payment_closes_and_the_next_invoice_carries_it(
    world: World, contract: Contract, invoice: Invoice
) -> None:
    receive(world, "200.00", Pays(invoice.pk, D("200.00"), short_because="fee disputed"))
    invoice.refresh_from_db()
    item = ShortPayment.objects.get()
    assert (invoice.status, item.amount, item.status) == ("settled", D("30.00"), "open")
    assert sums(world)["due_from_employer"] == D("30.00")
    february = close(contract, FEBRUARY)
    item.refresh_from_db()
    assert item.status == "carried"
    assert [(line.kind, line.amount) for line in february.lines.order_by("number")] == [
        ("fee", D("150.00")),
        ("carried", D("30.00")),
    ]
    # It was due already: the ledger says it once.
    assert sums(world)["due_from_employer"] == D("180.00")
    assert open_amount(february) == D("180.00")
    receive(world, "180.00", Pays(february.pk, D("180.00")), reference="W2")
    assert "due_from_employer" not in sums(world)


def test_what_is_the_administrators_leaves_the_claims_account(
    world: World, contract: Contract, invoice: Invoice
) -> None:
    """Claims that were advanced first, then fees; a short payment is short of fees until it is made up for."""
    assert (sums(world)["tpa_funds"], sums(world)["fees"]) == (D("-80.00"), D("-150.00"))
    receive(world, "60.00", Pays(invoice.pk, D("60.00")))
    assert (sums(world)["tpa_funds"], sums(world)["fees"]) == (D("-20.00"), D("-150.00"))
    receive(world, "140.00", Pays(invoice.pk, D("140.00"), short_because="fee disputed"), reference="W2")
    assert "tpa_funds" not in sums(world)
    assert sums(world)["fees"] == D("-30.00")
    february = close(contract, FEBRUARY)
    receive(world, "180.00", Pays(february.pk, D("180.00")), reference="W3")
    assert sums(world) == {"claims_paid": D("80.00"), "employer_funds": D("-80.00")}


def test_an_advance_that_is_reimbursed_can_be_drawn_again() -> None:
    world = make_world(Employer.FundingMode.TPA_ADVANCE, overdraft_limit_amount=D("100.00"))
    contract = make_contract(world, flat("150.00"))
    for month, month_on in enumerate((JANUARY, FEBRUARY, MARCH), 1):
        claim = make_decided(world, "150.00")
        pay(world, date(2026, month, 20))
        claim.refresh_from_db()
        assert claim.status == "paid", f"the advance of month {month - 1} was reimbursed"
        invoice = close(contract, month_on)
        receive(world, "230.00", Pays(invoice.pk, D("230.00")), reference=f"W{month}")


@pytest.mark.parametrize("mode", [Employer.FundingMode.PREFUND, Employer.FundingMode.PAY_AS_PRESENTED])
def test_fees_that_are_paid_pay_no_claims(mode: str) -> None:
    """They pass through the employer's account; they are not the employer's money."""
    world = make_world(mode, overdraft_limit_amount=D("0.00"))
    deposit_funds(
        claims_account_id=world.account.pk, amount=D("50.00"), received_on=JANUARY, bank_reference="D1", by=ENGINE
    )
    invoice = close(make_contract(world, flat("150.00")), JANUARY)
    receipt = receive(world, "150.00", Pays(invoice.pk, D("150.00")))
    assert available_amount(world.account.pk) == D("50.00")
    reverse_receipt(receipt_id=receipt.pk, reversed_on=date(2026, 2, 12), because="R01", by=ENGINE)
    assert available_amount(world.account.pk) == D("50.00")
    assert sums(world)["fees"] == D("-150.00")


def test_a_carried_item_is_credited_where_it_stands(world: World, contract: Contract, invoice: Invoice) -> None:
    receive(world, "200.00", Pays(invoice.pk, D("200.00"), short_because="fee disputed"))
    february = close(contract, FEBRUARY)
    line = february.lines.get(kind="carried")
    issue_credit(invoice_id=february.pk, amounts={line.pk: D("30.00")}, because="they were right", by=ENGINE)
    assert open_amount(february) == D("150.00")
    assert sums(world)["due_from_employer"] == D("150.00")


def test_a_rebill_refers_to_the_line_that_was_too_low(world: World, invoice: Invoice) -> None:
    line = invoice.lines.get(kind="fee")
    rebill = issue_rebill(invoice_id=invoice.pk, amounts={line.pk: D("20.00")}, because="rate of 170", by=ENGINE)
    assert (rebill.number, rebill.kind, rebill.corrects) == (f"{invoice.number}-R1", "rebill", invoice)
    assert rebill.lines.get().corrects == line
    assert open_amount(invoice) == D("250.00")
    receive(world, "250.00", Pays(invoice.pk, D("250.00")))
    assert set(Invoice.objects.values_list("status", flat=True)) == {"settled"}


def test_a_payment_that_the_bank_took_back_is_open_again(world: World, invoice: Invoice) -> None:
    receipt = receive(world, "230.00", Pays(invoice.pk, D("230.00")))
    back = reverse_receipt(receipt_id=receipt.pk, reversed_on=date(2026, 2, 12), because="R01", by=ENGINE)
    invoice.refresh_from_db()
    assert (back.amount, invoice.status, open_amount(invoice)) == (D("-230.00"), "issued", D("230.00"))
    assert sums(world)["due_from_employer"] == D("230.00")
    assert "cash" not in sums(world)
    for again in (receipt, back):
        with pytest.raises(Conflict, match="took this receipt back"):
            reverse_receipt(receipt_id=again.pk, reversed_on=date(2026, 2, 12), because="again", by=ENGINE)
    receive(world, "230.00", Pays(invoice.pk, D("230.00")), reference="W2")


def test_above_the_limit_two_others_write_off(world: World, invoice: Invoice) -> None:
    asked = ask_write_off(invoice_id=invoice.pk, amount=D("230.00"), because="bankrupt", by=ANN)
    assert asked.wanted_count == 2
    with pytest.raises(Conflict, match="Another person"):
        approve_write_off(write_off_id=asked.pk, by=ANN)
    assert approve_write_off(write_off_id=asked.pk, by=BOB).status == "asked"
    with pytest.raises(Conflict, match="another person is wanted"):
        approve_write_off(write_off_id=asked.pk, by=BOB)
    assert approve_write_off(write_off_id=asked.pk, by=CAL).status == "done"
    invoice.refresh_from_db()
    assert (invoice.status, owed_by_employer(EVERYTHING, world.employer.pk)) == ("written_off", 0)
    assert "due_from_employer" not in sums(world)
    assert sums(world)["fees"] == D("80.00")
    with pytest.raises(Conflict, match="meanwhile"):
        approve_write_off(write_off_id=asked.pk, by=CAL)


def test_a_small_rest_is_written_off_by_one_other(world: World, invoice: Invoice) -> None:
    with pytest.raises(Invalid, match="not the amount"):
        ask_write_off(invoice_id=invoice.pk, amount=D("230.01"), because="rest", by=ANN)
    asked = ask_write_off(invoice_id=invoice.pk, amount=D("30.00"), because="rest", by=ANN)
    with pytest.raises(Conflict, match="waits"):
        ask_write_off(invoice_id=invoice.pk, amount=D("10.00"), because="rest", by=BOB)
    refuse_write_off(write_off_id=asked.pk, because="ask again", by=BOB)
    asked = ask_write_off(invoice_id=invoice.pk, amount=D("30.00"), because="rest", by=ANN)
    approve_write_off(write_off_id=asked.pk, by=BOB)
    assert open_amount(invoice) == D("200.00")
    receive(world, "200.00", Pays(invoice.pk, D("200.00")))
    invoice.refresh_from_db()
    assert invoice.status == "settled"


def test_a_short_payment_is_written_off_before_it_is_carried(
    world: World, contract: Contract, invoice: Invoice
) -> None:
    receive(world, "200.00", Pays(invoice.pk, D("200.00"), short_because="rounding"))
    item = ShortPayment.objects.get()
    asked = ask_write_off(
        invoice_id=invoice.pk, short_payment_id=item.pk, amount=D("30.00"), because="too small", by=ANN
    )
    approve_write_off(write_off_id=asked.pk, by=BOB)
    item.refresh_from_db()
    assert item.status == "written_off"
    assert "due_from_employer" not in sums(world)
    assert not close(contract, FEBRUARY).lines.filter(kind="carried").exists()


def test_what_is_open_ages(world: World, contract: Contract, invoice: Invoice) -> None:
    close(contract, FEBRUARY)  # due on the 17th of March
    receive(world, "30.00", Pays(invoice.pk, D("30.00")))
    found = open_invoices(EVERYTHING)
    assert [(one.number[-2:], one.open_amount) for one in found] == [("01", D("200.00")), ("02", D("150.00"))]
    due = invoice.due_on
    for days, expected in ((0, (350, 0, 0, 0, 0)), (1, (150, 200, 0, 0, 0)), (31, (0, 150, 200, 0, 0))):
        assert tuple(ageing(found, due + timedelta(days=days))) == expected
    assert tuple(ageing(found, due + timedelta(days=400))) == (0, 0, 0, 0, 350)
    stranger = Scope(actor=ANN, employer_ids=frozenset({world.employer.pk + 1}))
    assert open_invoices(stranger) == []


def test_reminders_come_as_often_as_the_contract_says(world: World, invoice: Invoice) -> None:
    due = invoice.due_on
    told = [len(remind(on=due + timedelta(days=days), by=ENGINE)) for days in (0, 6, 7, 8, 29, 30, 31, 365)]
    assert told == [0, 0, 1, 0, 0, 1, 0, 0]
    assert sorted(Reminder.objects.values_list("after_days", "open_amount")) == [(7, D("230.00")), (30, D("230.00"))]
    receive(world, "230.00", Pays(invoice.pk, D("230.00")))
    assert remind(on=due + timedelta(days=40), by=ENGINE) == []


def test_each_reminder_is_a_letter_and_the_last_says_so(world: World, invoice: Invoice) -> None:
    remind(on=invoice.due_on + timedelta(days=7), by=ENGINE)
    remind(on=invoice.due_on + timedelta(days=30), by=ENGINE)
    letters = Document.objects.filter(kind="LETTER", subject_type="tpa.invoice", subject_id=invoice.pk).order_by("pk")
    texts = [
        " ".join(pypdf.PdfReader(io.BytesIO(read_bytes(one.sha256))).pages[0].extract_text().split()) for one in letters
    ]
    assert [one.name for one in letters] == [f"{invoice.number}-reminder-7.pdf", f"{invoice.number}-reminder-30.pdf"]
    assert "Last reminder" not in texts[0]
    assert "7 days later, $230.00 was open" in texts[0]
    assert "Last reminder" in texts[1]
    assert world.employer.name in texts[1]


def test_a_statement_goes_from_balance_to_balance(world: World, contract: Contract, invoice: Invoice) -> None:
    receive(world, "200.00", Pays(invoice.pk, D("200.00"), short_because="fee disputed"))
    february = close(contract, FEBRUARY)
    statement = statement_of(EVERYTHING, world.employer.pk, from_on=date(2026, 2, 3), to_on=date(2026, 3, 31))
    assert statement.opening_amount == D("230.00")
    assert [(row.what, row.amount, row.balance_amount) for row in statement.rows] == [
        ("payment", D("-200.00"), D("30.00")),
        ("invoice", D("150.00"), D("180.00")),
    ]
    assert statement.closing_amount == open_amount(february) == balances(world.account.pk)["due_from_employer"]
    assert statement_pdf(statement) == statement_pdf(statement)


def test_the_database_lets_no_receipt_pay_more_than_it_is(world: World, invoice: Invoice) -> None:
    receipt = receive(world, "100.00", Pays(invoice.pk, D("100.00")))
    row = receipt.settlements.get()
    row.pk, row._state.adding, row.amount = None, True, D("0.01")
    with pytest.raises(IntegrityError, match="settles"), transaction.atomic():
        row.save()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(amount=D(1))


def test_an_amount_is_divided_over_the_accounts_in_order() -> None:
    parts = {1: D("-20.00"), 2: D("50.00"), 3: D("70.00")}
    assert divide(D("100.00"), parts) == parts
    assert divide(D("40.00"), parts) == {1: D("-20.00"), 2: D("50.00"), 3: D("10.00")}
    assert divide(D("-20.00"), {1: D("-20.00")}) == {1: D("-20.00")}


def _together(*actions: Callable[[], Any]) -> list[Any]:
    """Results or errors of what several people do at the same moment."""
    told: list[Any] = []
    start = threading.Barrier(len(actions))

    def go(action: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            told.append(action())
        except (Conflict, Invalid) as problem:
            told.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.mark.django_db(transaction=True)
def test_two_payments_of_one_invoice_at_once_one_is_told(world: World, invoice: Invoice) -> None:
    told = _together(
        lambda: receive(world, "230.00", Pays(invoice.pk, D("230.00")), reference="A"),
        lambda: receive(world, "230.00", Pays(invoice.pk, D("230.00")), reference="B"),
    )
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "Receipt"]
    assert "due_from_employer" not in sums(world)


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_do_it_once(world: World, invoice: Invoice) -> None:
    asked = ask_write_off(invoice_id=invoice.pk, amount=D("50.00"), because="rest", by=ANN)
    told = _together(
        lambda: approve_write_off(write_off_id=asked.pk, by=BOB),
        lambda: approve_write_off(write_off_id=asked.pk, by=CAL),
    )
    assert sorted(type(one).__name__ for one in told) == ["Conflict", "WriteOff"]
    assert open_amount(Invoice.objects.get()) == D("180.00")
