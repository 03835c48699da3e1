"""The clocks and fees of a dispute, from the parameters in the database, over weekends and holidays."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from claims.disputes import clocks
from claims.disputes.amounts import additional_payment, fees_on, refund_due
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db


@pytest.fixture
def law() -> clocks.DisputeLaw:
    load_parameters()
    return clocks.law_on(date(2026, 3, 2))


def test_days_of_the_federal_calendar_count_and_the_first_is_not_counted(law: clocks.DisputeLaw) -> None:
    # Monday 18 May: Memorial Day (25 May) and Juneteenth (19 June) lie within.
    assert clocks.negotiation_ends_on(date(2026, 5, 18), law) == date(2026, 7, 1)
    assert clocks.start_dispute_by(date(2026, 7, 1), law) == date(2026, 7, 8)  # 3 July is observed for the 4th
    assert clocks.object_by(date(2026, 7, 2), law) == date(2026, 7, 8)
    assert clocks.select_entity_by(date(2026, 4, 14), law) == date(2026, 4, 17)
    assert clocks.submit_offer_by(date(2026, 4, 17), law) == date(2026, 5, 1)
    assert clocks.decision_due_on(date(2026, 4, 17), law) == date(2026, 6, 1)
    assert clocks.pay_determination_by(date(2026, 6, 1), law) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("scheduled", "service", "latest"),
    [
        ("2026-04-01T10:00", "2026-04-10T09:00", "2026-04-07T09:00"),
        ("2026-04-08T10:00", "2026-04-10T09:00", "2026-04-08T23:59"),  # within three days: on the day of scheduling
        ("2026-04-10T08:00", "2026-04-10T14:00", "2026-04-10T11:00"),
    ],
)
def test_notice_is_given_in_time(law: clocks.DisputeLaw, scheduled: str, service: str, latest: str) -> None:
    found = clocks.notice_latest_at(datetime.fromisoformat(scheduled), datetime.fromisoformat(service), law)
    assert found == datetime.fromisoformat(latest)


@pytest.mark.parametrize(("on", "fee"), [(date(2024, 1, 22), 115), (date(2026, 6, 10), 115), (date(2026, 6, 11), 15)])
def test_fees_go_by_the_day_the_dispute_began(on: date, fee: int) -> None:
    load_parameters()
    assert fees_on(on).fee_amount == fee


def test_an_offer_below_what_was_paid_is_given_back() -> None:
    amounts = Decimal(300), Decimal(320), Decimal(80)
    assert additional_payment(*amounts) == 0
    assert refund_due(*amounts) == 100
