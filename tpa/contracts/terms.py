"""The terms of a contract besides its fees, as one thing that is drafted and amended. Plain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from tpa.foundation.errors import Invalid
from tpa.foundation.values.money import ZERO, cents

Rows = tuple[tuple[str, ...], ...]

GOVERNANCE = ("reports", "committees", "audit_rights", "termination")
"""What governance speaks of: each a list of (what, how often or when, section)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`scope`: services agreed, each with the section that says so. `lookback_months_count`: how far back enrolment is
    billed again. A month counts for who is covered from `starts_until_day` of it or before, and up to `ends_from_day`
    or after: (1, 1) is who is covered on the first, (15, 1) bills who starts by the 15th and not who starts later."""

    scope: Rows = ()
    governance: Mapping[str, Rows] = field(default_factory=dict)
    lookback_months_count: int = 3
    starts_until_day: int = 1
    ends_from_day: int = 1
    invoice_due_days: int = 15
    reminder_days: tuple[int, ...] = ()
    by_division: bool = False
    run_out_months_count: int = 0
    renewal_notice_days: int = 90
    renews_itself: bool = False
    write_off_limit_amount: Decimal = ZERO


def check_terms(terms: Terms) -> None:
    """Raises Invalid for terms below zero, days that not every month has, and governance of another kind."""
    counts = (
        terms.lookback_months_count,
        terms.invoice_due_days,
        terms.run_out_months_count,
        terms.renewal_notice_days,
        *terms.reminder_days,
    )
    if min(counts) < 0 or terms.write_off_limit_amount < 0:
        raise Invalid("contracts.below_zero", _("Months, days and limits are not below zero."))
    if not (1 <= terms.starts_until_day <= 28 and 1 <= terms.ends_from_day <= 28):
        raise Invalid("contracts.day_of_month", _("A day of the month is one that every month has: 1 to 28."))
    if terms.write_off_limit_amount != cents(terms.write_off_limit_amount):
        raise Invalid("contracts.limit_cents", _("A limit is in whole cents."))
    if not set(terms.governance) <= set(GOVERNANCE):
        raise Invalid("contracts.governance", _("Governance is reports, committees, audit rights and termination."))
