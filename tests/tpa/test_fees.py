"""Fees of every kind, what is passed on or given back, taxes, and invoices by division."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from claims.adjustments.reverse_decision import reverse_decision
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from claims.recoveries.record_refund import record_refund
from employers.funding.selectors import balances
from employers.models import Coverage, Division, Employer
from tests.factories.payments import ENGINE, World, make_decided, make_family, make_world
from tests.factories.tpa import LONG_AGO, enrol, flat, make_contract, pepm, per_claim
from tests.factories.users import make_scope
from tests.tpa.test_close_month import CODES, FEBRUARY, JANUARY, MARCH, at, close, correct, pay, told
from tpa.billing.charge import ChargeWords, charge
from tpa.contracts.add_fee import FeeTerms, add_fee
from tpa.contracts.end_contract import end_contract
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import LegalParameter, Role
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences
from tpa.models import Invoice, InvoiceLine

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=CODES) == []


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


def fee(kind: str, **terms: Any) -> FeeTerms:
    return FeeTerms(**({"kind": kind, "name": kind, "section": "4.9", "starts_on": JANUARY} | terms))


def amounts(invoice: Invoice) -> list[tuple[str, str]]:
    return [(line.kind, str(line.amount)) for line in invoice.lines.order_by("number")]


def sums(world: World) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in balances(world.account.pk).items() if amount}


def test_a_per_cent_of_savings_is_rounded_once_and_each_claim_has_its_part(world: World) -> None:
    contract = make_contract(world, fee("of_savings", percent=D("33.3333")))
    for billed in ("150.00", "150.00", "151.00"):  # a fifth of it is discount: 30.00, 30.00, 30.20
        make_decided(world, billed)
    make_decided(world, "90.00", outcome="denied")
    pay(world, date(2026, 1, 20))
    line = close(contract, JANUARY).lines.get(kind="fee")
    assert (line.base_amount, line.percent, line.amount, line.quantity_count) == (
        D("90.20"),
        D("33.3333"),
        D("30.07"),
        3,
    )
    assert sorted(row.amount for row in line.claims.all()) == [D("10.00"), D("10.00"), D("10.07")]


def test_savings_taken_back_give_the_fee_back(world: World) -> None:
    contract = make_contract(world, fee("of_savings", percent=D(25)))
    wrong = make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    assert ("fee", "7.50") in amounts(close(contract, JANUARY))
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="not ours")
    pay(world, date(2026, 2, 10))
    assert ("fee", "-7.50") in amounts(close(contract, FEBRUARY))


def test_a_minimum_tops_the_months_fees_up(world: World) -> None:
    contract = make_contract(world, pepm("40.00"), fee("minimum", amount=D("100.00")))
    enrol(world)
    assert amounts(close(contract, JANUARY)) == [("fee", "40.00"), ("fee", "60.00")]
    enrol(world, starts_on=FEBRUARY)
    enrol(world, starts_on=FEBRUARY)
    assert amounts(close(contract, FEBRUARY)) == [("fee", "120.00")]


def test_a_one_off_fee_is_billed_once(world: World) -> None:
    contract = make_contract(world, fee("one_off", amount=D("5000.00")))
    assert amounts(close(contract, JANUARY)) == [("fee", "5000.00")]
    assert amounts(close(contract, FEBRUARY)) == []


def test_run_out_fees_come_after_the_end(world: World) -> None:
    run_out = fee("run_out", percent=D(50), months_count=2, in_run_out=True)
    by_claim = FeeTerms(
        kind="per_claim", name="Run-out claims", amount=D("9.00"), section="9", starts_on=JANUARY, in_run_out=True
    )
    contract = make_contract(world, pepm("40.00"), run_out, by_claim, run_out_months_count=2, lookback_months_count=0)
    enrol(world)
    end_contract(contract_id=contract.pk, ends_on=MARCH, by=ENGINE, because="left")
    for month in (JANUARY, FEBRUARY):
        assert amounts(close(contract, month)) == [("fee", "40.00")]
    make_decided(world, "150.00")
    pay(world, date(2026, 3, 10))
    march = close(contract, MARCH)
    assert amounts(march) == [("claims", "80.00"), ("fee", "40.00"), ("fee", "9.00")]
    assert march.lines.get(fee__kind="run_out").base_amount == D("80.00")
    assert amounts(close(contract, date(2026, 4, 1))) == []
    with pytest.raises(Invalid, match="cover"):
        close(contract, date(2026, 5, 1))


def test_premium_and_vendors_are_passed_on(world: World) -> None:
    contract = make_contract(
        world,
        pepm("40.00"),
        pepm("116.30", name="Specific", tier="EE", purpose="stop_loss", payee_name="Summit Re"),
        pepm("205.90", name="Specific", tier="FAM", purpose="stop_loss", payee_name="Summit Re"),
    )
    for tier in ("EE", "EE", "FAM"):
        enrol(world, tier)
    charge(
        contract_id=contract.pk,
        words=ChargeWords("vendor", "vendor:UM-1", "Independent review", date(2026, 1, 9), D("350.00")),
        by=ENGINE,
    )
    invoice = close(contract, JANUARY)
    assert amounts(invoice) == [("fee", "120.00"), ("premium", "232.60"), ("premium", "205.90"), ("vendor", "350.00")]
    assert sums(world) == {
        "due_from_employer": D("908.50"), "fees": D("-120.00"), "pass_through": D("-788.50")
    }  # fmt: skip
    assert amounts(close(contract, FEBRUARY))[-1] == ("premium", "205.90")


def test_recoveries_are_given_back_less_the_fee_for_them(world: World) -> None:
    contract = make_contract(world, flat("10.00"), fee("of_recoveries", percent=D(20)))
    close(contract, JANUARY)
    words = ChargeWords("recovery", "recovery:7", "Third party, claim 26", date(2026, 1, 30), D("1000.00"))
    first = charge(contract_id=contract.pk, words=words, by=ENGINE)
    assert charge(contract_id=contract.pk, words=words, by=ENGINE) == first
    with pytest.raises(Conflict, match="Something else"):
        charge(contract_id=contract.pk, words=ChargeWords("recovery", "recovery:7", "x", JANUARY, D(1)), by=ENGINE)
    assert amounts(close(contract, FEBRUARY)) == [("fee", "10.00"), ("fee", "200.00"), ("recovery", "-1000.00")]
    assert sums(world)["employer_funds"] == D("1000.00")


def test_a_per_cent_of_what_came_back_into_the_employers_own_account() -> None:
    world = make_world()
    contract = make_contract(world, flat("10.00"), fee("of_recoveries", percent=D(20)))
    claim = make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    close(contract, JANUARY)
    senior = make_scope(Role.SENIOR_EXAMINER)
    row = open_overpayment(
        found=[FoundLine(claim.claim_number, D("60.00"))], reason="audit", because="units", by=senior
    )
    with time_machine.travel(at(2, 3), tick=False):
        record_refund(
            number=row.number, revision=0, amount=D("60.00"), check_number="1", received_on=date(2026, 2, 3), by=senior
        )
    assert amounts(close(contract, FEBRUARY)) == [("fee", "10.00"), ("fee", "12.00")]
    assert amounts(close(contract, MARCH)) == [("fee", "10.00")]


def test_a_state_taxes_what_is_taxable(world: World) -> None:
    LegalParameter.objects.create(
        name="tax.services.oh", value=D("5.75"), unit="percent", effective=(date(2020, 1, 1), None),
        known_on=date(2020, 1, 1), citation="invented", checked="read",
    )  # fmt: skip
    contract = make_contract(world, pepm("40.00", is_taxable=True), flat("150.00"))
    gone = enrol(world)
    assert amounts(close(contract, JANUARY))[-1] == ("tax", "2.30")
    correct(gone, at=at(2, 20), ends_on=JANUARY)
    back = close(contract, FEBRUARY)
    assert amounts(back) == [("fee", "150.00"), ("retro", "-40.00"), ("tax", "-2.30")]
    assert back.lines.get(kind="tax").section == "invented"
    assert "pass_through" not in sums(world)


def test_each_division_has_its_invoice(world: World) -> None:
    contract = make_contract(world, pepm("40.00"), per_claim("2.00"), flat("150.00"), by_division=True)
    east = Division.objects.create(employer=world.employer, code="EAST", name="East")
    coverages = []
    for division in (east, east, None):
        _family, member = make_family(world.employer)
        coverages.append(
            Coverage.objects.create(
                employer=world.employer,
                family=member.family,
                member=member,
                plan=world.plan,
                tier="EE",
                division=division,
                period=(JANUARY, None),
                recorded_at=LONG_AGO,
            )
        )
    world.family, world.member = coverages[0].family, coverages[0].member
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    whole = close(contract, JANUARY)
    of_east = Invoice.objects.get(division="EAST")
    assert amounts(whole) == [("fee", "40.00"), ("fee", "150.00")]
    assert amounts(of_east) == [("claims", "80.00"), ("fee", "80.00"), ("fee", "2.00")]
    assert of_east.number == f"{whole.number}-EAST"
    # Who left is taken back where he was billed.
    correct(coverages[1], at=at(2, 20), ends_on=JANUARY)
    close(contract, FEBRUARY)
    [taken] = InvoiceLine.objects.filter(kind="retro")
    assert (taken.invoice.division, taken.amount) == ("EAST", D("-40.00"))
    assert close(contract, FEBRUARY).number.endswith("2026-02")
    assert Invoice.objects.count() == 4


def test_months_count_by_the_contracts_rule(world: World) -> None:
    contract = make_contract(world, pepm("40.00"), starts_until_day=15)
    enrol(world, starts_on=date(2026, 1, 15))
    enrol(world, starts_on=date(2026, 1, 16))
    assert told(close(contract, JANUARY)) == [("fee", "Jan", 1, "40.00")]
    assert told(close(contract, FEBRUARY)) == [("fee", "Feb", 2, "80.00")]


@pytest.mark.parametrize(
    "terms",
    [
        {"kind": "of_savings"},
        {"kind": "of_savings", "percent": D(25), "amount": D(1)},
        {"kind": "pepm", "amount": D(1), "percent": D(1)},
        {"kind": "of_savings", "percent": D(-1)},
        {"kind": "run_out", "percent": D(100)},
        {"kind": "flat", "amount": D(1), "months_count": 3},
        {"kind": "pepm", "amount": D(1), "in_run_out": True},
        {"kind": "minimum", "amount": D(1), "purpose": "claims_fund"},
        {"kind": "pepm", "amount": D(1), "purpose": "stop_loss"},
    ],
)
def test_fees_that_cannot_be_are_refused(world: World, terms: dict[str, Any]) -> None:
    contract = make_contract(world)
    with pytest.raises(Invalid):
        add_fee(contract_id=contract.pk, terms=fee(**terms), by=ENGINE)


def test_a_contract_with_an_insurer_is_closed_like_any_other(world: World) -> None:
    """Its business stands as an employer's does: members, claims account, months."""
    Employer.objects.filter(pk=world.employer.pk).update(kind=Employer.Kind.INSURER)
    contract = make_contract(world, per_claim("4.25"))
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    invoice = close(contract, JANUARY)
    assert ("fee", "4.25") in amounts(invoice)
    assert [line.kind for line in invoice.lines.order_by("number")] == ["claims", "fee"]


def test_where_the_law_keeps_fees_from_savings_none_is_agreed(world: World) -> None:
    load_parameters()
    Employer.objects.filter(pk=world.employer.pk).update(state="CT")
    world.employer.refresh_from_db()
    contract = make_contract(world)
    with pytest.raises(Invalid, match="38a-720g"):
        add_fee(contract_id=contract.pk, terms=fee("of_savings", percent=D(5)), by=ENGINE)
    # What auditing brings back is another matter there.
    add_fee(contract_id=contract.pk, terms=fee("of_recoveries", percent=D(5)), by=ENGINE)
