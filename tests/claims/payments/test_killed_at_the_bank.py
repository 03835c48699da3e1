"""Killed at ten random points each: a payment run with instruments, the writing of ACH files, the taking in of returns.
Nothing twice, nothing missing; afterwards it ends as if nothing had happened."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from claims.models import AchFile, Payment, PaymentInstrument, ReceivingAccount, ReturnEntry, ReturnFile
from claims.payments.run_payments import run_payments
from claims.payments.set_bank_terms import BankTermsWords, set_bank_terms
from employers.models import LedgerEntry
from tests.claims.payments.nacha_checker import read_checked
from tests.factories.bank import Back, return_file
from tests.factories.killed import run_until_killed
from tests.factories.payments import ENGINE, World, make_decided, make_provider, make_world
from tpa.foundation.access import system_scope
from tpa.foundation.edi_files import read_bytes, store_bytes
from tpa.foundation.models import Document, LegalParameter
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

CODES = ["I1", "I2", "I3", "I5", "I9", "I12"]
PAY = """
from datetime import date
from claims.payments.pay_employer import pay_employer
pay_employer(employer_id={employer}, on=date(2026, 3, 12))
"""
WRITE = """
from django.utils import timezone
from claims.payments.write_ach import write_ach
write_ach(claims_account_ids=[{account}], at=timezone.now())
"""
TAKE = """
from claims.payments.take_returns import take_returns
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import read_bytes
take_returns(data=read_bytes("{sha256}"), name="r.ach", origin="api", by=Actor.system("bank"))
"""


@pytest.fixture
def world() -> Iterator[World]:
    if not LegalParameter.objects.filter(name="nacha.prenote_banking_days").exists():
        load_parameters()
    made = make_world()
    words = BankTermsWords("BANK", "1987654320", "FOUNDRY", "1987654320", "agreement", positive_pay_layout="csv")
    set_bank_terms(
        claims_account_id=made.account.pk, words=words, from_on=date(2020, 1, 1), scope=system_scope("t"), by=ENGINE
    )
    make_decided(made, "150.00")
    for _ in range(3):
        made.payee, made.provider = make_provider(method="ach")
        make_decided(made, "150.00")
    yield made
    assert offences(only=CODES) == []


def points(code: str, counted: Any, first: int, last: int, seed: int) -> None:
    """Kill at ten different statements; what is counted is as it was, each time."""
    before = counted()
    for point in sorted(random.Random(seed).sample(range(first, last), 10)):
        assert run_until_killed(code, at=point) is None, point
        assert counted() == before, point
        assert offences(only=CODES) == []


def moved() -> tuple[Any, ...]:
    return (
        Payment.objects.count(),
        PaymentInstrument.objects.count(),
        sorted(PaymentInstrument.objects.values_list("status", flat=True)),
        AchFile.objects.count(),
        ReturnEntry.objects.count(),
        LedgerEntry.objects.count(),
        LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"],
    )


def test_a_payment_run_that_is_killed_at_ten_points(world: World) -> None:
    code = PAY.format(employer=world.employer.pk)
    points(code, moved, 1, 38, seed=4711)
    assert run_until_killed(code, at=10_000) is not None
    assert run_until_killed(code, at=10_000) is not None
    assert (Payment.objects.count(), PaymentInstrument.objects.count()) == (4, 4)
    assert PaymentInstrument.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal("320.00")


def test_an_ach_file_that_is_killed_at_ten_points(world: World) -> None:
    run_payments(employer_id=world.employer.pk, on=date(2026, 3, 12), by=ENGINE)
    code = WRITE.format(account=world.account.pk)
    points(code, moved, 1, 16, seed=4712)
    assert run_until_killed(code, at=10_000) is not None
    assert run_until_killed(code, at=10_000) is not None
    [file] = AchFile.objects.all()
    entries = read_checked(read_bytes(file.document.sha256))
    sent = PaymentInstrument.objects.filter(method="ach").values_list("ach_trace", "amount", "ach_file_id")
    assert sorted((one.trace, Decimal(one.cents) / 100, file.pk) for one in entries) == sorted(sent)
    assert len(entries) == 3
    assert Document.objects.filter(kind="ACH").count() == 1


def test_returns_that_are_killed_at_ten_points(world: World) -> None:
    run_payments(employer_id=world.employer.pk, on=date(2026, 3, 12), by=ENGINE)
    assert run_until_killed(WRITE.format(account=world.account.pk), at=10_000) is not None
    sent = list(PaymentInstrument.objects.filter(method="ach").select_related("payment__payee").order_by("pk"))
    data = return_file(
        [
            Back("R03", sent[0].ach_trace, 8000, account=sent[0].payment.payee.bank_account_number),
            Back("R16", sent[1].ach_trace, 8000),
            Back("C01", sent[2].ach_trace, account=sent[2].payment.payee.bank_account_number, corrected="99887766"),
            Back("R02", "122000039999999"),
        ]
    )
    code = TAKE.format(sha256=store_bytes(data))
    points(code, moved, 1, 28, seed=4713)
    assert not ReturnFile.objects.exists()
    assert run_until_killed(code, at=10_000) is not None
    assert run_until_killed(code, at=10_000) is not None
    file = ReturnFile.objects.get()
    assert (file.entry_count, file.open_count, file.again_count) == (4, 1, 1)
    assert sorted(PaymentInstrument.objects.values_list("status", flat=True)) == [
        "issued",
        "issued",
        "returned",
        "returned",
    ]
    assert sorted(ReceivingAccount.objects.values_list("status", flat=True)) == ["open", "refused"]
