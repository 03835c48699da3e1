"""What a bank sends back: found by its trace, the money owed again, accounts corrected or refused, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from claims.models import Claim, Payment, PaymentInstrument, ReceivingAccount, ReturnEntry, ReturnFile
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.reissue_payment import reissue_payment
from claims.payments.run_payments import run_payments
from claims.payments.take_returns import take_returns
from claims.payments.write_payment_documents import write_payment_documents
from employers.funding.selectors import balances
from plans.models import FormerAccount
from tests.claims.payments.nacha_checker import read_checked
from tests.factories.bank import Back, return_file
from tests.factories.payments import ENGINE, World, make_decided, make_provider, make_world
from tests.factories.users import make_user
from tpa.foundation import work
from tpa.foundation.access import Scope, scope_for
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import Document, LegalParameter, Role
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 12)
OWED = Decimal("80.00")


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    if not LegalParameter.objects.exists():
        load_parameters()
    yield
    assert offences(only=["I1", "I2", "I3", "I5", "I9", "I12", "I13"]) == []


def ach_world() -> World:
    world = make_world()
    world.payee, world.provider = make_provider(method="ach")
    return world


def pay(world: World, on: date = TODAY) -> None:
    assert run_payments(employer_id=world.employer.pk, on=on, by=ENGINE) is not None
    write()


def write() -> None:
    while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
        pass


def back(code: str, **more: object) -> Back:
    """About the only ACH credit that went out last."""
    one = PaymentInstrument.objects.filter(method="ach").latest("pk")
    account = one.payment.payee.bank_account_number if one.payment.payee else ""
    values: dict[str, object] = {"trace": one.ach_trace, "cents": int(one.amount * 100), "account": account}
    return Back(code, **(values | more))  # type: ignore[arg-type]


def take(*entries: Back, **more: object) -> tuple[ReturnFile, bool]:
    data = return_file(entries, **more)  # type: ignore[arg-type]
    return take_returns(data=data, name="returns.ach", origin="screen", by=ENGINE)


def said() -> list[tuple[str, str, str]]:
    return [(one.status, one.code, one.finding) for one in ReturnEntry.objects.order_by("pk")]


def senior() -> Scope:
    return scope_for(make_user(Role.SENIOR_EXAMINER))


def held(world: World) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in balances(world.account.pk).items() if amount}


def sent(kind: str = "ACH") -> list[bytes]:
    return [read_bytes(row.sha256) for row in Document.objects.filter(kind=kind).order_by("pk")]


def test_a_return_makes_the_money_owed_again_and_it_is_paid_by_check() -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    assert held(world) == {"claims_paid": OWED, "payments_out": -OWED}
    file, is_new = take(back("R03"))
    assert (is_new, file.entry_count, file.open_count) == (True, 1, 0)
    one = PaymentInstrument.objects.get()
    assert (one.status, one.return_code) == ("returned", "R03")
    assert held(world) == {}
    assert Claim.objects.get().status == "paid"
    assert ReceivingAccount.objects.get().status == "refused"
    with pytest.raises(Invalid, match="by check"):
        reissue_payment(instrument_id=one.pk, method="ach", because="again", by=senior(), on=date(2026, 3, 16))
    again = reissue_payment(instrument_id=one.pk, method="check", because="again", by=senior(), on=date(2026, 3, 16))
    write()
    one.refresh_from_db()
    assert (one.status, again.number, again.status) == ("reissued", 2, "issued")
    assert held(world) == {"claims_paid": OWED, "payments_out": -OWED}
    assert Document.objects.get(kind="CHECK_PDF").name == f"checks-{again.check_number}-{again.check_number}.pdf"
    # What is decided from now on goes by check too: the account is refused until another is given.
    make_decided(world, "100.00")
    pay(world, date(2026, 3, 17))
    assert Payment.objects.latest("pk").method == "check"


def test_the_same_file_twice_and_the_same_return_in_another_file_are_harmless() -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    entry = back("R02")
    first, _new = take(entry)
    again, is_new = take(entry)
    assert (again.pk, is_new) == (first.pk, False)
    assert ReturnFile.objects.get().again_count == 1
    other, is_new = take(entry, entry, made="2603171015")
    assert (is_new, other.open_count) == (True, 0)
    assert [status for status, _code, _finding in said()] == ["applied", "known", "known"]
    assert held(world) == {}
    assert PaymentInstrument.objects.count() == 1


def test_two_returns_of_one_entry_in_a_file_take_it_back_once() -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    take(back("R02"), back("R03"))
    assert [status for status, _code, _finding in said()] == ["applied", "open"]
    assert held(world) == {}


def test_what_fits_nothing_is_a_finding_with_its_place() -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    file, _new = take(back("R03", trace="122000039999999"), back("R03", cents=1), back("R99"))
    assert file.open_count == 3
    entries = list(ReturnEntry.objects.order_by("place"))
    assert [one.place for one in entries] == [4, 6, 8]
    assert "No payment" in entries[0].finding
    assert "another amount" in entries[1].finding
    assert "R99" in entries[2].finding
    assert PaymentInstrument.objects.get().status == "issued"


def test_what_can_not_be_read_is_kept_and_said() -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    lines = return_file([back("R03"), back("R02")]).decode().splitlines()
    del lines[5]  # the addenda of the second
    broken = "\n".join([*lines[:-1], "garbage"]).encode()
    file, _new = take_returns(data=broken, name="x", origin="screen", by=ENGINE)
    found = {one.place: (one.kind, one.status) for one in ReturnEntry.objects.all()}
    assert found[4] == ("return", "applied")
    assert found[5] == ("unread", "open")
    assert file.open_count == len(found) - 1 >= 3
    assert read_bytes(file.sha256) == broken
    noise, _new = take_returns(data=b"\x00\xff not a file", name="y", origin="screen", by=ENGINE)
    assert noise.open_count >= 1
    with pytest.raises(Invalid):
        take_returns(data=b"", name="z", origin="screen", by=ENGINE)


@pytest.mark.parametrize(
    ("code", "data", "expected"),
    [
        ("C01", "555111222", ("021000089", "555111222", "checking")),
        ("C02", "122000030", ("122000030", None, "checking")),
        ("C03", "122000030   555111222", ("122000030", "555111222", "checking")),
        ("C05", "32", ("021000089", None, "savings")),
        ("C06", "555111222           32", ("021000089", "555111222", "savings")),
        ("C07", "122000030555111222        32", ("122000030", "555111222", "savings")),
    ],
)
def test_a_change_corrects_the_account_of_the_next_payment(
    code: str, data: str, expected: tuple[str, str | None, str]
) -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    before = world.payee.bank_account_number
    take(back(code, cents=0, corrected=data))
    assert said()[0][0] == "applied"
    world.payee.refresh_from_db()
    routing, account, kind = expected
    stands = (world.payee.bank_routing_number, world.payee.bank_account_number, world.payee.bank_account_type)
    assert stands == (routing, account or before, kind)
    assert FormerAccount.objects.get().bank_account_number == before
    assert PaymentInstrument.objects.get().status == "issued"
    make_decided(world, "100.00")
    pay(world, date(2026, 3, 19))
    [entry] = read_checked(sent()[-1])
    assert (entry.routing, entry.account) == (routing, account or before)
    assert entry.code == {"checking": "22", "savings": "32"}[kind]
    # Told once more it is known; told of the account that was, it changes nothing.
    take(back(code, cents=0, corrected=data, account=before), made="2603181015")
    assert said()[-1][0] in ("known", "open")
    assert FormerAccount.objects.count() == 1


@pytest.mark.parametrize(("code", "data"), [("C02", "123456789"), ("C04", "OTHER NAME"), ("C01", "")])
def test_a_change_that_can_not_be_right_is_a_finding(code: str, data: str) -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    take(back(code, cents=0, corrected=data))
    assert said()[0][0] == "open"
    assert not FormerAccount.objects.exists()


def test_after_a_change_the_returned_payment_goes_to_the_corrected_account() -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    take(back("R04"), back("C01", cents=0, corrected="555111222"))
    one = PaymentInstrument.objects.get()
    again = reissue_payment(instrument_id=one.pk, method="ach", because="corrected", by=senior(), on=date(2026, 3, 16))
    write()
    again.refresh_from_db()
    first, second = (read_checked(data)[0] for data in sent())
    assert second.account == "555111222"
    assert second.trace == again.ach_trace != first.trace
    # The addenda repeats the trace of the remittance that was sent with the first.
    assert second.addenda == first.addenda
    assert Document.objects.filter(kind="835").count() == 1
    # A return of the first that comes late, after it was paid again, changes nothing and is shown.
    take(back("R02", trace=one.ach_trace, cents=8000), made="2603201015")
    assert said()[-1][0] == "open"
    assert "paid again" in said()[-1][2]
    again.refresh_from_db()
    assert again.status == "issued"
    # A return of the second is its own.
    take(back("R16"), made="2603211015")
    again.refresh_from_db()
    assert again.status == "returned"


@pytest.mark.django_db(transaction=True)
def test_two_who_bring_one_file_and_two_who_pay_again() -> None:
    world = ach_world()
    make_decided(world, "150.00")
    pay(world)
    data = return_file([back("R03")])
    told: list[object] = []

    def at_once(do: object) -> None:
        def one() -> None:
            try:
                do()  # type: ignore[operator]
            except Conflict as conflict:
                told.append(conflict.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    at_once(lambda: take_returns(data=data, name="r", origin="api", by=ENGINE))
    assert ReturnFile.objects.get().again_count == 1
    assert ReturnEntry.objects.count() == 1
    assert held(world) == {}
    one, by = PaymentInstrument.objects.get(), senior()
    at_once(lambda: reissue_payment(instrument_id=one.pk, method="check", because="x", by=by, on=TODAY))
    assert len(told) == 1
    assert told[0] in ("payments.not_owed", "payments.run_under_way")
    assert PaymentInstrument.objects.count() == 2
    assert held(world) == {"claims_paid": OWED, "payments_out": -OWED}
