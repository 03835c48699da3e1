"""The line of a month's fee, by its kind: how many, of what, at which rate or per cent. Plain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from claims.payments.selectors import SettledFact
from employers.facts import EnrolledFact
from tpa.billing.draft_lines import DraftClaim, DraftLine, DraftMember, Kind, MonthFacts, sum_of
from tpa.foundation.values.money import ZERO, percent_of, split
from tpa.models import Charge, ContractFee

FeeKind = ContractFee.Kind
_REVERSED = "reversed"
_LINE_KINDS = {ContractFee.Purpose.STOP_LOSS: Kind.PREMIUM, ContractFee.Purpose.VENDOR: Kind.VENDOR}


def fee_line(fee: ContractFee, facts: MonthFacts) -> DraftLine | None:
    """The month's line of any fee but a minimum; None where there is nothing to bill."""
    by_kind = {
        FeeKind.PEPM: _by_employee,
        FeeKind.PER_CLAIM: _by_claim,
        FeeKind.OF_SAVINGS: _of_savings,
        FeeKind.OF_RECOVERIES: _of_recoveries,
        FeeKind.RUN_OUT: _of_last_fees,
    }
    if fee.kind == FeeKind.ONE_OFF and facts.month_on != fee.period.lower:
        return None
    make = by_kind.get(FeeKind(fee.kind))
    return make(fee, facts) if make is not None else _line(fee, facts, quantity=1)


def minimum_line(fee: ContractFee, facts: MonthFacts, lines: Sequence[DraftLine]) -> DraftLine | None:
    """What the month's administration fees lack to the minimum; adjustments of earlier months are not counted."""
    reached = sum_of([line for line in lines if line.kind == Kind.FEE and _is_administration(line.fee)])
    if reached >= fee.amount:
        return None
    return DraftLine(
        kind=Kind.FEE,
        name=_("%(fee)s: up to the minimum of %(minimum)s") % {"fee": fee_name(fee), "minimum": f"${fee.amount:,}"},
        for_month_on=facts.month_on,
        quantity_count=1,
        base_amount=reached,
        amount=fee.amount - reached,
        section=fee.section,
        fee=fee,
    )


def enrolled_for(fee: ContractFee, enrolled: Iterable[EnrolledFact]) -> list[EnrolledFact]:
    """The employees that a fee is for: of its plan, and of its tier; who is in several plans counts once."""
    chosen: dict[int, EnrolledFact] = {}
    for fact in enrolled:
        if fee.plan_id is None or fact.plan_id == fee.plan_id:
            chosen.setdefault(fact.member_id, fact)
    return [fact for fact in chosen.values() if not fee.tier or fact.tier == fee.tier]


def fee_name(fee: ContractFee) -> str:
    """The fee with the plan and tier it is for, and whom it is passed on to."""
    details = [detail for detail in (fee.plan.name if fee.plan is not None else "", fee.tier) if detail]
    name = f"{fee.name} ({', '.join(details)})" if details else fee.name
    return f"{name}, {fee.payee_name}" if fee.payee_name else name


def line_kind(fee: ContractFee) -> str:
    """Under which heading of the invoice a fee stands."""
    return _LINE_KINDS.get(ContractFee.Purpose(fee.purpose), Kind.FEE)


def shares_of(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """A total divided by weights that may be zero all of them: then each gets nothing."""
    return split(total, weights) if any(weights) else [ZERO for _weight in weights]


def _is_administration(fee: ContractFee | None) -> bool:
    return fee is not None and fee.purpose == ContractFee.Purpose.ADMINISTRATION


def _line(fee: ContractFee, facts: MonthFacts, *, quantity: int) -> DraftLine:
    return DraftLine(
        kind=line_kind(fee),
        name=fee_name(fee),
        for_month_on=facts.month_on,
        quantity_count=quantity,
        rate_amount=fee.amount,
        amount=quantity * fee.amount,
        section=fee.section,
        fee=fee,
    )


def _by_employee(fee: ContractFee, facts: MonthFacts) -> DraftLine | None:
    enrolled = enrolled_for(fee, facts.enrolled.get(facts.month_on, ()))
    if not enrolled:
        return None
    line = _line(fee, facts, quantity=len(enrolled))
    line.members = [DraftMember(fact.member_id, 1, fact.tier, 1, fact.division) for fact in enrolled]
    return line


def _by_claim(fee: ContractFee, facts: MonthFacts) -> DraftLine | None:
    # A reversal is no further claim, nor is one that was decided anew; what replaces one is.
    claims = [DraftClaim(item, fee.amount) for item in facts.settled if item.outcome != _REVERSED and item.is_first]
    if not claims:
        return None
    line = _line(fee, facts, quantity=len(claims))
    line.purpose, line.claims = f"fee:{fee.name}", claims
    return line


def _of_savings(fee: ContractFee, facts: MonthFacts) -> DraftLine | None:
    """A per cent of all that was saved, rounded once; each claim with its part. What was taken back gives back."""
    saved = [item for item in facts.settled if item.saved_amount]
    if not saved:
        return None
    claims: list[DraftClaim] = []
    for items in ([i for i in saved if i.saved_amount > 0], [i for i in saved if i.saved_amount < 0]):
        claims += _savings_shares(items, fee.percent or ZERO)
    line = _percent_line(fee, facts, base=sum((item.saved_amount for item in saved), ZERO))
    line.quantity_count, line.purpose, line.claims = len(claims), f"fee:{fee.name}", claims
    line.amount = sum((claim.amount for claim in claims), ZERO)
    return line


def _savings_shares(items: Sequence[SettledFact], percent: Decimal) -> list[DraftClaim]:
    total = percent_of(sum((item.saved_amount for item in items), ZERO), percent)
    parts = shares_of(total, [abs(item.saved_amount) for item in items])
    return [DraftClaim(item, part) for item, part in zip(items, parts, strict=True)]


def _of_recoveries(fee: ContractFee, facts: MonthFacts) -> DraftLine | None:
    given_back = sum((charge.amount for charge in facts.charges if charge.kind == Charge.Kind.RECOVERY), ZERO)
    recovered = facts.recovered_amount - given_back
    return _percent_line(fee, facts, base=recovered) if recovered else None


def _of_last_fees(fee: ContractFee, facts: MonthFacts) -> DraftLine | None:
    base = facts.last_fees.get(fee.pk)
    return _percent_line(fee, facts, base=base) if base else None


def _percent_line(fee: ContractFee, facts: MonthFacts, *, base: Decimal) -> DraftLine:
    percent = fee.percent or ZERO
    return DraftLine(
        kind=line_kind(fee),
        name=fee_name(fee),
        for_month_on=facts.month_on,
        quantity_count=1,
        percent=percent,
        base_amount=base,
        amount=percent_of(base, percent),
        section=fee.section,
        fee=fee,
    )
