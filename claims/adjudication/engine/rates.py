"""One rate applied to one line: amount a unit, per cent of billed or of a reference, amount a day or a case."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from claims.adjudication.engine.work import Inputs
from claims.adjudication.engine.years import is_stay
from claims.facts import Submission, SubmittedLine
from plans.facts import RateFact
from tpa.foundation.values.money import cents, percent_of

FEE, PER_DIEM, CASE_RATE = "fee", "per_diem", "case_rate"
PERCENT_OF_BILLED, PERCENT_OF_REFERENCE = "percent_of_billed", "percent_of_reference"

# Revenue codes of room and board: their units are days.
_ROOM_AND_BOARD = frozenset(f"{code:03}" for code in range(10, 22))


class Price(NamedTuple):
    """What a line costs and by which rule. `basis_amount`, if not the same: what the member's shares are taken of."""

    amount: Decimal
    rule: str
    inputs: Inputs = ()
    clause: str = ""
    basis_amount: Decimal | None = None
    rarcs: tuple[str, ...] = ()


def method_of(rate: RateFact) -> str:
    """What the amount is for, the reference's where the rate is a per cent of one."""
    return rate.reference_method if rate.method == PERCENT_OF_REFERENCE else rate.method


def price_by_rate(rate: RateFact, line: SubmittedLine, submission: Submission) -> Price | None:
    """None when such a rate can not price such a line."""
    name = f"{rate.schedule} {rate.code} {rate.modifier}".rstrip()
    if rate.method == PERCENT_OF_BILLED:
        assert rate.percent is not None
        amount = percent_of(line.billed_amount, rate.percent)
        return Price(amount, "price.percent_of_billed", (("rate", name), ("percent", str(rate.percent))))
    if rate.method == PERCENT_OF_REFERENCE:
        return _of_reference(rate, name, line, submission)
    if rate.amount is None:
        return None
    quantity = _quantity(rate.method, line, submission)
    if quantity is None:
        return None
    count, of_what = quantity
    inputs = (("rate", name), ("amount", str(rate.amount)), (of_what, str(count)))
    return Price(cents(rate.amount * count), "price." + rate.method, inputs)


def days_of(line: SubmittedLine, submission: Submission) -> Decimal:
    """Days that a line stands for: its units where they are days, the nights of a stay, else from first to last day."""
    if line.unit_basis == "DA" or line.revenue_code[:3] in _ROOM_AND_BOARD:
        return line.units_count
    if is_stay(submission):
        return stay_days(submission)
    return Decimal((line.service_to - line.service_from).days + 1)


def stay_days(submission: Submission) -> Decimal:
    """Nights from the first to the last day of the statement; one at least."""
    starts = submission.statement_from or submission.service_from
    ends = submission.statement_to or submission.service_to
    return Decimal(max(1, (ends - starts).days))


def _of_reference(rate: RateFact, name: str, line: SubmittedLine, submission: Submission) -> Price | None:
    quantity = _quantity(rate.reference_method, line, submission)
    if quantity is None or rate.reference_amount is None:
        return None
    assert rate.percent is not None
    count, of_what = quantity
    inputs = (
        ("rate", name),
        ("reference", f"{rate.reference_schedule} {rate.reference_amount}"),
        (of_what, str(count)),
        ("percent", str(rate.percent)),
    )
    return Price(percent_of(rate.reference_amount * count, rate.percent), "price.percent_of_reference", inputs)


def _quantity(method: str, line: SubmittedLine, submission: Submission) -> tuple[Decimal, str] | None:
    """How often the amount counts, and what is counted. Minutes of anaesthesia are not units of a fee."""
    if method == FEE:
        return None if line.unit_basis == "MJ" else (line.units_count, "units")
    if method == PER_DIEM:
        return days_of(line, submission), "days"
    return Decimal(1), "cases"
