"""What banks are told of checks, what they answer, which checks are stale, and when a state takes the money."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from claims.adjustments.void_payment import void_payment
from claims.models import PaymentInstrument, PositivePayFile
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.escheat_payment import escheat_payment
from claims.payments.positive_pay import CheckTold, answer_presented, layouts, write_positive_pay_file
from claims.payments.reissue_payment import reissue_payment
from claims.payments.run_payments import run_payments
from claims.payments.set_bank_terms import BankTermsWords, set_bank_terms
from claims.payments.stop_payment import stop_payment
from claims.payments.unclaimed import uncashed_checks
from claims.payments.write_payment_documents import write_payment_documents
from claims.payments.write_positive_pay import told_to_bank, write_positive_pay
from tests.factories.payments import ENGINE, World, make_decided, make_world
from tests.factories.users import make_scope
from tpa.foundation import work
from tpa.foundation.access import system_scope
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import LegalParameter, Role
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

TODAY = date(2026, 3, 12)
ORACLES = Path(__file__).parents[4] / "shared" / "oracles" / "09_edi_835_837_payments.yaml"


def told(number: str, amount: str = "10.00", *, is_void: bool = False, payee: str = "Riverbend") -> CheckTold:
    return CheckTold("122000030", "880012345", number, TODAY, Decimal(amount), payee, is_void)


def test_a_csv_says_issues_and_voids() -> None:
    data = write_positive_pay_file("csv", [told("1001", payee="=cmd, Inc"), told("1001", is_void=True)])
    rows = list(csv.reader(io.StringIO(data.decode())))
    assert rows[0] == ["Account", "Check", "Issued", "Amount", "Payee", "Record"]
    assert rows[1] == ["880012345", "1001", "03/12/2026", "10.00", "'=cmd, Inc", "I"]
    assert rows[2][-1] == "V"


@given(
    st.lists(
        st.tuples(
            st.integers(1, 9_999_999_999),
            st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2),
            st.text(max_size=40),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_fixed_records_are_as_wide_as_they_say_and_add_up(checks: list[tuple[int, Decimal, str, bool]]) -> None:
    records = [told(str(number), str(amount), is_void=void, payee=payee) for number, amount, payee, void in checks]
    lines = write_positive_pay_file("fixed-80", records).decode("ascii").split("\r\n")
    assert lines.pop() == ""
    assert {len(line) for line in lines} == {80}
    *body, end = lines
    assert [(line[0], int(line[18:28]), Decimal(line[36:48]) / 100) for line in body] == [
        ("V" if void else "I", number, amount) for number, amount, _payee, void in checks
    ]
    assert end[0] == "T"
    assert int(end[18:28]) == len(checks)
    assert Decimal(end[28:40]) / 100 == sum(amount for _n, amount, _p, void in checks if not void)
    assert Decimal(end[40:52]) / 100 == sum(amount for _n, amount, _p, void in checks if void)


def test_only_layouts_that_are_known() -> None:
    assert layouts() == ["csv", "fixed-80"]
    with pytest.raises(KeyError):
        write_positive_pay_file("none", [])


@pytest.fixture
def _law(db: Any) -> Iterator[None]:
    if not LegalParameter.objects.filter(name__startswith="unclaimed.").exists():
        load_parameters()
    yield
    assert offences(only=["I1", "I2", "I5", "I9", "I12"]) == []


def words(**more: Any) -> BankTermsWords:
    values: dict[str, Any] = {
        "bank_name": "BANK OF NOWHERE",
        "immediate_origin": "1987654320",
        "company_name": "FOUNDRY CLAIMS",
        "company_number": "1987654320",
        "source": "treasury agreement",
        "positive_pay_layout": "csv",
    }
    return BankTermsWords(**(values | more))


def agree(world: World, **more: Any) -> None:
    set_bank_terms(
        claims_account_id=world.account.pk,
        words=words(**more),
        from_on=date(2020, 1, 1),
        scope=system_scope("test"),
        by=ENGINE,
    )


def paid(world: World, on: date = TODAY) -> PaymentInstrument:
    make_decided(world, "150.00")
    run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)
    write()
    return PaymentInstrument.objects.latest("pk")


def write() -> None:
    while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
        pass


def files() -> list[list[list[str]]]:
    rows = PositivePayFile.objects.order_by("pk").select_related("document")
    return [list(csv.reader(io.StringIO(read_bytes(row.document.sha256).decode())))[1:] for row in rows]


@pytest.mark.usefixtures("_law")
def test_each_check_is_told_once_when_issued_and_once_when_void() -> None:
    world = make_world()
    agree(world)
    one = paid(world)
    assert [[(row[1], row[5]) for row in file] for file in files()] == [[(one.check_number, "I")]]
    by = make_scope(Role.TPA_MANAGER)
    stop_payment(instrument_id=one.pk, because="lost", by=by)
    again = reissue_payment(instrument_id=one.pk, method="check", because="lost", by=by, on=TODAY)
    write()
    said = [(row[1], row[5]) for file in files()[1:] for row in file]
    assert said == [(again.check_number, "I"), (one.check_number, "V")]
    assert write_positive_pay(claims_account_ids=[world.account.pk], at=timezone.now()) == []
    void_payment(instrument_id=again.pk, then="owed", because="wrong", by=by)
    write()
    assert [(row[1], row[5]) for row in files()[-1]] == [(again.check_number, "V")]
    assert answer_presented(told_to_bank(one.check_number), one.check_number, one.amount) == "exception void"


@pytest.mark.usefixtures("_law")
def test_a_bank_that_wants_none_is_told_nothing() -> None:
    world = make_world()
    one = paid(world)
    assert not PositivePayFile.objects.exists()
    assert answer_presented(told_to_bank(one.check_number), one.check_number, one.amount) == "pay"


@pytest.mark.usefixtures("_law")
def test_terms_are_superseded_and_checked() -> None:
    world = make_world()
    agree(world, stale_days=90)
    scope = system_scope("test")
    set_bank_terms(
        claims_account_id=world.account.pk, words=words(stale_days=60), from_on=TODAY, scope=scope, by=ENGINE
    )
    paid_before, paid_after = paid(world, date(2026, 1, 5)), paid(world)
    assert paid_before.issued_on < paid_after.issued_on
    for wrong in ({"company_name": "much too long a name"}, {"positive_pay_layout": "x"}, {"stale_days": 5}):
        with pytest.raises(Invalid):
            agree(world, **wrong)


@pytest.mark.usefixtures("_law")
@pytest.mark.parametrize(
    ("state", "dormant", "report", "letter"),
    [
        ("OH", date(2031, 3, 12), date(2031, 11, 1), (date(2031, 7, 4), date(2031, 9, 2))),
        ("CA", date(2029, 3, 12), date(2029, 11, 1), (date(2028, 11, 1), date(2029, 5, 5))),
        ("DE", date(2031, 3, 12), date(2032, 3, 1), (date(2031, 9, 3), date(2032, 1, 1))),
    ],
)
def test_when_a_state_takes_the_money(state: str, dormant: date, report: date, letter: tuple[date, date]) -> None:
    world = make_world()
    world.payee.state = state
    world.payee.save()
    one = paid(world)
    assert uncashed_checks(system_scope("t"), date(2026, 9, 7)) == []
    [row] = uncashed_checks(system_scope("t"), date(2026, 9, 8))
    assert (row.instrument.pk, row.stale_on, row.state) == (one.pk, date(2026, 9, 8), state)
    assert (row.dormant_on, row.report_on) == (dormant, report)
    assert (row.letter_from_on, row.letter_to_on) == letter
    assert not row.is_due(date(2028, 1, 1))
    assert row.is_due(dormant)
    assert row.law


@pytest.mark.usefixtures("_law")
def test_a_check_is_handed_to_the_state_only_when_it_is_unclaimed() -> None:
    world = make_world()
    by = make_scope(Role.TPA_MANAGER)
    young, old = paid(world), paid(world, date(2018, 1, 8))
    agree(world)
    write()
    with pytest.raises(Conflict, match="not unclaimed"):
        escheat_payment(instrument_id=young.pk, because="x", by=by)
    escheat_payment(instrument_id=old.pk, because="report of 2026", by=by)
    old.refresh_from_db()
    assert (old.status, old.because) == ("escheated", "report of 2026")
    write()
    assert (old.check_number, "V") in [(row[1], row[5]) for row in files()[-1]]


@pytest.mark.usefixtures("_law")
def test_where_state_law_does_not_apply_nothing_goes_to_a_state() -> None:
    world = make_world()
    agree(world, state_law_applies=False)
    old = paid(world, date(2018, 1, 8))
    [row] = uncashed_checks(system_scope("t"), TODAY)
    assert (row.instrument.pk, row.state_law_applies, row.dormant_on) == (old.pk, False, None)
    with pytest.raises(Conflict):
        escheat_payment(instrument_id=old.pk, because="x", by=make_scope(Role.TPA_MANAGER))


@pytest.mark.skipif(not ORACLES.exists(), reason="the given oracles are not here")
def test_the_given_answers_to_presented_checks() -> None:
    cases = {case["id"]: case for case in yaml.safe_load(ORACLES.read_text())["cases"]}
    case = cases["POSITIVE-PAY-BASIC"]
    issued = case["inputs"]["issued"]
    records = [told(one["check"], one["amount"]) for one in issued]
    records += [told(one["check"], one["amount"], is_void=True) for one in issued if one.get("void")]
    got = {
        one["check"]: answer_presented(records, one["check"], Decimal(one["amount"]))
        for one in case["inputs"]["presented"]
    }
    assert got == case["expected"]
