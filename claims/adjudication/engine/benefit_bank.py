"""The benefit bank: what coming second saved us pays what is later left of the same person's expenses.

50 Ill. Adm. Code 2009.50(a). Kept in two sums, saved and used, so that neither is ever below zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import bank_year_on
from tpa.foundation.values.money import ZERO

SAVED: Final = "cob:saved"
USED: Final = "cob:used"


def save_in_bank(work: Work, line: Line, saved: Decimal) -> None:
    """Credit what we would have paid alone beyond what we pay."""
    if saved > ZERO:
        work.sums.use(bank_year_on(work.terms, line.service_on), SAVED, saved)
        line.note("other_payer.saved", work.terms.coordination.section, (("saved", str(saved)),))


def draw_on_bank(work: Work, line: Line, unpaid: Decimal) -> Decimal:
    """Pay what is still left, as far as was saved in the same period; returns how much."""
    year, sums = bank_year_on(work.terms, line.service_on), work.sums
    available = max(sums.member(year, SAVED) - sums.member(year, USED), ZERO)
    drawn = min(unpaid, available)
    if drawn <= ZERO:
        return ZERO
    sums.use(year, USED, drawn)
    inputs = (("saved", str(available)), ("unpaid", str(unpaid)), ("drawn", str(drawn)))
    line.note("other_payer.bank", work.terms.coordination.section, inputs)
    return drawn
