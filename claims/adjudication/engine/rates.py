"""One rate applied to one line: amount a unit, a day, a case, per cent of billed or of a reference, or a formula."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from claims.adjudication.engine.contracts import NOTHING, Applied
from claims.adjudication.engine.formulas import (
    Reckoned,
    anaesthesia,
    drg_weight,
    relative_value,
    tiered_days,
    transferred,
)
from claims.adjudication.engine.work import Inputs
from claims.adjudication.engine.years import is_stay
from claims.facts import Submission, SubmittedLine
from plans.facts import RateFact
from tpa.foundation.values.money import cents, percent_of

FEE, PER_DIEM, CASE_RATE = "fee", "per_diem", "case_rate"
PERCENT_OF_BILLED, PERCENT_OF_REFERENCE = "percent_of_billed", "percent_of_reference"
RELATIVE_VALUE, ANAESTHESIA, DRG_WEIGHT = "relative_value", "anaesthesia", "drg_weight"

# Revenue codes of room and board: their units are days.
_ROOM_AND_BOARD = frozenset(f"{code:03}" for code in range(10, 22))


class Move(NamedTuple):
    """What a term of the contract adds to a price, or takes from it."""

    amount: Decimal
    rule: str
    clause: str
    inputs: Inputs = ()


class Price(NamedTuple):
    """What a line costs and by which rule. `basis_amount`, if not the same: what the member's shares are taken of.

    With a contract's terms behind it: `moves` are the part of `amount` that they made, `percent` is still to be taken.
    """

    amount: Decimal
    rule: str
    inputs: Inputs = ()
    clause: str = ""
    basis_amount: Decimal | None = None
    rarcs: tuple[str, ...] = ()
    rate: RateFact | None = None
    applied: Applied = NOTHING
    percent: Decimal | None = None
    moves: tuple[Move, ...] = ()
    is_capped: bool = True  # by what was billed

    def moved(self, amount: Decimal, rule: str, clause: str, inputs: Inputs = ()) -> Price:
        """The price that a term makes of it."""
        if amount == self.amount:
            return self
        move = Move(amount - self.amount, rule, clause, inputs)
        return self._replace(amount=amount, moves=(*self.moves, move))


def method_of(rate: RateFact) -> str:
    """How the amount is found, the reference's way where the rate is a per cent of one."""
    return rate.reference_method if rate.method == PERCENT_OF_REFERENCE else rate.method


def price_by_rate(
    rate: RateFact,
    line: SubmittedLine,
    submission: Submission,
    applied: Applied = NOTHING,
    days_before: Decimal = Decimal(0),
) -> Price | None:
    """None when such a rate can not price such a line. `days_before`: days of the stay that the rate priced already."""
    name = f"{rate.schedule} {rate.code} {rate.modifier}".rstrip()
    if rate.method == PERCENT_OF_BILLED:
        assert rate.percent is not None
        amount = percent_of(line.billed_amount, rate.percent)
        inputs: Inputs = (("rate", name), ("percent", str(rate.percent)))
        return Price(amount, "price.percent_of_billed", inputs, rate=rate, applied=applied)
    if rate.method == PERCENT_OF_REFERENCE:
        return _of_reference(rate, name, line, submission, applied)
    if rate.amount is None:
        return _by_formula(rate, name, line, submission, applied)
    quantity = _quantity(rate.method, line, submission)
    if quantity is None:
        return None
    count, of_what = quantity
    if rate.values and rate.values.tiers and rate.method == PER_DIEM:
        amount = tiered_days(rate.values.tiers, count, days_before)
        inputs = (("rate", name), ("days_before", str(days_before)), ("days", str(count)))
        return Price(amount, "price.per_diem", inputs, rate=rate, applied=applied)
    inputs = (("rate", name), ("amount", str(rate.amount)), (of_what, str(count)))
    price = Price(cents(rate.amount * count), "price." + rate.method, inputs, "", None, (), rate, applied)
    return price if applied is NOTHING else _if_transferred(price, submission)


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


def _of_reference(
    rate: RateFact, name: str, line: SubmittedLine, submission: Submission, applied: Applied
) -> Price | None:
    """A per cent of what the reference prices; where terms stand behind it, the per cent is taken after them."""
    assert rate.percent is not None
    if rate.reference_amount is None:
        price = _by_formula(rate, name, line, submission, applied)
        return None if price is None else price._replace(percent=rate.percent)
    quantity = _quantity(rate.reference_method, line, submission)
    if quantity is None:
        return None
    count, of_what = quantity
    inputs: Inputs = (
        ("rate", name),
        ("reference", f"{rate.reference_schedule} {rate.reference_amount}"),
        (of_what, str(count)),
    )
    amount = rate.reference_amount * count
    if applied is not NOTHING:
        price = Price(
            cents(amount), "price." + rate.reference_method, inputs, rate=rate, applied=applied, percent=rate.percent
        )
        return _if_transferred(price, submission)
    inputs += (("percent", str(rate.percent)),)
    return Price(percent_of(amount, rate.percent), "price.percent_of_reference", inputs, rate=rate)


def _by_formula(
    rate: RateFact, name: str, line: SubmittedLine, submission: Submission, applied: Applied
) -> Price | None:
    method = method_of(rate)
    reckoned: Reckoned | None = None
    count = Decimal(1)
    if method == RELATIVE_VALUE and line.unit_basis != "MJ":
        place = line.place_of_service or (submission.facility_code if submission.kind != "I" else "")
        reckoned, count = relative_value(rate, applied.relative_values, place), line.units_count
    elif method == ANAESTHESIA:
        reckoned = anaesthesia(rate, applied.anaesthesia, line)
    elif method == DRG_WEIGHT:
        reckoned = drg_weight(rate, applied.drg)
    if reckoned is None:
        return None
    inputs: Inputs = (("rate", name), *reckoned.inputs)
    if method == RELATIVE_VALUE:
        inputs += (("amount", str(reckoned.amount)), ("units", str(count)))
    amount = cents(reckoned.amount * count)
    price = Price(amount, "price." + method, inputs, reckoned.clause, rate=rate, applied=applied)
    return _if_transferred(price, submission)


def _if_transferred(price: Price, submission: Submission) -> Price:
    """Less for a case that ended by transfer."""
    rate, term = price.rate, price.applied.transfer
    if term is None or rate is None or method_of(rate) not in (CASE_RATE, DRG_WEIGHT):
        return price
    days = stay_days(submission)
    found = transferred(price.amount, rate.values, term, submission.discharge_status, days)
    return price if found is None else price.moved(found.amount, "price.transfer", found.clause, found.inputs)


def _quantity(method: str, line: SubmittedLine, submission: Submission) -> tuple[Decimal, str] | None:
    """How often the amount counts, and what is counted. Minutes of anaesthesia are not units of a fee."""
    if method == FEE:
        return None if line.unit_basis == "MJ" else (line.units_count, "units")
    if method == PER_DIEM:
        return days_of(line, submission), "days"
    return Decimal(1), "cases"
