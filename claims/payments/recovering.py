"""What recipients owe back and how a payment takes it: arithmetic on plain values, without a database.

Money owed back lives in one recipient (account and payee) and never leaves it. Part of it may stand in the balance that
the recipient's payments carry forward (PLB FB); what is not to be taken yet stands beside it (PLB WO takes it out of a
payment's way, and brings it back when it may be taken).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from claims.payments.netting import Due, PlannedPayment, Recipient
from tpa.foundation.values.money import ZERO

OVERPAYMENT, REFUND, OTHER = "WO", "72", "CS"


class Untold(NamedTuple):
    """A refund that came, or a sum that was given up, that no remittance has told yet."""

    entry_id: int
    amount: Decimal
    reference: str
    is_refund: bool


@dataclass(frozen=True, slots=True)
class Case:
    """An overpayment as a payment finds it. `may_be_taken`: its letter's days are over and nobody disputes it.

    Below zero `balance_amount` is what came too much and is to be given back. `replaced_amount` is what of it was found
    of claims that are taken back as a whole now: the balance is without it, for their reversals owe it.
    """

    overpayment_id: int
    recipient: Recipient
    reference: str
    balance_amount: Decimal
    forward_amount: Decimal
    may_be_taken: bool
    untold: tuple[Untold, ...] = ()
    replaced_amount: Decimal = ZERO

    @property
    def wanted_amount(self) -> Decimal:
        """What of it is to stand in the balance carried forward, so that payments take it."""
        return min(self.balance_amount, self.balance_amount if self.may_be_taken else ZERO)

    @property
    def change_amount(self) -> Decimal:
        """By how much a payment is reduced for it, before what can not be taken is carried forward again."""
        return self.wanted_amount - self.forward_amount


class Told(NamedTuple):
    """One PLB adjustment beside the claims: positive reduces the payment."""

    reason: str
    amount: Decimal
    reference: str
    overpayment_id: int | None = None
    entry_id: int | None = None


class Debt(NamedTuple):
    """What a claim's correction leaves owing: reversed (by `decision_id`) for more than is paid in its place."""

    claim_id: int
    decision_id: int
    amount: Decimal
    is_own_correction: bool


class Taken(NamedTuple):
    """What a payment did to a case: taken off what was owed, or given back of what came too much (below zero)."""

    overpayment_id: int
    amount: Decimal


@dataclass(slots=True)
class Recovering:
    """What one recipient's payment does about what it owes."""

    told: list[Told] = field(default_factory=list)
    deferred: list[Debt] = field(default_factory=list)
    excused: dict[int, Decimal] = field(default_factory=dict)
    at_once: list[Debt] = field(default_factory=list)

    @property
    def adjustments_amount(self) -> Decimal:
        return sum((one.amount for one in self.told), ZERO) - sum((debt.amount for debt in self.deferred), ZERO)


def debts_of(due: Sequence[Due]) -> dict[Recipient, list[Debt]]:
    """What reversals leave owing, claim by claim, after what is paid in their place; by recipient."""
    nets: dict[tuple[Recipient, int], Decimal] = defaultdict(lambda: ZERO)
    reversals: dict[tuple[Recipient, int], Due] = {}
    for item in due:
        if item.amount < 0:
            key = (item.recipient, item.claim_id)
            nets[key] += item.amount
            reversals[key] = item
    for item in due:
        if item.amount > 0 and not item.is_held:
            for claim_id in (item.claim_id, item.corrects_id):
                if claim_id is not None and (item.recipient, claim_id) in reversals:
                    nets[(item.recipient, claim_id)] += item.amount
                    break
    found: dict[Recipient, list[Debt]] = defaultdict(list)
    for (recipient, claim_id), net in nets.items():
        if net < 0:
            item = reversals[(recipient, claim_id)]
            found[recipient].append(Debt(claim_id, item.decision_id, -net, item.is_own_correction))
    return dict(found)


