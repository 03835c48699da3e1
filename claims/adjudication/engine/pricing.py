"""What each service costs: by a person's word, by contract, by the law, or by the plan's rule out of network."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from claims.adjudication.engine.contract_rules import apply_contracts
from claims.adjudication.engine.contracts import NOTHING, Contracts
from claims.adjudication.engine.procedures import BY_RANK, Priced
from claims.adjudication.engine.rates import (
    CASE_RATE,
    DRG_WEIGHT,
    PER_DIEM,
    Price,
    days_of,
    method_of,
    price_by_rate,
)
from claims.adjudication.engine.reasons import (
    BALANCE,
    CONTRACTUAL,
    EXCESS,
    INCLUDED,
    OUT_OF_NETWORK_RATE,
    PROTECTED,
    SEVERAL_PROCEDURES,
    SHARE_ON_BILLED,
    SHARE_ON_QUALIFYING,
    Denial,
)
from claims.adjudication.engine.work import Inputs, Line, Work
from claims.facts import Repricing
from plans.design.terms import PriceRule, Pricing
from plans.facts import RateFact
from tpa.foundation.values.money import ZERO, cents, percent_of, split

# Whose price holds where an external repricer said one as well.
OURS, REPRICER, LOWER = "ours", "repricer", "lower"


def price_lines(work: Work) -> None:
    """Price each open line; what nothing prices is asked about."""
    prices = _Prices(work)
    priced: Priced = []
    for line in work.open_lines():
        price = prices.of(line)
        if price is None:
            work.ask("no_price", line, _what_is_unpriced(line))
            if line.set_price is None:
                if line.is_open:
                    line.leave_open("no_price")
                continue
            price = Price(line.set_price, "price.by_a_person")
        priced.append((line, price))
    if prices.contracts:
        priced = apply_contracts(work, priced)
    for line, price in priced:
        _apply(line, price)


def _apply(line: Line, price: Price) -> None:
    """Lesser of price and billed, save where the contract says otherwise; the rest falls on whom contract or law lets
    it fall."""
    billed = line.submitted.billed_amount
    amount = min(price.amount, billed) if price.is_capped else price.amount
    line.priced_amount = amount
    line.basis_amount = amount if price.basis_amount is None else min(price.basis_amount, billed)
    inputs = (("billed", str(billed)), *price.inputs)
    if price.moves or not price.is_capped:
        line.add(
            "allowed_amount",
            price.amount - sum([move.amount for move in price.moves], ZERO),
            price.rule,
            price.clause,
            inputs,
        )
        for move in price.moves:
            line.add("allowed_amount", move.amount, move.rule, move.clause, move.inputs)
        if amount != price.amount:
            line.add("allowed_amount", amount - price.amount, "price.lesser_of", price.clause, inputs[:1])
    else:
        line.add("allowed_amount", amount, price.rule, price.clause, inputs)
    if amount > billed:
        line.adjust(EXCESS, billed - amount)
    elif amount != billed:
        ranked = min(_reduced_by_rank(price), billed - amount) if line.is_contracted else ZERO
        line.adjust(SEVERAL_PROCEDURES, ranked)
        line.adjust(_who_bears_the_rest(line, price), billed - amount - ranked)


def _reduced_by_rank(price: Price) -> Decimal:
    """What one of several procedures is paid less: the remittance says that part by a code of its own."""
    if not price.moves or price.percent is not None:
        return ZERO
    moved = sum([move.amount for move in price.moves if move.rule in BY_RANK], ZERO)
    return max(ZERO, -moved)


def _who_bears_the_rest(line: Line, price: Price) -> Denial:
    if line.protection:
        because = PROTECTED[line.protection]
        return because._replace(rarcs=because.rarcs + price.rarcs)
    if not line.is_contracted:
        return BALANCE
    return CONTRACTUAL if price.amount else INCLUDED


class _Prices:
    """Finds the price of each line of a claim, whoever sets it."""

    __slots__ = ("_days", "_shared", "_work", "contracts")

    def __init__(self, work: Work) -> None:
        self._work = work
        self.contracts = Contracts(work.facts.contracts)
        self._days: dict[int, Decimal] = {}  # of the stay that a rate priced already
        self._shared = self._shared_prices()

    def of(self, line: Line) -> Price | None:
        """None where nothing prices it."""
        shared = self._shared.get(line.number)
        if shared is not None:
            return shared
        if line.set_price is not None:
            return Price(line.set_price, "price.by_a_person")
        if not line.submitted.billed_amount:
            return Price(ZERO, "price.nothing_billed")
        terms = self._work.terms
        if line.is_contracted:
            return self._contract_price(line)
        protected, out_of_network = terms.protected_pricing, terms.out_of_network
        if not line.protection:
            return self._rule_price(line, out_of_network)
        if line.price is not None and line.price.qualifying_amount is not None:
            agreed = line.price.out_of_network_amount
            answer = self._work.answers.get((OUT_OF_NETWORK_RATE, line.number))
            if answer is not None:
                agreed = answer.amount
            return _protected_price(line, line.price.qualifying_amount, agreed, protected)
        return self._rule_price(line, protected if protected.rules else out_of_network)

    def _contract_price(self, line: Line) -> Price | None:
        """Ours, or the external repricer's: as contract or tier says. The trace shows both and how far they differ."""
        ours = self._by_rate(line)
        repricing = line.submitted.repricing
        if repricing is None or repricing.reject_reason:
            return ours
        return _choose(line, ours, repricing, self._whose_holds(line))

    def _whose_holds(self, line: Line) -> str:
        rate = line.price.rate if line.price else None
        said = self.contracts.behind(rate, line.submitted.service_from).repricing if rate is not None else ""
        return said or (REPRICER if line.tier.accepts_repricing else OURS)

    def _by_rate(self, line: Line) -> Price | None:
        rate = line.price.rate if line.price else None
        if rate is None:
            return None
        submission = self._work.submission
        if not self.contracts and rate.values is None:
            return price_by_rate(rate, line.submitted, submission)
        applied = self.contracts.behind(rate, line.submitted.service_from)
        before = self._days.get(rate.rate_id, Decimal(0))
        if rate.method == PER_DIEM:
            self._days[rate.rate_id] = before + days_of(line.submitted, submission)
        return price_by_rate(rate, line.submitted, submission, applied, before)

    def _shared_prices(self) -> dict[int, Price]:
        """Prices of several lines together, spread by what was billed: a case, or days for whatever is done."""
        work = self._work
        whole = work.submission.repricing
        if whole is not None and not whole.reject_reason:
            repriced = self._repriced_together(whole)
            if repriced:
                return repriced
        groups: dict[int, list[Line]] = defaultdict(list)
        rates: dict[int, RateFact] = {}
        for line in work.open_lines():
            rate = line.price.rate if line.price else None
            if rate is None or line.set_price is not None or not line.submitted.billed_amount:
                continue
            method = method_of(rate)
            if method in (CASE_RATE, DRG_WEIGHT) or (method == PER_DIEM and rate.code_kind in ("any", "drg")):
                if line.submitted.repricing is not None and self._whose_holds(line) != OURS:
                    continue
                groups[rate.rate_id].append(line)
                rates[rate.rate_id] = rate
        shared: dict[int, Price] = {}
        for rate_id, lines in groups.items():
            applied = self.contracts.behind(rates[rate_id], lines[0].submitted.service_from)
            price = price_by_rate(rates[rate_id], lines[0].submitted, work.submission, applied)
            if price is not None:
                shared |= _spread(price, lines)
        return shared

    def _repriced_together(self, repricing: Repricing) -> dict[int, Price]:
        """The repricer's word on the whole claim (HCP of loop 2300), where it says nothing of single lines."""
        lines = [line for line in self._work.open_lines() if line.is_contracted and line.submitted.billed_amount]
        if not lines or any(line.submitted.repricing for line in lines):
            return {}
        if any(line.set_price is not None or self._whose_holds(line) != REPRICER for line in lines):
            return {}
        inputs = (("repriced_by", repricing.organisation), ("method", repricing.method))
        return _spread(Price(repricing.allowed_amount, "price.repriced", inputs, lines[0].tier.section), lines)

    def _rule_price(self, line: Line, pricing: Pricing) -> Price | None:
        """The first of the plan's ways that has what it needs."""
        references = {rate.schedule: rate for rate in line.price.references} if line.price else {}
        for rule in pricing.rules:
            price = self._price_by_rule(rule, line, references)
            if price is not None:
                return price._replace(clause=pricing.section)
        return None

    def _price_by_rule(self, rule: PriceRule, line: Line, references: dict[str, RateFact]) -> Price | None:
        if rule.method == "percent_of_billed":
            amount = percent_of(line.submitted.billed_amount, rule.percent)
            return Price(amount, "price.percent_of_billed", (("percent", str(rule.percent)),))
        reference = references.get(rule.schedule)
        if reference is None:
            return None
        if rule.percentile:
            return _percentile_price(rule, line, reference)
        applied = self.contracts.behind(reference, line.submitted.service_from)
        price = price_by_rate(reference, line.submitted, self._work.submission, applied)
        if price is None:
            return None
        if applied is not NOTHING:
            return price._replace(percent=rule.percent)
        inputs = (*price.inputs, ("reference_amount", str(price.amount)), ("percent", str(rule.percent)))
        return Price(percent_of(price.amount, rule.percent), "price." + rule.method, inputs)


