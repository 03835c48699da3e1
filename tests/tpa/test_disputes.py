"""Lines that an employer disputes: answered once, credited by a credit that refers to the line, shown by age."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from employers.models import Employer
from tests.factories.payments import ENGINE, World, make_decided, make_world
from tests.factories.tpa import flat, make_contract
from tests.tpa.test_close_month import CODES, JANUARY, close, pay, sums
from tpa.billing.answer_dispute import answer_dispute
from tpa.billing.dispute_line import dispute_line, left_of, withdraw_dispute, write_in_dispute
from tpa.billing.issue_credit import issue_credit
from tpa.billing.open_amounts import disputed, open_amount, open_invoices
from tpa.billing.record_receipt import Pays, ReceiptWords, record_receipt
from tpa.billing.remind import remind
from tpa.foundation.access import Scope, system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.invariants.check import offences
from tpa.models import Invoice, InvoiceDispute, InvoiceLine

pytestmark = pytest.mark.django_db

D = Decimal
EVERYTHING = system_scope("test")
ANN, BOB = Actor.user(1), Actor.user(2)


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=CODES) == []


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


@pytest.fixture
def invoice(world: World) -> Invoice:
    """80.00 of claims and a fee of 150.00."""
    contract = make_contract(world, flat("150.00"), reminder_days=(7, 30))
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    return close(contract, JANUARY)


def fee_line(invoice: Invoice) -> InvoiceLine:
    return invoice.lines.get(kind="fee")


def dispute(invoice: Invoice, amount: str = "50.00") -> InvoiceDispute:
    return dispute_line(
        invoice_id=invoice.pk, line_id=fee_line(invoice).pk, amount=D(amount), because="never agreed", by=ANN
    )


def shown(invoice: Invoice) -> tuple[Decimal, Decimal]:
    [one] = [one for one in open_invoices(EVERYTHING) if one.invoice_id == invoice.pk]
    assert disputed([one]) == one.disputed_amount
    return one.open_amount, one.disputed_amount


def test_what_is_disputed_is_open_and_shown_so_and_not_reminded_of(invoice: Invoice) -> None:
    assert shown(invoice) == (D("230.00"), D("0.00"))
    row = dispute(invoice)
    assert shown(invoice) == (D("230.00"), D("50.00"))
    late = invoice.due_on + timedelta(days=8)
    assert len(remind(on=late, by=ENGINE)) == 1, "180.00 of it nobody disputes"
    dispute_line(
        invoice_id=invoice.pk, line_id=invoice.lines.get(kind="claims").pk, amount=D("80.00"), because="?", by=ANN
    )
    record_receipt(
        employer_id=invoice.employer_id,
        words=ReceiptWords(D("100.00"), date(2026, 2, 10), "W1", pays=(Pays(invoice.pk, D("100.00")),)),
        by=ENGINE,
    )
    assert remind(on=late + timedelta(days=30), by=ENGINE) == [], "all that is open is disputed"
    withdraw_dispute(dispute_id=row.pk, by=ANN)
    assert len(remind(on=late + timedelta(days=30), by=ENGINE)) == 1


def test_a_line_that_is_upheld_stays_due(invoice: Invoice) -> None:
    row = answer_dispute(dispute_id=dispute(invoice).pk, answer="section 4.3 says so", by=BOB)
    assert (row.status, row.answer, row.credit) == ("upheld", "section 4.3 says so", None)
    assert shown(invoice) == (D("230.00"), D("0.00"))
    assert not invoice.credits.exists()


def test_a_credit_refers_to_the_line_and_is_posted(world: World, invoice: Invoice) -> None:
    row = answer_dispute(dispute_id=dispute(invoice).pk, answer="our fault", credit_amount=D("30.00"), by=BOB)
    assert row.credit is not None
    assert (row.status, row.credit.total_amount, row.credit.because) == ("credited", D("-30.00"), "our fault")
    assert row.credit.lines.get().corrects_id == row.line_id
    assert shown(invoice) == (D("200.00"), D("0.00"))
    assert sums(world)["due_from_employer"] == D("200.00")
    assert left_of(fee_line(invoice)) == D("120.00")


def test_what_was_paid_and_is_credited_is_owed_to_the_employer(world: World, invoice: Invoice) -> None:
    words = ReceiptWords(D("230.00"), date(2026, 2, 10), "W1", pays=(Pays(invoice.pk, D("230.00")),))
    record_receipt(employer_id=world.employer.pk, words=words, by=ENGINE)
    answer_dispute(dispute_id=dispute(invoice).pk, answer="right", credit_amount=D("50.00"), by=BOB)
    invoice.refresh_from_db()
    assert (invoice.status, open_amount(invoice)) == ("issued", D("-50.00"))
    assert sums(world)["due_from_employer"] == D("-50.00")


def test_what_can_not_be_disputed(invoice: Invoice) -> None:
    line = fee_line(invoice)
    for amount in ("0.00", "150.01", "0.005", "-1.00"):
        with pytest.raises(Invalid):
            dispute(invoice, amount)
    with pytest.raises(Invalid, match="wrong"):
        dispute_line(invoice_id=invoice.pk, line_id=line.pk, amount=D(1), because=" ", by=ANN)
    with pytest.raises(NotFound):
        dispute_line(invoice_id=invoice.pk, line_id=0, amount=D(1), because="x", by=ANN)
    issue_credit(invoice_id=invoice.pk, amounts={line.pk: D("120.00")}, because="x", by=BOB)
    with pytest.raises(Invalid):
        dispute(invoice, "31.00")
    dispute(invoice, "30.00")
    with pytest.raises(Conflict, match="already"):
        dispute(invoice, "1.00")


def test_an_answer_says_why_and_credits_no_more_than_is_disputed(invoice: Invoice) -> None:
    row = dispute(invoice)
    with pytest.raises(Invalid, match="why"):
        answer_dispute(dispute_id=row.pk, answer="", by=BOB)
    for amount in ("50.01", "-1.00"):
        with pytest.raises(Invalid):
            answer_dispute(dispute_id=row.pk, answer="x", credit_amount=D(amount), by=BOB)
    withdraw_dispute(dispute_id=row.pk, by=ANN)
    for again in (
        lambda: answer_dispute(dispute_id=row.pk, answer="x", by=BOB),
        lambda: withdraw_dispute(dispute_id=row.pk, by=ANN),
        lambda: write_in_dispute(dispute_id=row.pk, text="x", is_from_employer=True, by=ANN),
    ):
        with pytest.raises(Conflict, match="meanwhile"):
            again()


def test_the_two_sides_write_and_nothing_is_rubbed_out(invoice: Invoice) -> None:
    row = dispute(invoice)
    note = write_in_dispute(dispute_id=row.pk, text="Which section?", is_from_employer=True, by=ANN)
    write_in_dispute(dispute_id=row.pk, text="4.3", is_from_employer=False, by=BOB)
    with pytest.raises(Invalid):
        write_in_dispute(dispute_id=row.pk, text=" ", is_from_employer=False, by=BOB)
    assert [one.text for one in row.notes.order_by("pk")] == ["Which section?", "4.3"]
    with pytest.raises(IntegrityError), transaction.atomic():
        type(note).objects.filter(pk=note.pk).update(text="never mind")
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceDispute.objects.filter(pk=row.pk).update(amount=D("1.00"))


def test_another_employer_sees_none_of_it(invoice: Invoice) -> None:
    dispute(invoice)
    stranger = make_world()
    scope = Scope(actor=ANN, employer_ids=frozenset({stranger.employer.pk}))
    assert not InvoiceDispute.objects.visible_to(scope).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_wins_and_the_other_is_told(invoice: Invoice) -> None:
    row = dispute(invoice)
    gate = threading.Barrier(2)
    said: list[object] = []

    def at_once(answer: Callable[[], object]) -> None:
        try:
            gate.wait()
            said.append(answer())
        except Conflict as problem:
            said.append(problem)
        finally:
            connection.close()

    answers: list[Callable[[], object]] = [
        lambda: answer_dispute(dispute_id=row.pk, answer="no", by=ANN),
        lambda: answer_dispute(dispute_id=row.pk, answer="yes", credit_amount=D("50.00"), by=BOB),
    ]
    threads = [threading.Thread(target=at_once, args=(answer,)) for answer in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [one for one in said if isinstance(one, Conflict)]
    assert len(said) == 2
    assert [one.code for one in refused] == ["billing.dispute_settled"]
    row.refresh_from_db()
    assert invoice.credits.count() == (1 if row.status == "credited" else 0)
