"""Checks that nobody cashes: which are stale by their bank's terms, and when the law of which state takes the money.

Benefits that are assets of an ERISA plan do not go to a state (DOL Advisory Opinion 94-41A): bank terms say of an
account whether state law applies. The state is that of the recipient's last known address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from claims.models import PaymentInstrument
from claims.payments.bank_terms import bank_terms
from tpa.foundation.access import Scope
from tpa.foundation.parameters import LegalValue, values_named

DORMANCY, REPORT_DAY, CUTOFF_DAY = "unclaimed.dormancy_months", "unclaimed.report_day", "unclaimed.cutoff_day"
LETTER_LEAST, LETTER_MOST, LETTER_AMOUNT = (
    "unclaimed.letter_days_least",
    "unclaimed.letter_days_most",
    "unclaimed.letter_min_amount",
)
_NAMES = (DORMANCY, REPORT_DAY, CUTOFF_DAY, LETTER_LEAST, LETTER_MOST, LETTER_AMOUNT)
# What most states have in common is told once, under this name.
_COMMON = "common"
# No terms let a check go stale sooner.
_LEAST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Uncashed:
    """A check that is out longer than its bank's terms allow. Days are None where no state's law is known or applies.

    `dormant_on`: unclaimed from then on; `report_on`: when the state is to be told and paid; the owner's letter goes
    out between `letter_from_on` and `letter_to_on` (None: not wanted for so little). `law` and `checked` say where the
    months come from and how well they were looked up.
    """

    instrument: PaymentInstrument
    stale_on: date
    state: str
    state_law_applies: bool
    dormant_on: date | None = None
    report_on: date | None = None
    letter_from_on: date | None = None
    letter_to_on: date | None = None
    law: str = ""
    checked: str = ""

    def is_due(self, on: date) -> bool:
        """Is it unclaimed by the law of its state on a day?"""
        return self.dormant_on is not None and self.dormant_on <= on


def uncashed_checks(scope: Scope, on: date, *, instrument_id: int | None = None) -> list[Uncashed]:
    """Checks (or one, if it is) that are stale on a day, the oldest first, each with what the law says of it. Three
    queries."""
    checks = PaymentInstrument.objects.visible_to(scope).filter(
        method="check", status=PaymentInstrument.Status.ISSUED, issued_on__lte=on - timedelta(days=_LEAST_DAYS)
    )
    if instrument_id is not None:
        checks = checks.filter(pk=instrument_id)
    rows = list(checks.select_related("payment__payee", "payment__member", "employer").order_by("issued_on", "pk"))
    terms = bank_terms({row.claims_account_id for row in rows}, on)
    states = {_state(row) for row in rows}
    law = _law(states, on)
    found = []
    for row in rows:
        agreed = terms[row.claims_account_id]
        stale_on = row.issued_on + timedelta(days=agreed.stale_days)
        if stale_on <= on:
            found.append(_uncashed(row, stale_on, law, applies=agreed.state_law_applies))
    return found


def _uncashed(row: PaymentInstrument, stale_on: date, law: dict[str, LegalValue], *, applies: bool) -> Uncashed:
    state = _state(row)
    months = law.get(f"{DORMANCY}.{state.lower()}")
    if not applies or months is None:
        return Uncashed(row, stale_on, state, applies)
    # The money was payable when the payment was made, however often a check was printed for it since.
    dormant_on = _months_later(row.payment.paid_on, int(months.value))
    cutoff_on = _next(dormant_on, _said(law, CUTOFF_DAY, state))
    report_on = _next(cutoff_on, _said(law, REPORT_DAY, state))
    wants_letter = row.amount >= _said(law, LETTER_AMOUNT, state)
    return Uncashed(
        row,
        stale_on,
        state,
        applies,
        dormant_on,
        report_on,
        report_on - timedelta(days=_said(law, LETTER_MOST, state)) if wants_letter else None,
        report_on - timedelta(days=_said(law, LETTER_LEAST, state)) if wants_letter else None,
        months.citation,
        months.checked,
    )


def _state(row: PaymentInstrument) -> str:
    to = row.payment.payee or row.payment.member
    return to.state.upper() if to else ""


def _law(states: set[str], on: date) -> dict[str, LegalValue]:
    """What applies on a day, by name; of what was restated the latest. One query."""
    wanted = [f"{name}.{state.lower()}" for name in _NAMES for state in {*states, _COMMON} if state]
    found: dict[str, LegalValue] = {}
    for value in values_named(wanted):
        if value.effective.start <= on and (value.effective.end is None or on < value.effective.end):
            found[value.name] = value
    return found


def _said(law: dict[str, LegalValue], name: str, state: str) -> int:
    """A state's own number, else the common one."""
    value = law.get(f"{name}.{state.lower()}") or law[f"{name}.{_COMMON}"]
    return int(value.value)


def _next(after: date, month_day: int) -> date:
    """The first such day of a year (1101: 1 November) that is not before `after`."""
    month, day = divmod(month_day, 100)
    this_year = date(after.year, month, day)
    return this_year if this_year >= after else date(after.year + 1, month, day)


def _months_later(on: date, months: int) -> date:
    years, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    last = (date(years + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(years, month + 1, min(on.day, last))
