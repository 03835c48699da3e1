"""What contracts do to prices once all are known: modifiers, several procedures, outliers, per cent, lesser-of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from claims.adjudication.engine.contracts import NOTHING
from claims.adjudication.engine.procedures import Priced, modified, ranked
from claims.adjudication.engine.rates import CASE_RATE, DRG_WEIGHT, PER_DIEM, Price, method_of
from claims.adjudication.engine.work import Line, Work
from tpa.foundation.values.money import ZERO, percent_of, split

_STAYS = frozenset({PER_DIEM, CASE_RATE, DRG_WEIGHT})


def apply_contracts(work: Work, priced: Priced) -> Priced:
    """The prices after all terms, each move with its clause. A reference's terms come before the per cent of it."""
    priced = [(line, modified(line.submitted, price, before_ranking=True)) for line, price in priced]
    priced = ranked(work, priced)
    priced = [(line, modified(line.submitted, price, before_ranking=False)) for line, price in priced]
    priced = _outliers(work, priced, of_reference=True)
    priced = [(line, _percent_taken(price)) for line, price in priced]
    priced = _outliers(work, priced, of_reference=False)
    return _capped(priced)


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
