"""What each service costs: by a person's word, by contract, by the law, or by the plan's rule out of network."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from claims.adjudication.engine.rates import CASE_RATE, PER_DIEM, Price, method_of, price_by_rate
from claims.adjudication.engine.reasons import (
    BALANCE,
    CONTRACTUAL,
    INCLUDED,
    PROTECTED,
    SHARE_ON_BILLED,
    SHARE_ON_QUALIFYING,
    Denial,
)
from claims.adjudication.engine.work import Inputs, Line, Work
from claims.facts import Submission
from plans.design.terms import PriceRule, Pricing
from plans.facts import RateFact
from tpa.foundation.values.money import ZERO, percent_of, split


def price_lines(work: Work) -> None:
    """Price each open line; what nothing prices is asked about."""
    shared = _shared_prices(work)
    for line in work.open_lines():
        price = shared.get(line.number) or _price(line, work)
        if price is None:
            work.ask("no_price", line, _what_is_unpriced(line))
            if line.set_price is None:
                if line.is_open:
                    line.leave_open("no_price")
                continue
            price = Price(line.set_price, "price.by_a_person")
        _apply(line, price)


def _apply(line: Line, price: Price) -> None:
    """Lesser of price and billed; the rest falls on whom contract or law lets it fall."""
    billed = line.submitted.billed_amount
    amount = min(price.amount, billed)
    line.priced_amount = amount
    line.basis_amount = amount if price.basis_amount is None else min(price.basis_amount, billed)
    line.add("allowed_amount", amount, price.rule, price.clause, (("billed", str(billed)), *price.inputs))
    if amount != billed:
        line.adjust(_who_bears_the_rest(line, price), billed - amount)


def _who_bears_the_rest(line: Line, price: Price) -> Denial:
    if line.protection:
        because = PROTECTED[line.protection]
        return because._replace(rarcs=because.rarcs + price.rarcs)
    if not line.is_contracted:
        return BALANCE
    return CONTRACTUAL if price.amount else INCLUDED


def _price(line: Line, work: Work) -> Price | None:
    if line.set_price is not None:
        return Price(line.set_price, "price.by_a_person")
    if not line.submitted.billed_amount:
        return Price(ZERO, "price.nothing_billed")
    if line.is_contracted:
        return _contract_price(line, work.submission)
    protected, out_of_network = work.terms.protected_pricing, work.terms.out_of_network
    if not line.protection:
        return _rule_price(line, work.submission, out_of_network)
    if line.price is not None and line.price.qualifying_amount is not None:
        return _protected_price(line, line.price.qualifying_amount, line.price.out_of_network_amount, protected)
    return _rule_price(line, work.submission, protected if protected.rules else out_of_network)


def _contract_price(line: Line, submission: Submission) -> Price | None:
    repricing = line.submitted.repricing
    if repricing is not None and line.tier.accepts_repricing and not repricing.reject_reason:
        inputs = (("repriced_by", repricing.organisation), ("method", repricing.method))
        return Price(repricing.allowed_amount, "price.repriced", inputs, line.tier.section)
    rate = line.price.rate if line.price else None
    return None if rate is None else price_by_rate(rate, line.submitted, submission)


def _shared_prices(work: Work) -> dict[int, Price]:
    """Prices of several lines together, spread by what was billed: a case rate, or a per diem for whatever is done."""
    groups: dict[int, list[Line]] = defaultdict(list)
    rates: dict[int, RateFact] = {}
    for line in work.open_lines():
        rate = line.price.rate if line.price else None
        if rate is None or line.set_price is not None or not line.submitted.billed_amount:
            continue
        method = method_of(rate)
        if method == CASE_RATE or (method == PER_DIEM and rate.code_kind in ("any", "drg")):
            groups[rate.rate_id].append(line)
            rates[rate.rate_id] = rate
    shared: dict[int, Price] = {}
    for rate_id, lines in groups.items():
        price = price_by_rate(rates[rate_id], lines[0].submitted, work.submission)
        if price is None:
            continue
        billed = [line.submitted.billed_amount for line in lines]
        together = min(price.amount, sum(billed, ZERO))
        inputs = (*price.inputs, ("together", str(together)), ("lines", str(len(lines))))
        for line, part in zip(lines, split(together, billed), strict=True):
            shared[line.number] = Price(part, price.rule, inputs)
    return shared


def _protected_price(line: Line, qualifying: Decimal, agreed: Decimal | None, pricing: Pricing) -> Price:
    """No Surprises Act: the share is of the recognised amount, the provider gets the out-of-network rate.

    The recognised amount is the lesser of billed and qualifying payment amount, 29 CFR 2590.716-3; until a rate is
    agreed or determined it is paid as well.
    """
    billed = line.submitted.billed_amount
    recognised = min(qualifying, billed)
    inputs = (
        ("qualifying_amount", str(qualifying)),
        ("recognised_amount", str(recognised)),
        ("out_of_network_rate", "" if agreed is None else str(agreed)),
    )
    rarc = SHARE_ON_BILLED if billed < qualifying else SHARE_ON_QUALIFYING
    amount = recognised if agreed is None else agreed
    return Price(amount, "price.protected", inputs, pricing.section, recognised, (rarc,))


def _rule_price(line: Line, submission: Submission, pricing: Pricing) -> Price | None:
    """The first of the plan's ways that has what it needs."""
    references = {rate.schedule: rate for rate in line.price.references} if line.price else {}
    for rule in pricing.rules:
        price = _price_by_rule(rule, line, submission, references)
        if price is not None:
            return price._replace(clause=pricing.section)
    return None


def _price_by_rule(
    rule: PriceRule, line: Line, submission: Submission, references: dict[str, RateFact]
) -> Price | None:
    if rule.method == "percent_of_billed":
        amount = percent_of(line.submitted.billed_amount, rule.percent)
        return Price(amount, "price.percent_of_billed", (("percent", str(rule.percent)),))
    reference = references.get(rule.schedule)
    price = None if reference is None else price_by_rate(reference, line.submitted, submission)
    if price is None:
        return None
    inputs = (*price.inputs, ("reference_amount", str(price.amount)), ("percent", str(rule.percent)))
    return Price(percent_of(price.amount, rule.percent), "price." + rule.method, inputs)


def _what_is_unpriced(line: Line) -> Inputs:
    submitted = line.submitted
    return (
        ("code", submitted.procedure_code or submitted.revenue_code),
        ("modifiers", " ".join(submitted.modifiers)),
        ("network", line.price.network if line.price else ""),
        ("billed", str(submitted.billed_amount)),
    )
