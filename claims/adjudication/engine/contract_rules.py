"""What contracts do to prices once all are known: modifiers, several procedures, outliers, per cent, lesser-of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from claims.adjudication.engine.contracts import NOTHING, in_ranges
from claims.adjudication.engine.rates import (
    ANAESTHESIA,
    CASE_RATE,
    DRG_WEIGHT,
    FEE,
    PER_DIEM,
    PERCENT_OF_BILLED,
    RELATIVE_VALUE,
    Price,
    method_of,
)
from claims.adjudication.engine.work import Line, Work
from plans.facts import ModifierTerm, RankTerm
from tpa.foundation.values.money import ZERO, percent_of, split

Priced = list[tuple[Line, Price]]

_STAYS = frozenset({PER_DIEM, CASE_RATE, DRG_WEIGHT})
# Prices of one procedure: what modifiers and ranks change.
_PROCEDURES = frozenset({FEE, RELATIVE_VALUE, PERCENT_OF_BILLED, ANAESTHESIA})
_RANKED = _PROCEDURES - {ANAESTHESIA}
_HUNDRED = Decimal(100)


def apply_contracts(work: Work, priced: Priced) -> Priced:
    """The prices after all terms, each move with its clause. A reference's terms come before the per cent of it."""
    priced = [(line, _modified(line, price, before_ranking=True)) for line, price in priced]
    priced = _ranked(priced)
    priced = [(line, _modified(line, price, before_ranking=False)) for line, price in priced]
    priced = _outliers(work, priced, of_reference=True)
    priced = [(line, _percent_taken(price)) for line, price in priced]
    priced = _outliers(work, priced, of_reference=False)
    return _capped(priced)


def _modified(line: Line, price: Price, *, before_ranking: bool) -> Price:
    """So many per cent for an assistant, a second surgeon, both sides, medical direction, …"""
    rate = price.rate
    if rate is None or not line.submitted.modifiers or method_of(rate) not in _PROCEDURES:
        return price
    for term in price.applied.modifiers:
        if term.before_ranking is not before_ranking or not _holds(term, line, price):
            continue
        found = next(modifier for modifier in line.submitted.modifiers if modifier in term.modifiers)
        inputs = (("modifier", found), ("percent", str(term.percent)))
        price = price.moved(percent_of(price.amount, term.percent), "price.modifier", term.section, inputs)
    return price


def _holds(term: ModifierTerm, line: Line, price: Price) -> bool:
    """Does the line carry the modifier, and the code the indicator? A rate that names the modifier is its price."""
    rate = price.rate
    assert rate is not None
    carried = [modifier for modifier in line.submitted.modifiers if modifier in term.modifiers]
    if not carried or rate.modifier in carried:
        return False
    if not term.indicator:
        return True
    return rate.values is not None and getattr(rate.values, term.indicator) in term.values


def _ranked(priced: Priced) -> Priced:
    """Several procedures of one provider on one day: dearest first, each unit a procedure, each at its per cent."""
    groups: dict[tuple[RankTerm, str, date], list[int]] = defaultdict(list)
    for at, (line, price) in enumerate(priced):
        term = _rank_term(line, price)
        if term is not None:
            groups[term, line.submitted.rendering_npi, line.submitted.service_from].append(at)
    for (term, _npi, _on), places in groups.items():
        by_price = sorted(places, key=lambda at: (-_unit_amount(*priced[at]), at))
        rank = 0
        for at in by_price:
            line, price = priced[at]
            count = _procedures(line)
            percent = sum((_percent_at(term, rank + step) for step in range(count)), Decimal(0)) / count
            inputs = (("rank", str(rank + 1)), ("percent", str(percent)))
            reduced = percent_of(price.amount, percent)
            priced[at] = line, price.moved(reduced, "price.multiple_procedures", term.section, inputs)
            rank += count
    return priced


