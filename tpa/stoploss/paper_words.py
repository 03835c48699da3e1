"""What letters and packets to a carrier have in common: letter head, address, days and dollars in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from employers.eligibility.selectors import member_facts, member_names
from tpa.foundation.organisation import Organisation
from tpa.models import StopLossPolicy


def letter_head(policy: StopLossPolicy, us: Organisation, *, title: str, number: str, lang: str) -> dict[str, Any]:
    """The part of a paper's data that every paper to the carrier has."""
    return {
        "title": f"{title} {number}",
        "lang": lang,
        "number": number,
        "organisation": {"name": us.name, "address_line": us.address_line, "place": us.place},
        "foot": f"{us.name} · {us.telephone} · {number}",
        "address": [line for line in (policy.carrier_name, policy.carrier_address_line, policy.carrier_place) if line],
    }


def person_pairs(member_id: int, subscriber_number: str) -> list[tuple[str, str]]:
    """Who it is about, as the carrier asks for it."""
    born = member_facts([member_id])[member_id].birth_on
    return [
        (_("Covered person"), member_names([member_id])[member_id]),
        (_("Subscriber number"), subscriber_number),
        (_("Date of birth"), day(born) if born else ""),
    ]


def policy_pairs(policy: StopLossPolicy) -> list[tuple[str, str]]:
    """Which policy it is about."""
    last = policy.period.upper.fromordinal(policy.period.upper.toordinal() - 1)
    return [
        (_("Policy"), policy.number),
        (_("Policyholder"), policy.employer.name),
        (_("Term"), f"{day(policy.period.lower)} – {day(last)}"),  # noqa: RUF001 (a dash between days)
    ]


def day(on: date) -> str:
    """A day as people write it."""
    return date_format(on, "DATE_FORMAT")


def dollars(amount: Decimal) -> str:
    """Dollars as people write them."""
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"  # noqa: RUF001 (a minus)
