"""Several procedures of a day of which only a part is paid less: endoscopies of one family, practice, images."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from claims.adjudication.engine.decision import Step
from claims.adjudication.engine.rates import Price
from claims.adjudication.engine.work import Line, Work
from claims.facts import Submission, SubmittedLine
from plans.facts import PartFact, RankTerm, ValuesFact
from tpa.foundation.values.money import ZERO, cents

ENDOSCOPY: Final = "price.endoscopy"
TECHNICAL, PROFESSIONAL = "TC", "26"
_NOTHING, _ONE = Decimal(0), Decimal(1)


def procedures_in(units: Decimal) -> int:
    """Each whole unit is a procedure; no claim has hundreds of them."""
    return min(999, max(1, int(units)))


def percent_at(term: RankTerm, rank: int) -> Decimal:
    """What is paid at a rank, counted from 0; beyond the list as its last."""
    return term.percents[min(rank, len(term.percents) - 1)]


def is_of_part(step: Step) -> bool:
    """Did the step reduce a part only?"""
    return any(name == "part" for name, _value in step.inputs)


def family_of(term: RankTerm, submitted: SubmittedLine, price: Price) -> str:
    """The base endoscopy that it holds, or that it is; blank: it is none."""
    values = price.rate.values if price.rate else None
    if values is None or not values.multiple or values.multiple not in term.endoscopies:
        return ""
    return values.base.code if values.base else submitted.procedure_code


def join_families(
    work: Work, priced: list[tuple[Line, Price]], places: Sequence[int], term: RankTerm
) -> list[list[int]]:
    """Pay each family of endoscopies together: the dearest whole, of every other what it costs beyond their base (which
    by itself is then paid nothing). Medicare Claims Processing Manual, chapter 12, section 40.6."""
    families: dict[str, list[int]] = defaultdict(list)
    for at in places:
        line, price = priced[at]
        if family := family_of(term, line.submitted, price):
            families[family].append(at)
    for family, members in families.items():
        units = {at: procedures_in(priced[at][0].submitted.units_count) for at in members}
        dearest = min(members, key=lambda at: (-(priced[at][1].amount / units[at]), at))
        for at in members:
            line, price = priced[at]
            base = price.amount / units[at] * share_of_base(price, line.submitted, work.submission)
            held = units[at] - (at == dearest)
            inputs = (("family", family), ("base_price", str(cents(base))), ("held", str(held)))
            less = cents(price.amount - base * held)
            priced[at] = line, price.moved(max(less, ZERO), "price.endoscopy", term.section, inputs)
    return list(families.values())


def rank_parts(work: Work, priced: list[tuple[Line, Price]], places: Sequence[int], term: RankTerm) -> None:
    """The dearest of these parts is paid whole, each further one, every unit of it, at its per cent."""
    parts: dict[int, Decimal] = {}
    for at in places:
        line, price = priced[at]
        whole = price.amount - sum(
            [move.amount for move in price.moves if move.rule == "price.multiple_procedures"], ZERO
        )
        parts[at] = whole * share_of_part(term.part, price, line.submitted, work.submission)
    rank = 0
    for at in sorted(parts, key=lambda at: (-(parts[at] / procedures_in(priced[at][0].submitted.units_count)), at)):
        if not parts[at]:
            continue
        line, price = priced[at]
        count = procedures_in(line.submitted.units_count)
        percent = sum((percent_at(term, rank + step) for step in range(count)), Decimal(0)) / count
        amount = cents(price.amount - parts[at] * (100 - percent) / 100)
        inputs = (
            ("rank", str(rank + 1)),
            ("percent", str(percent)),
            ("part", term.part),
            ("part_amount", str(cents(parts[at]))),
        )
        priced[at] = line, price.moved(max(amount, ZERO), "price.multiple_procedures", term.section, inputs)
        rank += count


def share_of_part(part: str, price: Price, line: SubmittedLine, submission: Submission) -> Decimal:
    """From nothing to one. An image without a modifier is both taken and read; where nobody says how much of it is for
    taking it, nothing is known of either part."""
    values = price.rate.values if price.rate else None
    if part == "practice":
        whole = _units(values, price, line, submission)
        return _practice(values, price, line, submission) / whole if values and whole else _NOTHING
    if TECHNICAL in line.modifiers or PROFESSIONAL in line.modifiers:
        return _ONE if (TECHNICAL in line.modifiers) == (part == "technical") else _NOTHING
    if values is None or values.technical is None:
        return _NOTHING
    technical = _share(values.technical, price, line, submission)
    return technical if part == "technical" else _ONE - technical


def share_of_base(price: Price, line: SubmittedLine, submission: Submission) -> Decimal:
    """How much of an endoscopy's price its base is; of one that is itself the base, all."""
    values = price.rate.values if price.rate else None
    if values is None or values.base is None:
        return _ONE
    return _share(values.base, price, line, submission)


def _share(part: PartFact, price: Price, line: SubmittedLine, submission: Submission) -> Decimal:
    """By dollars where they are said, else by relative units."""
    rate = price.rate
    assert rate is not None
    if part.amount is not None:
        whole = rate.amount if rate.amount is not None else rate.reference_amount
        return min(part.amount / whole, _ONE) if whole else _NOTHING
    units = _units(rate.values, price, line, submission)
    return min(_units(part, price, line, submission) / units, _ONE) if units else _NOTHING


def _units(values: ValuesFact | PartFact | None, price: Price, line: SubmittedLine, submission: Submission) -> Decimal:
    """Relative units, each by its index, as the formula has them."""
    if values is None:
        return _NOTHING
    at = price.rate.place if price.rate else None
    return (
        (values.work or _NOTHING) * (at.work if at and at.work is not None else _ONE)
        + _practice(values, price, line, submission)
        + (values.malpractice or _NOTHING) * (at.malpractice if at and at.malpractice is not None else _ONE)
    )


def _practice(
    values: ValuesFact | PartFact | None, price: Price, line: SubmittedLine, submission: Submission
) -> Decimal:
    if values is None:
        return _NOTHING
    at, term = price.rate.place if price.rate else None, price.applied.relative_values
    place = line.place_of_service or (submission.facility_code if submission.kind != "I" else "")
    is_facility = term is not None and place in term.facility_places
    practice = values.facility_practice if is_facility else values.practice
    return (practice or _NOTHING) * (at.practice if at and at.practice is not None else _ONE)
