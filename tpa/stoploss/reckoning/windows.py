"""Turns what people call a contract basis (12/15, 24/12, paid) into windows, once, when a policy is entered."""

from __future__ import annotations

import re
from datetime import date

from tpa.foundation.values.periods import Period
from tpa.stoploss.reckoning.terms import Windows

_BASIS = re.compile(r"([0-9]{2})/([0-9]{2})")
_MONTHS = 12


def windows_of_basis(basis: str, term: Period, *, first_covered_on: date | None = None) -> Windows:
    """12/15: incurred in the term, paid in it or the 3 months after. 24/12: incurred in the term or the 12 months
    before, paid in it. "paid": incurred on any day since the plan was first covered, paid in the term.

    Raises ValueError for what is no such basis, or "paid" without the day of first coverage.
    """
    if basis.strip().lower() == "paid":
        if first_covered_on is None or term.end is None:
            raise ValueError("a paid basis needs the day of first coverage and an end")
        return Windows(Period(min(first_covered_on, term.start), term.end), term)
    found = _BASIS.fullmatch(basis.strip())
    if found is None or min(map(int, found.groups())) < _MONTHS:
        raise ValueError(f"{basis} is no contract basis")
    incurred, paid = map(int, found.groups())
    return windows(term, run_in_months=incurred - _MONTHS, run_out_months=paid - _MONTHS)


def windows(term: Period, *, run_in_months: int = 0, run_out_months: int = 0) -> Windows:
    """The term, widened by so many calendar months before (incurred) and after it (paid)."""
    if term.end is None:
        raise ValueError("the term of a policy has an end")
    return Windows(
        Period(add_months(term.start, -run_in_months), term.end),
        Period(term.start, add_months(term.end, run_out_months)),
    )


def end_early(before: Windows, ends_on: date, *, run_out_months: int = 0) -> Windows:
    """A policy that ends before its term: nothing incurred from `ends_on` on counts, and what was paid counts to that
    day, or so many months longer where terminal liability was bought."""
    paid_end = add_months(ends_on, run_out_months)
    if run_out_months == 0 and before.paid.end is not None:
        paid_end = min(before.paid.end, ends_on)
    incurred_end = ends_on if before.incurred.end is None else min(ends_on, before.incurred.end)
    return Windows(Period(before.incurred.start, incurred_end), Period(before.paid.start, paid_end))


def months_of(term: Period) -> list[date]:
    """The months of a term by the day each begins; a last month that is not whole counts as one."""
    assert term.end is not None, "the term of a policy has an end"
    found = [term.start]
    while (following := add_months(term.start, len(found))) < term.end:
        found.append(following)
    return found


def add_months(on: date, count: int) -> date:
    """The same day so many months on; where that month is too short, the first of the next one."""
    month = on.year * _MONTHS + on.month - 1 + count
    year, month = divmod(month, _MONTHS)
    try:
        return date(year, month + 1, on.day)
    except ValueError:
        year, month = divmod(year * _MONTHS + month + 1, _MONTHS)
        return date(year, month + 1, 1)