def _choose(line: Line, ours: Price | None, repricing: Repricing, whose: str) -> Price | None:
    """Our price or the repricer's, with both in the trace."""
    both: Inputs = (("repriced_amount", str(repricing.allowed_amount)),)
    if ours is not None:
        both += (("our_amount", str(ours.amount)), ("difference", str(repricing.allowed_amount - ours.amount)))
    if whose == OURS or (whose == LOWER and ours is not None and ours.amount <= repricing.allowed_amount):
        return None if ours is None else ours._replace(inputs=(*ours.inputs, *both))
    inputs = (("repriced_by", repricing.organisation), ("method", repricing.method), *both)
    return Price(repricing.allowed_amount, "price.repriced", inputs, line.tier.section)


def _spread(price: Price, lines: list[Line]) -> dict[int, Price]:
    """One price for several lines, each its part by what it billed; not above that, unless terms may say so."""
    billed = [line.submitted.billed_amount for line in lines]
    together = price.amount if price.applied is not NOTHING else min(price.amount, sum(billed, ZERO))
    inputs = (*price.inputs, ("together", str(together)), ("lines", str(len(lines))))
    for move in price.moves:
        inputs += ((move.rule.removeprefix("price."), str(move.amount)), *move.inputs)
    parts = split(together, billed)
    return {
        line.number: price._replace(amount=part, inputs=inputs, moves=())
        for line, part in zip(lines, parts, strict=True)
    }


def _percentile_price(rule: PriceRule, line: Line, reference: RateFact) -> Price | None:
    """What so many of a hundred charges for the service do not exceed, a unit."""
    values = reference.values
    amount = values.percentiles.get(str(rule.percentile)) if values else None
    if amount is None or line.submitted.unit_basis == "MJ":
        return None
    inputs = (
        ("rate", f"{reference.schedule} {reference.code}"),
        ("locality", reference.locality),
        ("percentile", str(rule.percentile)),
        ("amount", str(amount)),
        ("units", str(line.submitted.units_count)),
    )
    return Price(cents(amount * line.submitted.units_count), "price.charge_percentile", inputs)


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


def _what_is_unpriced(line: Line) -> Inputs:
    submitted = line.submitted
    return (
        ("code", submitted.procedure_code or submitted.revenue_code),
        ("modifiers", " ".join(submitted.modifiers)),
        ("network", line.price.network if line.price else ""),
        ("billed", str(submitted.billed_amount)),
    )
