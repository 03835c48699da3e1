"""What contracts do to prices of single procedures: modifiers, and what one of several of a day is paid less.

Procedures of one day by one provider are ranked together on however many claims they come. What an earlier claim was
paid stands; where a later procedure outranks it, what it was paid too much comes off the later one, so that the claims
come to what one would have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from claims.adjudication.engine.contracts import Contracts, in_ranges
from claims.adjudication.engine.decision import ClaimDecision, LineDecision
from claims.adjudication.engine.facts import ClaimFacts, PriorLine
from claims.adjudication.engine.parts import (
    ENDOSCOPY,
    family_of,
    is_of_part,
    join_families,
    percent_at,
    procedures_in,
    rank_parts,
)
from claims.adjudication.engine.rates import (
    ANAESTHESIA,
    FEE,
    PERCENT_OF_BILLED,
    RELATIVE_VALUE,
    Price,
    method_of,
    price_by_rate,
)
from claims.adjudication.engine.work import Inputs, Line, Work
from claims.facts import SubmittedLine
from plans.facts import ModifierTerm, RankTerm
from tpa.foundation.values.money import ZERO, percent_of, split

Priced = list[tuple[Line, Price]]

# Prices of one procedure: what modifiers and ranks change.
_PROCEDURES = frozenset({FEE, RELATIVE_VALUE, PERCENT_OF_BILLED, ANAESTHESIA})
_RANKED = _PROCEDURES - {ANAESTHESIA}
BY_RANK = ("price.multiple_procedures", "price.earlier_procedures", ENDOSCOPY)
_NOT_BY_RATE = ("price.by_a_person", "price.repriced")


class RankedBefore(NamedTuple):
    """A line of an earlier claim: what it costs before ranks, what it was paid by them, its published indicator, and of
    an endoscopy the family that takes one rank."""

    amount: Decimal
    paid_amount: Decimal
    indicator: str
    family: str = ""


class _Service(NamedTuple):
    """What takes one rank or, of several units, more; in the order of ranks when sorted: dearest first."""

    less_amount: Decimal  # of a rank, with the other sign
    is_new: bool
    first: int
    ranks: int
    members: tuple[int, ...]


def modified(submitted: SubmittedLine, price: Price, *, before_ranking: bool) -> Price:
    """So many per cent for an assistant, a second surgeon, both sides, medical direction, …"""
    rate = price.rate
    if rate is None or not submitted.modifiers or method_of(rate) not in _PROCEDURES:
        return price
    for term in price.applied.modifiers:
        if term.before_ranking is not before_ranking or not _holds(term, submitted, price):
            continue
        found = next(modifier for modifier in submitted.modifiers if modifier in term.modifiers)
        inputs = (("modifier", found), ("percent", str(term.percent)))
        price = price.moved(percent_of(price.amount, term.percent), "price.modifier", term.section, inputs)
    return price


def _holds(term: ModifierTerm, submitted: SubmittedLine, price: Price) -> bool:
    """Does the line carry the modifier, and the code the indicator? A rate that names the modifier is its price."""
    rate = price.rate
    assert rate is not None
    carried = [modifier for modifier in submitted.modifiers if modifier in term.modifiers]
    if not carried or rate.modifier in carried:
        return False
    if not term.indicator:
        return True
    return rate.values is not None and getattr(rate.values, term.indicator) in term.values


def ranked(work: Work, priced: Priced) -> Priced:
    """Several procedures of one provider on one day: dearest first, each unit a procedure, each at its per cent."""
    groups: dict[tuple[RankTerm, str, date], list[int]] = defaultdict(list)
    for at, (line, price) in enumerate(priced):
        for term in _rank_terms(line.submitted, price):
            npi = "" if term.part else work.submission.rendering_npi_of(line.submitted)
            groups[term, npi, line.submitted.service_from].append(at)
    for (term, npi, on), places in groups.items():
        if term.part:
            rank_parts(work, priced, places, term)
            continue
        before = [prior for prior in work.facts.prior_lines if _stands_before(prior, work, term, npi, on)]
        families = join_families(work, priced, places, term) if term.endoscopies else []
        _rank(priced, places, term, before, families)
    return priced


def ranked_before(facts: ClaimFacts, decision: ClaimDecision) -> dict[int, RankedBefore]:
    """The lines of a claim that take ranks from those of later claims, by line number."""
    if decision.outcome != "approved" or not any(contract.multiple_procedures for contract in facts.contracts):
        return {}
    contracts = Contracts(facts.contracts)
    rates = {price.line_number: price.rate for price in facts.prices if price.rate is not None}
    found: dict[int, RankedBefore] = {}
    for submitted, line in zip(facts.submission.lines, decision.lines, strict=True):
        rate = rates.get(line.number)
        if rate is None or not _is_by_rate(line):
            continue
        price = price_by_rate(rate, submitted, facts.submission, contracts.behind(rate, submitted.service_from))
        if price is None or all(term.part for term in _rank_terms(submitted, price)):
            continue
        amount = modified(submitted, price, before_ranking=True).amount
        moves = [step for step in line.trace if step.rule in BY_RANK and not is_of_part(step)]
        amount += sum([step.amount or ZERO for step in moves if step.rule == ENDOSCOPY], ZERO)
        paid = amount + sum([step.amount or ZERO for step in moves if step.rule != ENDOSCOPY], ZERO)
        indicator = rate.values.multiple if rate.values else ""
        terms = [term for term in _rank_terms(submitted, price) if not term.part]
        found[line.number] = RankedBefore(amount, paid, indicator, family_of(terms[0], submitted, price))
    return found


def _is_by_rate(line: LineDecision) -> bool:
    rules = {step.rule for step in line.trace}
    return any(rule.startswith("price.") for rule in rules) and rules.isdisjoint(_NOT_BY_RATE)


def _stands_before(prior: PriorLine, work: Work, term: RankTerm, npi: str, on: date) -> bool:
    """Was it a procedure of the same day and provider, under the same term?"""
    billing_npi = work.submission.billing_provider.npi
    return (
        prior.ranked_amount is not None
        and prior.outcome == "approved"
        and prior.claim_number != work.facts.claim_number
        and prior.billing_npi == billing_npi
        and (prior.rendering_npi or billing_npi) == (npi or billing_npi)
        and prior.service_from == on
        and _is_of(term, prior.procedure_code, prior.multiple)
    )


def _rank(
    priced: Priced, places: Sequence[int], term: RankTerm, before: Sequence[PriorLine], families: Sequence[list[int]]
) -> None:
    """Rank them, of equal price what was paid before first, then in the claim's order."""
    full = {at: priced[at][1].amount for at in places}
    earlier = (("earlier_claims", ", ".join(dict.fromkeys(prior.claim_number for prior in before))),) if before else ()
    rank, paid, due = 0, ZERO, ZERO
    for service in sorted((*_services_before(before), *_services(priced, places, families))):
        percent = sum((percent_at(term, rank + step) for step in range(service.ranks)), Decimal(0)) / service.ranks
        for at in service.members:
            if service.is_new:
                line, price = priced[at]
                inputs = (("rank", str(rank + 1)), ("percent", str(percent)), *earlier)
                reduced = percent_of(price.amount, percent)
                priced[at] = line, price.moved(reduced, "price.multiple_procedures", term.section, inputs)
            else:
                most = _most(before[at], priced[places[0]][1])
                paid += min(before[at].ranked_paid_amount or ZERO, most)
                due += min(percent_of(before[at].ranked_amount or ZERO, percent), most)
        rank += service.ranks
    if paid != due:
        told = (*earlier, ("paid_earlier", str(paid)), ("due_together", str(due)))
        _settle(priced, places, full, paid - due, term, told)


