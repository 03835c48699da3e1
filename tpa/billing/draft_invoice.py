"""Works out a month's invoice from facts: lines, each traced to its claims or members. Plain; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from claims.payments.selectors import SettledFact
from employers.facts import EnrolledFact
from tpa.foundation.values.money import ZERO
from tpa.models import ContractFee, InvoiceClaim, InvoiceLine

Kind = InvoiceLine.Kind
_REVERSED = "reversed"
_ADVANCED = "tpa"


class Turn(NamedTuple):
    """Where a member's month stands for a fee: how often it was billed and taken back in turns, and at which tier."""

    number: int
    tier: str

    @property
    def is_billed(self) -> bool:
        return self.number % 2 == 1


# (fee, month, member) → where it stands.
Turns = Mapping[tuple[int, date, int], Turn]


class DraftMember(NamedTuple):
    """One member-month of a fee line: `turned_count` +1 billed, -1 taken back."""

    member_id: int
    number: int
    tier: str
    turned_count: int


class DraftClaim(NamedTuple):
    """One settled decision of a line, with what it adds to it."""

    settled: SettledFact
    amount: Decimal


@dataclass(slots=True)
class DraftLine:
    """A line to be, with everything behind it."""

    kind: str
    name: str
    for_month_on: date
    quantity_count: int
    amount: Decimal
    rate_amount: Decimal | None = None
    fee: ContractFee | None = None
    claims_account_id: int | None = None
    purpose: str = ""
    claims: list[DraftClaim] = field(default_factory=list)
    members: list[DraftMember] = field(default_factory=list)


@dataclass(slots=True)
class DraftInvoice:
    """The lines in order, and what was drawn on the employer's own account, which is told and not billed."""

    lines: list[DraftLine]
    own_claims_count: int
    own_claims_amount: Decimal

    @property
    def total_amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What an invoice stands on. `fees` and `enrolled` by month: its own, and earlier ones of the look-back."""

    month_on: date
    settled: Sequence[SettledFact]
    account_names: Mapping[int, str]
    fees: Mapping[date, Sequence[ContractFee]]
    enrolled: Mapping[date, Sequence[EnrolledFact]]
    turns: Turns


def draft_invoice(facts: MonthFacts) -> DraftInvoice:
    """Claims to be reimbursed, by claims account; the month's fees; and for each earlier month of the look-back the
    difference between what was billed and what is true by now."""
    own = [item for item in facts.settled if item.funds != _ADVANCED]
    fees = facts.fees.get(facts.month_on, ())
    lines = [
        *_claims_lines(facts),
        *(line for fee in fees for line in _fee_lines(fee, facts)),
        *(
            line
            for month_on in sorted(facts.fees)
            if month_on < facts.month_on
            for line in _retro_lines(month_on, facts)
        ),
    ]
    return DraftInvoice(lines, len(own), sum((item.amount for item in own), ZERO))


def _claims_lines(facts: MonthFacts) -> Iterable[DraftLine]:
    """What the TPA paid from its own funds, and what of it was taken back. Where no money moved nothing is billed."""
    groups: dict[tuple[int, bool], list[SettledFact]] = defaultdict(list)
    for item in facts.settled:
        if item.funds == _ADVANCED and item.amount:
            groups[item.claims_account_id, item.outcome == _REVERSED].append(item)
    for (account_id, is_back), items in sorted(groups.items()):
        account = facts.account_names.get(account_id, "")
        name = _("Claims taken back: %(account)s") if is_back else _("Claims paid: %(account)s")
        yield DraftLine(
            kind=Kind.CLAIMS,
            name=name % {"account": account},
            for_month_on=facts.month_on,
            quantity_count=len(items),
            amount=sum((item.amount for item in items), ZERO),
            claims_account_id=account_id,
            purpose=InvoiceClaim.REIMBURSEMENT,
            claims=[DraftClaim(item, item.amount) for item in items],
        )


def _fee_lines(fee: ContractFee, facts: MonthFacts) -> Iterable[DraftLine]:
    members: list[DraftMember] = []
    claims: list[DraftClaim] = []
    quantity = 1
    if fee.kind == ContractFee.Kind.PEPM:
        members = [
            DraftMember(fact.member_id, 1, fact.tier, 1) for fact in enrolled_for(fee, facts.enrolled[facts.month_on])
        ]
        quantity = len(members)
    elif fee.kind == ContractFee.Kind.PER_CLAIM:
        # A reversal is no further claim; what replaces one is.
        claims = [DraftClaim(item, fee.amount) for item in facts.settled if item.outcome != _REVERSED]
        quantity = len(claims)
    if quantity:
        yield DraftLine(
            kind=Kind.FEE,
            name=fee_name(fee),
            for_month_on=facts.month_on,
            quantity_count=quantity,
            rate_amount=fee.amount,
            amount=quantity * fee.amount,
            fee=fee,
            purpose=f"fee:{fee.name}" if claims else "",
            claims=claims,
            members=members,
        )


def _retro_lines(month_on: date, facts: MonthFacts) -> Iterable[DraftLine]:
    """The members of an earlier month that were billed and should not have been, and the other way round."""
    true = {
        (fee.pk, month_on, fact.member_id): fact.tier
        for fee in facts.fees[month_on]
        if fee.kind == ContractFee.Kind.PEPM
        for fact in enrolled_for(fee, facts.enrolled[month_on])
    }
    fees = {fee.pk: fee for fee in facts.fees[month_on]}
    back: dict[int, list[DraftMember]] = defaultdict(list)
    added: dict[int, list[DraftMember]] = defaultdict(list)
    for key, turn in sorted(facts.turns.items()):
        if key[1] == month_on and turn.is_billed and key not in true:
            back[key[0]].append(DraftMember(key[2], turn.number + 1, turn.tier, -1))
    for key, tier in sorted(true.items()):
        now = facts.turns.get(key, Turn(0, tier))
        if not now.is_billed:
            added[key[0]].append(DraftMember(key[2], now.number + 1, tier, 1))
    for fee_id, fee in fees.items():
        for members, words in ((back[fee_id], _("%(fee)s, taken back")), (added[fee_id], _("%(fee)s, added"))):
            if members:
                quantity = sum(member.turned_count for member in members)
                yield DraftLine(
                    kind=Kind.RETRO,
                    name=words % {"fee": fee_name(fee)},
                    for_month_on=month_on,
                    quantity_count=quantity,
                    rate_amount=fee.amount,
                    amount=quantity * fee.amount,
                    fee=fee,
                    members=members,
                )


def enrolled_for(fee: ContractFee, enrolled: Iterable[EnrolledFact]) -> list[EnrolledFact]:
    """The employees that a fee is for: of its plan, and of its tier; who is in several plans counts once."""
    chosen: dict[int, EnrolledFact] = {}
    for fact in enrolled:
        if fee.plan_id is None or fact.plan_id == fee.plan_id:
            chosen.setdefault(fact.member_id, fact)
    return [fact for fact in chosen.values() if not fee.tier or fact.tier == fee.tier]


def fee_name(fee: ContractFee) -> str:
    """The fee with the plan and tier it is for."""
    details = [detail for detail in (fee.plan.name if fee.plan is not None else "", fee.tier) if detail]
    return f"{fee.name} ({', '.join(details)})" if details else fee.name