def tell_case(case: Case) -> list[Told]:
    """The PLB adjustments that bring a case to where it is to stand: refunds by 72 against their WO, what was given up
    of a balance carried forward by CS, the rest by WO. They add up to the case's change."""
    told = []
    rest = case.change_amount
    for one in case.untold:
        if one.is_refund:
            told.append(Told(REFUND, -one.amount, one.reference, case.overpayment_id, one.entry_id))
            rest += one.amount
    for one in case.untold:
        if not one.is_refund and rest < 0:
            part = min(one.amount, -rest)
            told.append(Told(OTHER, -part, case.reference, case.overpayment_id, one.entry_id))
            rest += part
    if rest:
        told.append(Told(OVERPAYMENT, rest, case.reference, case.overpayment_id))
    return told


def taken_by(
    payment: PlannedPayment, recovering: Recovering, cases: Sequence[Case]
) -> tuple[list[Taken], dict[int, Decimal]]:
    """What the payment took of each case, the oldest first, and what is still owed of the debts it brought, by claim.

    What was carried forward without a case comes first, then cases, then what this payment itself reverses.
    """
    back = sum((-case.wanted_amount for case in cases if case.wanted_amount < 0), ZERO)
    owed = payment.brought_forward_amount + sum((case.change_amount for case in cases), ZERO) + back
    owed += sum((debt.amount for debt in recovering.at_once), ZERO)
    left = owed - payment.forward_balance_amount
    left -= min(left, payment.brought_forward_amount - sum((case.forward_amount for case in cases), ZERO))
    taken = []
    for case in cases:
        part = case.wanted_amount if case.wanted_amount < 0 else min(left, case.wanted_amount)
        left -= max(part, ZERO)
        if part:
            taken.append(Taken(case.overpayment_id, part))
    open_debts: dict[int, Decimal] = {}
    for debt in recovering.at_once:
        part = min(left, debt.amount)
        left -= part
        if debt.amount > part:
            open_debts[debt.claim_id] = debt.amount - part
    assert left == ZERO, "what a payment takes is somebody's debt"
    return taken, open_debts


def plan_recovering(
    debts: Mapping[Recipient, Sequence[Debt]],
    cases: Mapping[Recipient, Sequence[Case]],
    deferring: set[Recipient],
    undelivered: Mapping[Recipient, tuple[Decimal, Collection[int]]] | None = None,
) -> dict[Recipient, Recovering]:
    """For each recipient what is told beside its claims, and what waits for its letter.

    `deferring`: recipients of whom nothing is taken before it was asked for; their own corrections are, for with them
    they gave the money back themselves. `undelivered`: what never reached a recipient of claims taken back now (with
    their ids): nobody owes that.
    """
    found: dict[Recipient, Recovering] = defaultdict(Recovering)
    for recipient, (amount, claim_ids) in (undelivered or {}).items():
        for debt in sorted(debts.get(recipient, ()), key=lambda debt: debt.claim_id not in claim_ids):
            part = min(amount, debt.amount)
            if part:
                found[recipient].excused[debt.claim_id] = part
            amount -= part
    for recipient in deferring & debts.keys():
        excused = found[recipient].excused
        left = [debt._replace(amount=debt.amount - excused.get(debt.claim_id, ZERO)) for debt in debts[recipient]]
        found[recipient].deferred = [debt for debt in left if debt.amount and not debt.is_own_correction]
    for recipient, standing in cases.items():
        for case in standing:
            found[recipient].told += tell_case(case)
    return found


def settle_debts(recovering: Recovering, items: Sequence[Due]) -> None:
    """Once it is known what is paid and what is held: all that reversals leave owing and that does not wait for a
    letter is taken at once."""
    waiting = {debt.claim_id: debt.amount for debt in recovering.deferred}
    for theirs in debts_of(items).values():
        for debt in theirs:
            amount = debt.amount - waiting.get(debt.claim_id, ZERO) - recovering.excused.get(debt.claim_id, ZERO)
            if amount > 0:
                recovering.at_once.append(debt._replace(amount=amount))