def _services(priced: Priced, places: Sequence[int], families: Sequence[list[int]]) -> list[_Service]:
    """What takes ranks: a family of endoscopies one, every other procedure one for each unit."""
    joined = {at for family in families for at in family}
    found = [
        _Service(-sum([priced[at][1].amount for at in family], ZERO), True, family[0], 1, tuple(family))
        for family in families
    ]
    for at in places:
        if at not in joined:
            count = procedures_in(priced[at][0].submitted.units_count)
            found.append(_Service(-(priced[at][1].amount / count), True, at, count, (at,)))
    return found


def _services_before(before: Sequence[PriorLine]) -> list[_Service]:
    found: list[_Service] = []
    families: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, prior in enumerate(before):
        if prior.ranked_family:
            families[prior.claim_number, prior.ranked_family].append(at)
        else:
            count = procedures_in(prior.units_count)
            found.append(_Service(-((prior.ranked_amount or ZERO) / count), False, at, count, (at,)))
    for family in families.values():
        together = sum([before[at].ranked_amount or ZERO for at in family], ZERO)
        found.append(_Service(-together, False, family[0], 1, tuple(family)))
    return found


def _settle(
    priced: Priced, places: Sequence[int], full: dict[int, Decimal], over: Decimal, term: RankTerm, told: Inputs
) -> None:
    """Let the new procedures bear what earlier ones were paid too much, or have what those lack: never less than
    nothing, and none more than alone."""
    amounts = [priced[at][1].amount for at in places]
    rooms = amounts if over > 0 else [full[at] - amount for at, amount in zip(places, amounts, strict=True)]
    moved = min(abs(over), sum(rooms, ZERO))
    if not moved:
        return
    for at, part in zip(places, split(moved, rooms), strict=True):
        line, price = priced[at]
        amount = price.amount - part if over > 0 else price.amount + part
        priced[at] = line, price.moved(amount, "price.earlier_procedures", term.section, told)


def _most(prior: PriorLine, price: Price) -> Decimal:
    """What billed lets an earlier procedure be paid, in the dollars that are ranked: before a per cent is taken."""
    term = price.applied.lesser_of
    if term is not None and term.level == "never":
        return Decimal("Infinity")
    return prior.billed_amount * 100 / price.percent if price.percent else prior.billed_amount


def _rank_terms(submitted: SubmittedLine, price: Price) -> list[RankTerm]:
    """The first that ranks the whole price, and for each part the first that ranks it."""
    rate = price.rate
    if rate is None or not price.applied.multiple_procedures or method_of(rate) not in _RANKED:
        return []
    indicator = rate.values.multiple if rate.values else ""
    found: dict[str, RankTerm] = {}
    for term in price.applied.multiple_procedures:
        if term.part not in found and _is_of(term, submitted.procedure_code, indicator):
            found[term.part] = term
    return list(found.values())


def _is_of(term: RankTerm, code: str, indicator: str) -> bool:
    return (not term.codes or in_ranges(code, term.codes)) and (not term.indicators or indicator in term.indicators)
