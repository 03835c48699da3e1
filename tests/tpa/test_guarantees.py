"""Guarantees measure themselves from what is recorded, show what missed, and post the credit; once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from claims.models import Claim, ClaimEvent
from employers.models import Employer
from tests.factories.payments import ENGINE, World, make_decided, make_submission, make_world, receive
from tests.factories.tpa import flat, make_contract, pepm
from tests.tpa.test_close_month import APRIL, CODES, FEBRUARY, JANUARY, MARCH, close, pay, sums
from tpa.billing.audit_samples import draw_audit_sample, record_audit
from tpa.billing.measure_guarantee import guarantees_due, measure_guarantee
from tpa.contracts.add_guarantee import GuaranteeTerms, add_guarantee
from tpa.contracts.fees_at_risk import fees_at_risk, penalty
from tpa.contracts.guarantee_flags import guarantee_flags
from tpa.contracts.reports import deliver_report, expect_report
from tpa.foundation.errors import Conflict, Invalid
from tpa.invariants.check import offences
from tpa.models import AuditSample, Charge, Contract, Guarantee, GuaranteeResult

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture(autouse=True)
def _everything_holds() -> Iterator[None]:
    yield
    assert offences(only=CODES) == []


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


@pytest.fixture
def contract(world: World) -> Contract:
    return make_contract(world, flat("10000.00"), pepm("40.00"))


def words(measure: str = "turnaround", **more: Any) -> GuaranteeTerms:
    values: dict[str, Any] = {
        "name": "Turnaround", "measure": measure, "cadence": "quarter", "target_percent": D(90),
        "at_risk_percent": D(20), "weight_percent": D(30), "standard": "90 % of claims within 14 days",
        "criteria": "receipt to first decision, calendar days", "damages": "its part of the fees at risk",
        "population": "all claims received", "sampling": "none: all claims", "frequency": "quarterly",
        "measured_by": "operations", "section": "9.1", "starts_on": JANUARY,
        "within_days": 14 if measure == "turnaround" else None, "legal_review_on": date(2025, 12, 1),
    }  # fmt: skip
    return GuaranteeTerms(**(values | more))


def quarter(contract: Contract) -> None:
    for month in (JANUARY, FEBRUARY, MARCH):
        close(contract, month)


def measure(guarantee: Guarantee, starts_on: date = JANUARY, *, on: date = date(2026, 5, 1)) -> GuaranteeResult:
    with time_machine.travel(datetime(on.year, on.month, on.day, 12, tzinfo=UTC), tick=False):
        return measure_guarantee(guarantee_id=guarantee.pk, starts_on=starts_on, by=ENGINE)


def decided_after(world: World, days: int | None, received_on: date = date(2026, 2, 2)) -> Claim:
    claim = receive(world, make_submission(world, [D(100)], on=received_on), received_on=received_on)
    if days is not None:
        at = datetime(2026, 2, 2, 15, tzinfo=UTC) + timedelta(days=(received_on - date(2026, 2, 2)).days + days)
        for to, when in (("approved", at), ("received", at + timedelta(days=1)), ("approved", at + timedelta(days=60))):
            ClaimEvent.objects.create(
                claim=claim, employer=world.employer, at=when, actor="system:test", origin="engine", to_status=to
            )
    return claim


def test_turnaround_is_reckoned_from_the_first_decision_of_what_was_received(world: World, contract: Contract) -> None:
    guarantee = add_guarantee(contract_id=contract.pk, terms=words(), by=ENGINE)
    for days in (0, 14, 14):
        decided_after(world, days)
    late, waiting = decided_after(world, 15), decided_after(world, None)
    decided_after(world, 90, received_on=date(2026, 4, 1))  # of the next quarter
    quarter(contract)
    result = measure(guarantee)
    assert (result.good, result.measured, result.reached_percent, result.is_met) == (3, 5, 60, False)
    assert result.evidence == {
        "missed": [
            [late.claim_number, "2026-02-02", "2026-02-17"],
            [waiting.claim_number, "2026-02-02", "not decided"],
        ],
        "count": 2,
    }
    # Three months of 10,000.00: a fifth is at risk, three tenths of it are this guarantee's.
    assert (result.fees_amount, result.credit_amount) == (D("30000.00"), D("1800.00"))
    april = close(contract, APRIL)
    assert ("guarantee", D("-1800.00")) in april.lines.values_list("kind", "amount")
    assert sums(world)["fees"] == D("-38200.00")
    assert measure(guarantee) == result
    assert Charge.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        GuaranteeResult.objects.update(is_met=True)


def test_what_is_met_costs_nothing(world: World, contract: Contract) -> None:
    guarantee = add_guarantee(contract_id=contract.pk, terms=words(), by=ENGINE)
    for _ in range(9):
        decided_after(world, 14)
    decided_after(world, 15)
    quarter(contract)
    result = measure(guarantee)
    assert (result.reached_percent, result.is_met, result.credit_amount, result.charge) == (90, True, 0, None)


def test_accuracy_comes_from_audits(world: World, contract: Contract) -> None:
    financial = add_guarantee(
        contract_id=contract.pk, terms=words("financial_accuracy", name="Dollars", target_percent=D(99)), by=ENGINE
    )
    incidence = add_guarantee(contract_id=contract.pk, terms=words("payment_accuracy", name="Claims"), by=ENGINE)
    handled = add_guarantee(contract_id=contract.pk, terms=words("procedural_accuracy", name="Hands"), by=ENGINE)
    for _ in range(10):
        make_decided(world, "150.00")  # 80.00 paid
    pay(world, date(2026, 2, 20))
    drawn = draw_audit_sample(employer_id=world.employer.pk, since=FEBRUARY, before=MARCH, count=4, by=ENGINE)
    again = draw_audit_sample(employer_id=world.employer.pk, since=FEBRUARY, before=MARCH, count=4, by=ENGINE)
    assert [one.pk for one in drawn] == [one.pk for one in again]
    assert AuditSample.objects.count() == 4
    for one, correct in zip(drawn[:3], ("80.00", "76.00", "83.20"), strict=True):
        record_audit(sample_id=one.pk, correct_amount=D(correct), is_handled_right=True, finding="copay", by=ENGINE)
    with pytest.raises(Invalid, match="what was wrong"):
        record_audit(sample_id=drawn[3].pk, correct_amount=D(80), is_handled_right=False, by=ENGINE)
    record_audit(sample_id=drawn[3].pk, correct_amount=D(80), is_handled_right=False, finding="no note", by=ENGINE)
    with pytest.raises(Conflict):
        record_audit(sample_id=drawn[3].pk, correct_amount=D(80), is_handled_right=True, by=ENGINE)
    quarter(contract)
    # 4.00 too much and 3.20 too little of 320.00.
    assert [measure(one).reached_percent for one in (financial, incidence, handled)] == [D("97.7500"), 50, 75]
    assert measure(financial).evidence["missed"][0][2] == "+4.00 copay"


def test_reports_in_time(world: World, contract: Contract) -> None:
    guarantee = add_guarantee(contract_id=contract.pk, terms=words("reports", name="Reports"), by=ENGINE)
    for due_on, delivered_on in ((date(2026, 2, 10), date(2026, 2, 10)), (date(2026, 3, 10), date(2026, 3, 11))):
        row = expect_report(contract_id=contract.pk, name="Claims paid", due_on=due_on, by=ENGINE)
        deliver_report(report_id=row.pk, delivered_on=delivered_on, by=ENGINE)
    row = expect_report(contract_id=contract.pk, name="Enrolment", due_on=date(2026, 3, 31), by=ENGINE)
    assert expect_report(contract_id=contract.pk, name="Enrolment", due_on=date(2026, 3, 31), by=ENGINE) == row
    quarter(contract)
    result = measure(guarantee)
    assert (result.good, result.measured, result.evidence["count"]) == (1, 3, 2)
    with pytest.raises(Conflict, match="delivered"):
        deliver_report(report_id=guarantee.contract.reports.first().pk, delivered_on=MARCH, by=ENGINE)


def test_nothing_to_measure_is_met(world: World, contract: Contract) -> None:
    guarantee = add_guarantee(contract_id=contract.pk, terms=words(), by=ENGINE)
    quarter(contract)
    result = measure(guarantee)
    assert (result.reached_percent, result.is_met) == (None, True)


def test_a_period_is_measured_when_it_is_over_and_closed(world: World, contract: Contract) -> None:
    guarantee = add_guarantee(contract_id=contract.pk, terms=words(), by=ENGINE)
    assert guarantees_due(date(2026, 5, 1)) == []
    with pytest.raises(Conflict, match="not closed"):
        measure(guarantee)
    quarter(contract)
    with pytest.raises(Invalid, match="not be measured yet"):
        measure(guarantee, on=date(2026, 4, 14))
    with pytest.raises(Invalid, match="No period"):
        measure(guarantee, FEBRUARY)
    assert guarantees_due(date(2026, 4, 14)) == []
    assert guarantees_due(date(2026, 4, 15)) == [(guarantee.pk, JANUARY)]
    measure(guarantee)
    assert guarantees_due(date(2026, 5, 1)) == []


def test_a_guarantee_says_all_that_must_be_said(world: World, contract: Contract) -> None:
    for change in (
        {"sampling": " "},
        {"target_percent": D(101)},
        {"within_days": None},
        {"measure": "speed"},
        {"weight_percent": D(-1)},
    ):
        with pytest.raises(Invalid):
            add_guarantee(contract_id=contract.pk, terms=replace(words(), **change), by=ENGINE)
    add_guarantee(contract_id=contract.pk, terms=words(weight_percent=D(70)), by=ENGINE)
    with pytest.raises(Invalid, match="more than 100"):
        add_guarantee(contract_id=contract.pk, terms=words(weight_percent=D(31)), by=ENGINE)


def test_speed_wants_counsel(world: World, contract: Contract) -> None:
    guarantee = add_guarantee(contract_id=contract.pk, terms=words(legal_review_on=None), by=ENGINE)
    assert guarantee_flags(guarantee) == ["legal review before offering speed penalties"]
    guarantee.legal_review_on = JANUARY
    assert guarantee_flags(guarantee) == []


def test_what_is_at_risk_adds_up_to_the_cent() -> None:
    weights = {"a": D(1), "b": D(1), "c": D(1)}
    at_risk = fees_at_risk(D("500.00"), D("20.01"), weights)
    assert sorted(at_risk.values()) == [D("33.35"), D("33.35"), D("33.35")]
    assert sum(fees_at_risk(D("100.03"), D(10), weights).values()) == D("10.00")
    assert penalty(at_risk, ["a", "c"]) == D("66.70")
    assert fees_at_risk(D(100), D(20), {"a": D(0)}) == {"a": D(0)}
