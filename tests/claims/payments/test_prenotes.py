"""New accounts are tried first where a bank wants it; members are paid by PPD; files of one day are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from claims.models import AchFile, Payment, PaymentInstrument, ReceivingAccount
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.run_payments import run_payments
from claims.payments.set_bank_terms import BankTermsWords, set_bank_terms
from claims.payments.set_member_account import set_member_account
from claims.payments.take_returns import take_returns
from claims.payments.write_ach import write_ach
from claims.payments.write_payment_documents import write_payment_documents
from tests.claims.payments.nacha_checker import read_checked
from tests.factories.bank import Back, return_file
from tests.factories.payments import ENGINE, World, make_decided, make_provider, make_world
from tpa.foundation import work
from tpa.foundation.access import system_scope
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Document, LegalParameter
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    if not LegalParameter.objects.filter(name="nacha.prenote_banking_days").exists():
        load_parameters()
    yield
    assert offences(only=["I1", "I2", "I5", "I9", "I12"]) == []


def ach_world(**terms: Any) -> World:
    world = make_world()
    world.payee, world.provider = make_provider(method="ach")
    values: dict[str, Any] = {"discretionary": "ZZ 12", "settlement_days": 2} | terms
    words = BankTermsWords("RIVER NATIONAL", "0123456789", "FOUNDRY PLAN", "9876543210", "agreement", **values)
    set_bank_terms(
        claims_account_id=world.account.pk, words=words, from_on=date(2020, 1, 1), scope=system_scope("t"), by=ENGINE
    )
    return world


def pay(world: World, on: date, **more: Any) -> Payment:
    make_decided(world, "150.00", **more)
    run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)
    while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
        pass
    return Payment.objects.latest("pk")


def files() -> list[bytes]:
    return [read_bytes(row.sha256) for row in Document.objects.filter(kind="ACH").order_by("pk")]


def test_an_account_is_not_used_until_its_waiting_days_are_over() -> None:
    world = ach_world(has_prenotes=True)
    # Thursday 12 March; settles Monday 16 March, and is used from Thursday 19 March on.
    assert pay(world, date(2026, 3, 12)).method == "check"
    [entry] = read_checked(files()[0])
    assert (entry.code, entry.cents) == ("23", 0)
    row = ReceivingAccount.objects.get()
    assert (row.status, row.usable_on) == ("tried", date(2026, 3, 19))
    assert pay(world, date(2026, 3, 18)).method == "check"
    assert len(files()) == 1
    assert pay(world, date(2026, 3, 19)).method == "ach"
    row.refresh_from_db()
    assert row.status == "open"


def test_a_prenote_that_comes_back_keeps_the_account_shut() -> None:
    world = ach_world(has_prenotes=True)
    pay(world, date(2026, 3, 12))
    row = ReceivingAccount.objects.get()
    data = return_file([Back("R04", row.ach_trace)])
    take_returns(data=data, name="r", origin="api", by=ENGINE)
    row.refresh_from_db()
    assert (row.status, row.return_code) == ("refused", "R04")
    assert pay(world, date(2026, 4, 2)).method == "check"


def test_the_file_says_who_we_are_at_this_bank_and_when_it_settles() -> None:
    world = ach_world()
    pay(world, date(2026, 7, 1))
    [data] = files()
    header, batch = data.decode().split("\r\n")[:2]
    assert (header[13:23], header[40:63].strip()) == ("0123456789", "RIVER NATIONAL")
    assert (batch[4:20].strip(), batch[20:40].strip(), batch[40:50]) == ("FOUNDRY PLAN", "ZZ 12", "9876543210")
    # Two banking days after Wednesday 1 July: Friday is observed by nobody at the Federal Reserve (4 July 2026 is a
    # Saturday).
    assert batch[69:75] == "260703"
    assert AchFile.objects.get().effective_on == date(2026, 7, 3)


def test_a_member_is_paid_by_ppd() -> None:
    world = ach_world()
    set_member_account(
        member_id=world.member.pk, routing_number="122000030", account_number="4455", because="asked for it", by=ENGINE
    )
    payment = pay(world, date(2026, 3, 12), benefits_assigned=False)
    assert (payment.method, payment.member_id) == ("ach", world.member.pk)
    [entry] = read_checked(files()[0])
    assert (entry.kind, entry.account, entry.number) == ("PPD", "4455", world.family.subscriber_number)
    assert entry.addenda == [f"TRN*1*{payment.trace_number}*1987654320\\"]
    take_returns(
        data=return_file([Back("C02", entry.trace, bank="12200003", account="4455", corrected="021000089")]),
        name="r",
        origin="api",
        by=ENGINE,
    )
    pay(world, date(2026, 3, 19), benefits_assigned=False)
    assert read_checked(files()[-1])[0].routing == "021000089"
    with pytest.raises(Invalid):
        set_member_account(member_id=world.member.pk, routing_number="1", account_number="4455", because="x", by=ENGINE)


def test_files_of_one_day_are_told_apart_and_written_once() -> None:
    world = ach_world()
    at = datetime(2026, 3, 12, 15, tzinfo=UTC)
    told = []
    for day in range(1, 40):
        make_decided(world, "150.00")
        run_payments(employer_id=world.employer.pk, on=date(2026, 3, 1 + day % 28), by=ENGINE)
        [file] = write_ach(claims_account_ids=[world.account.pk], at=at)
        assert write_ach(claims_account_ids=[world.account.pk], at=at) == []
        told.append((file.minute, file.modifier))
    assert len(set(told)) == 39
    assert "".join(modifier for _minute, modifier in told[:36]) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    assert told[36][1] == "A"
    assert told[36][0] > told[0][0]
    traces = list(PaymentInstrument.objects.values_list("ach_trace", flat=True))
    assert len(set(traces)) == 39
