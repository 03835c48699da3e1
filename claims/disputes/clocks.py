"""By when what must be done under the No Surprises Act. The numbers are legal parameters: `law_on` reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tpa.foundation.parameters import parameter
from tpa.foundation.values.business_days import Calendar, add_business_days


@dataclass(frozen=True, slots=True)
class DisputeLaw:
    """The numbers of days and hours that are in force on a day; their names are those of the parameters below nsa."""

    pay_or_deny_days: int
    open_negotiation_business_days: int
    start_idr_business_days: int
    object_to_idr_entity_business_days: int
    select_idr_entity_business_days: int
    submit_offer_business_days: int
    decide_dispute_business_days: int
    pay_determination_days: int
    notice_hours: int
    notice_same_day_hours: int


def law_on(on: date, read: Callable[..., object] = parameter) -> DisputeLaw:
    """The numbers on a day: of the dispute's or the notice's beginning."""
    return DisputeLaw(**{name: int(str(read(f"nsa.{name}", on=on))) for name in DisputeLaw.__dataclass_fields__})


def pay_or_deny_by(information_complete_on: date, law: DisputeLaw) -> date:
    """Initial payment or notice of denial: calendar days from when all is there that a clean claim needs
    (29 CFR 2590.716-4(b)(3)(iv)(A))."""
    return information_complete_on + timedelta(days=law.pay_or_deny_days)


def negotiation_ends_on(notice_sent_on: date, law: DisputeLaw) -> date:
    """The last day of open negotiation, which begins with the notice (29 CFR 2590.716-8(b)(1))."""
    return _business_days(notice_sent_on, law.open_negotiation_business_days)


def start_dispute_by(negotiation_ended_on: date, law: DisputeLaw) -> date:
    """The last day to begin the federal process after open negotiation failed ((b)(2))."""
    return _business_days(negotiation_ended_on, law.start_idr_business_days)


def object_by(initiated_on: date, law: DisputeLaw) -> date:
    """The last day to object to the entity that the initiating party prefers; silence is agreement ((c)(1)(i))."""
    return _business_days(initiated_on, law.object_to_idr_entity_business_days)


def select_entity_by(initiated_on: date, law: DisputeLaw) -> date:
    """The last day for both to select an entity; after it the departments do ((c)(1))."""
    return _business_days(initiated_on, law.select_idr_entity_business_days)


def submit_offer_by(entity_selected_on: date, law: DisputeLaw) -> date:
    """The last day for the offers ((c)(4)(i))."""
    return _business_days(entity_selected_on, law.submit_offer_business_days)


def decision_due_on(entity_selected_on: date, law: DisputeLaw) -> date:
    """When the entity must have selected an offer ((c)(4)(ii))."""
    return _business_days(entity_selected_on, law.decide_dispute_business_days)


def pay_determination_by(determined_on: date, law: DisputeLaw) -> date:
    """The last day to pay what was determined ((c)(4)(ix))."""
    return determined_on + timedelta(days=law.pay_determination_days)


def entity_selected(preferred: str, *, objected: bool) -> str | None:
    """The preferred entity unless somebody objected in time; None: still to be agreed on."""
    return None if objected else preferred


def notice_latest_at(scheduled_at: datetime, service_at: datetime, law: DisputeLaw) -> datetime:
    """When notice for consent to out-of-network charges must have been given (45 CFR 149.420(c)(2)).

    Hours before the service; scheduled later than that, on the day of scheduling: for a service of the same day, hours
    before it.
    """
    latest = service_at - timedelta(hours=law.notice_hours)
    if scheduled_at <= latest:
        return latest
    if scheduled_at.date() == service_at.date():
        return service_at - timedelta(hours=law.notice_same_day_hours)
    return scheduled_at.replace(hour=23, minute=59, second=0, microsecond=0)


def _business_days(on: date, count: int) -> date:
    return add_business_days(on, count, calendar=Calendar.FEDERAL)
