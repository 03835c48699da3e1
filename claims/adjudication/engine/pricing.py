"""What each service costs: by contract, by the repricer's word, by a person's, or by the plan's rule out of network."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from claims.adjudication.engine.work import Inputs, Line, Work
from claims.adjudication.engine.years import is_stay
from claims.facts import Submission, SubmittedLine
from plans.design.terms import PriceRule, Pricing
from plans.facts import RateFact
from tpa.foundation.values.money import ZERO, cents, percent_of, split

# The contract, or the law, forbids to ask the member for the rest; out of network the member may owe it.
CONTRACTUAL, BALANCE, PROTECTED = ("CO", "45"), ("PR", "45"), ("CO", "45")
INCLUDED = ("CO", "97")

# The No Surprises Act on the remittance: which provision applies, how the share was figured, that nothing may be balanced.
PROTECTED_RARCS = {"emergency": ("N864", "N830"), "facility": ("N865", "N830")}
SHARE_ON_QUALIFYING, SHARE_ON_BILLED = "N869", "N870"

_ACCOMMODATION = ("010", "011", "012", "013", "014", "015", "016", "017", "018", "019", "020", "021")


class Price(NamedTuple):
    """What a line costs, by which rule; `basis_amount` is what the member's shares are taken of (NSA: may differ)."""

    amount: Decimal
    rule: str
    inputs: Inputs = ()
    clause: str = ""
    basis_amount: Decimal | None = None
    rarcs: tuple[str, ...] = ()


def price_lines(work: Work) -> None:
    """Price each open line; what nothing prices is asked about."""
    shared = _shared_prices(work)
    for line in work.open_lines():
        price = shared.get(line.number) or _price(line, work)
        if price is None:
            work.ask("no_price", line, _what_is_unpriced(line))
            if not line.is_open:
                continue
            if line.set_price is None:
                line.leave_open("no_price")
                continue
            price = Price(line.set_price, "price.by_a_person")
        _apply(line, price)


def _apply(line: Line, price: Price) -> None:
    """Lesser of price and billed; the rest by who must bear it."""
    billed = line.submitted.billed_amount
    amount = min(price.amount, billed)
    line.priced_amount = amount
    line.basis_amount = amount if price.basis_amount is None else min(price.basis_amount, billed)
    inputs = (("billed", str(billed)), *price.inputs)
    line.add("allowed_amount", amount, price.rule, price.clause, inputs)
    if amount == billed:
        return
    rarcs = price.rarcs
    assert line.tier is not None
    if line.protection:
        group, carc = PROTECTED
        rarcs = (*PROTECTED_RARCS[line.protection], *rarcs)
    elif not line.tier.networks:
        group, carc = BALANCE
    else:
        group, carc = CONTRACTUAL if price.amount else INCLUDED
    line.adjust(group, carc, billed - amount, rarcs)


def _price(line: Line, work: Work) -> Price | None:
    if line.set_price is not None:
        return Price(line.set_price, "price.by_a_person")
    terms, price, submission = work.terms, line.price, work.facts.submission
    assert terms is not None and line.tier is not None
    if not line.submitted.billed_amount:
        return Price(ZERO, "price.nothing_billed")
    if line.tier.networks:
        return _contract_price(line, submission, accepts_repricing=line.tier.accepts_repricing)
    if line.protection and price is not None and price.qualifying_amount is not None:
        return _protected_price(line, price.qualifying_amount, price.out_of_network_amount, terms.protected_pricing)
    pricing = terms.protected_pricing if line.protection and terms.protected_pricing.rules else terms.out_of_network
    return _rule_price(line, submission, pricing)


def _contract_price(line: Line, submission: Submission, *, accepts_repricing: bool) -> Price | None:
    submitted = line.submitted
    repricing = submitted.repricing
    if repricing is not None and accepts_repricing and not repricing.reject_reason:
        by = ("repriced_by", repricing.organisation)
        return Price(repricing.allowed_amount, "price.repriced", (by, ("method", repricing.method)))
    rate = line.price.rate if line.price else None
    if rate is None:
        return None
    return _rate_price(rate, submitted, submission)