def _rank_term(line: Line, price: Price) -> RankTerm | None:
    rate = price.rate
    if rate is None or not price.applied.multiple_procedures or method_of(rate) not in _RANKED:
        return None
    indicator = rate.values.multiple if rate.values else ""
    for term in price.applied.multiple_procedures:
        if (not term.codes or in_ranges(line.submitted.procedure_code, term.codes)) and (
            not term.indicators or indicator in term.indicators
        ):
            return term
    return None


def _procedures(line: Line) -> int:
    """Each whole unit is a procedure; no claim has hundreds of them."""
    return min(999, max(1, int(line.submitted.units_count)))


def _unit_amount(line: Line, price: Price) -> Decimal:
    return price.amount / _procedures(line)


def _percent_at(term: RankTerm, rank: int) -> Decimal:
    return term.percents[min(rank, len(term.percents) - 1)]


def _outliers(work: Work, priced: Priced, *, of_reference: bool) -> Priced:
    """Stays far dearer than their price: what is added, or paid instead, spread by what was billed."""
    stays: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at, (_line, price) in enumerate(priced):
        if price.rate is not None and price.applied is not NOTHING and method_of(price.rate) in _STAYS:
            stays[price.applied.ids].append(at)
    for places in stays.values():
        term = priced[places[0]][1].applied.outlier(work.submission.drg_code, of_reference=of_reference)
        if term is None:
            continue
        charges = sum((priced[at][0].submitted.billed_amount for at in places), ZERO)
        together = sum((priced[at][1].amount for at in places), ZERO)
        if term.on == "cost":
            assert term.cost_to_charge_rate is not None  # what the contract says is checked when it is read
            reached, limit = charges * term.cost_to_charge_rate, together + term.threshold_amount
        else:
            reached, limit = charges, term.threshold_amount
        if reached <= limit:
            continue
        found = percent_of(charges if term.covers == "all" else reached - limit, term.percent)
        inputs = (
            ("charges", str(charges)),
            (term.on, str(reached)),
            ("threshold", str(limit)),
            ("percent", str(term.percent)),
            ("covers", term.covers),
        )
        parts = split(found, [priced[at][0].submitted.billed_amount for at in places])
        for at, part in zip(places, parts, strict=True):
            line, price = priced[at]
            amount = part if term.covers == "all" else price.amount + part
            priced[at] = line, price.moved(amount, "price.outlier", term.section, inputs)
    return priced


def _percent_taken(price: Price) -> Price:
    if price.percent is None:
        return price
    inputs = (("reference_amount", str(price.amount)), ("percent", str(price.percent)))
    amount = percent_of(price.amount, price.percent)
    return price.moved(amount, "price.percent_of_reference", price.clause, inputs)


def _capped(priced: Priced) -> Priced:
    """Which prices what was billed does not cap; where the claim's lines do together, what one can not hold the others
    take that have room."""
    together: dict[str, list[int]] = defaultdict(list)
    for at, (line, price) in enumerate(priced):
        term = price.applied.lesser_of
        if term is None or price.rate is None:
            continue
        if term.level == "never" or method_of(price.rate) in term.except_methods:
            priced[at] = line, price._replace(is_capped=False)
        elif term.level == "claim":
            together[price.rate.schedule].append(at)
    for places in together.values():
        _share_room(priced, places)
    return priced


def _share_room(priced: Priced, places: list[int]) -> None:
    def sum_of(figure: Callable[[Line, Price], Decimal]) -> list[Decimal]:
        return [max(ZERO, figure(*priced[at])) for at in places]

    over = sum(sum_of(lambda line, price: price.amount - line.submitted.billed_amount), ZERO)
    rooms = sum_of(lambda line, price: line.submitted.billed_amount - price.amount)
    moved = min(over, sum(rooms, ZERO))
    if not moved:
        return
    for at, part in zip(places, split(moved, rooms), strict=True):
        line, price = priced[at]
        term = price.applied.lesser_of
        assert term is not None
        if part:
            inputs = (("from_other_lines", str(part)),)
            priced[at] = line, price.moved(price.amount + part, "price.lesser_of", term.section, inputs)