def _rate_price(rate: RateFact, submitted: SubmittedLine, submission: Submission) -> Price | None:
    """One rate applied to one line; None when the rate can not price such a line."""
    named = ("rate", f"{rate.schedule} {rate.code} {rate.modifier}".rstrip())
    if rate.method == "percent_of_billed":
        assert rate.percent is not None
        amount = percent_of(submitted.billed_amount, rate.percent)
        return Price(amount, "price.percent_of_billed", (named, ("percent", str(rate.percent))))
    method, amount_each = rate.method, rate.amount
    inputs: Inputs = (named,)
    percent: Decimal | None = None
    if method == "percent_of_reference":
        assert rate.percent is not None
        method, amount_each, percent = rate.reference_method, rate.reference_amount, rate.percent
        inputs = (named, ("reference", f"{rate.reference_schedule} {amount_each}"), ("percent", str(percent)))
    if amount_each is None:
        return None
    if method == "per_diem":
        days = days_of(submitted, submission)
        amount, inputs = amount_each * days, (*inputs, ("amount", str(amount_each)), ("days", str(days)))
    elif method == "fee":
        if submitted.unit_basis == "MJ":
            return None  # minutes of anaesthesia are not units of a fee
        units = submitted.units_count
        amount, inputs = amount_each * units, (*inputs, ("amount", str(amount_each)), ("units", str(units)))
    else:
        amount, inputs = amount_each, (*inputs, ("amount", str(amount_each)))
    amount = cents(amount) if percent is None else percent_of(amount, percent)
    return Price(amount, "price." + rate.method, inputs)


def _shared_prices(work: Work) -> dict[int, Price]:
    """Prices of several lines together: a case rate, or a per diem for whatever is done, spread by what was billed."""
    groups: dict[int, list[Line]] = defaultdict(list)
    rates: dict[int, RateFact] = {}
    for line in work.open_lines():
        rate = line.price.rate if line.price else None
        if rate is None or line.set_price is not None or not line.submitted.billed_amount:
            continue
        method = rate.reference_method if rate.method == "percent_of_reference" else rate.method
        if method == "case_rate" or (method == "per_diem" and rate.code_kind in ("any", "drg")):
            groups[rate.rate_id].append(line)
            rates[rate.rate_id] = rate
    shared: dict[int, Price] = {}
    submission = work.facts.submission
    for rate_id, lines in groups.items():
        price = _rate_price(rates[rate_id], lines[0].submitted, submission)
        if price is None:
            continue
        billed = [line.submitted.billed_amount for line in lines]
        together = min(price.amount, sum(billed, ZERO))
        inputs = (*price.inputs, ("for_all", str(together)), ("lines", str(len(lines))))
        for line, part in zip(lines, split(together, billed), strict=True):
            shared[line.number] = Price(part, price.rule, inputs)
    return shared


def _protected_price(line: Line, qualifying: Decimal, agreed: Decimal | None, pricing: Pricing) -> Price:
    """NSA: the member's share is of the recognised amount; the provider gets the out-of-network rate (716-4, 716-5)."""
    billed = line.submitted.billed_amount
    recognised = min(qualifying, billed)
    rarc = SHARE_ON_BILLED if billed < qualifying else SHARE_ON_QUALIFYING
    amount = recognised if agreed is None else agreed
    inputs = (
        ("qualifying_amount", str(qualifying)),
        ("recognised_amount", str(recognised)),
        ("out_of_network_rate", "" if agreed is None else str(agreed)),
    )
    return Price(amount, "price.protected", inputs, pricing.section, recognised, (rarc,))


def _rule_price(line: Line, submission: Submission, pricing: Pricing) -> Price | None:
    """The first of the plan's ways that has what it needs."""
    references = {rate.schedule: rate for rate in line.price.references} if line.price else {}
    for rule in pricing.rules:
        price = _one_rule_price(rule, line.submitted, submission, references)
        if price is not None:
            return price._replace(clause=pricing.section)
    return None


def _one_rule_price(
    rule: PriceRule, submitted: SubmittedLine, submission: Submission, references: dict[str, RateFact]
) -> Price | None:
    if rule.method == "percent_of_billed":
        amount = percent_of(submitted.billed_amount, rule.percent)
        return Price(amount, "price.percent_of_billed", (("percent", str(rule.percent)),))
    reference = references.get(rule.schedule)
    if reference is None:
        return None
    price = _rate_price(reference, submitted, submission)
    if price is None:
        return None
    amount = percent_of(price.amount, rule.percent)
    inputs = (*price.inputs, ("reference_amount", str(price.amount)), ("percent", str(rule.percent)))
    return Price(amount, "price." + rule.method, inputs)


def days_of(submitted: SubmittedLine, submission: Submission) -> int:
    """Days that a line stands for: its units where they are days, nights of a stay, else days from first to last."""
    if submitted.unit_basis == "DA" or submitted.revenue_code[:3] in _ACCOMMODATION:
        return int(submitted.units_count)
    if is_stay(submission):
        return stay_days(submission)
    return (submitted.service_to - submitted.service_from).days + 1


def stay_days(submission: Submission) -> int:
    """Nights from the first to the last day of the statement; one at least."""
    starts = submission.statement_from or submission.service_from
    ends = submission.statement_to or submission.service_to
    return max(1, (ends - starts).days)


def _what_is_unpriced(line: Line) -> Inputs:
    submitted = line.submitted
    return (
        ("code", submitted.procedure_code or submitted.revenue_code),
        ("modifiers", " ".join(submitted.modifiers)),
        ("network", line.price.network if line.price else ""),
        ("billed", str(submitted.billed_amount)),
    )
