"""What a payment run pays, holds and carries forward: arithmetic on plain values, without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tpa.foundation.values.money import ZERO


class Recipient(NamedTuple):
    """Who is paid, from which account: one of payee and member. Money owed is recovered within one recipient only."""

    claims_account_id: int
    payee_id: int | None
    member_id: int | None = None


class Due(NamedTuple):
    """A decision to be settled: what the plan pays for it, negative for a reversal.

    `due_on` orders what is funded; before it what an agreement wants paid by a day (`pay_by_on`). `is_held`: what it
    pays waits until the instruction is lifted.
    """

    claim_id: int
    decision_id: int
    recipient: Recipient
    amount: Decimal
    due_on: date
    status: str
    pay_by_on: date | None = None
    is_held: bool = False
    corrects_id: int | None = None  # the claim whose place it takes
    is_own_correction: bool = False  # a reversal that the provider's own replacement or void brought about


@dataclass(slots=True)
class PlannedPayment:
    """One payment: its items, what the recipient owed before, what it still owes after, and what is paid.

    `undelivered_amount`: of earlier payments that never arrived, set against their claims taken back.
    `adjustments_amount`: what stands beside its claims; positive reduces it.
    """

    recipient: Recipient
    brought_forward_amount: Decimal
    items: list[Due] = field(default_factory=list)
    undelivered_amount: Decimal = ZERO
    adjustments_amount: Decimal = ZERO

    @property
    def items_amount(self) -> Decimal:
        return sum((item.amount for item in self.items), ZERO)

    @property
    def net_amount(self) -> Decimal:
        reduced = self.brought_forward_amount + self.adjustments_amount
        return self.items_amount + self.undelivered_amount - reduced

    @property
    def amount(self) -> Decimal:
        """Never below zero."""
        return max(ZERO, self.net_amount)

    @property
    def forward_balance_amount(self) -> Decimal:
        """What the recipient owes afterwards."""
        return max(ZERO, -self.net_amount)


@dataclass(slots=True)
class Plan:
    """What a run does: its payments in the order of their recipients, and what it holds for want of funds."""

    payments: list[PlannedPayment]
    held: list[Due]


def plan_payments(
    due: Sequence[Due],
    owed: Mapping[Recipient, Decimal],
    available: Mapping[int, Decimal | None],
    undelivered: Mapping[Recipient, Decimal] | None = None,
    adjustments: Mapping[Recipient, Decimal] | None = None,
) -> Plan:
    """Nets what is due by recipient and holds what an account can not fund.

    Reversals and what a recipient `owed` from before lower its payment, never below zero. What draws on an account is
    taken in the order of the days by which it must be paid, else of its due days (then of its claims), while
    `available` (None: no limit) lasts; the first that does not fit is held, and with it everything after it that would
    draw: a later claim never overtakes an earlier. What is held by instruction stands in nobody's way. What was
    `undelivered` and is not to be paid again stands against the reversals of its claims, never below. `adjustments`
    stand beside the claims of a recipient that is paid anyway, and reduce what it gets where they are above zero.
    """
    undelivered, besides = undelivered or {}, adjustments or {}
    nets: dict[Recipient, Decimal] = {recipient: -amount for recipient, amount in owed.items()}
    for recipient in {*undelivered, *besides}:
        nets[recipient] = nets.get(recipient, ZERO) + undelivered.get(recipient, ZERO) - besides.get(recipient, ZERO)
    taken: dict[Recipient, list[Due]] = defaultdict(list)
    drawing: list[Due] = []
    held: list[Due] = []
    for item in due:
        if item.amount > 0:
            (held if item.is_held else drawing).append(item)
        else:
            taken[item.recipient].append(item)
            nets[item.recipient] = nets.get(item.recipient, ZERO) + item.amount
    left = dict(available)
    waiting = _give_back(nets, [*taken, *{item.recipient for item in drawing}], left)
    for recipient in waiting:
        taken.pop(recipient, None)
    held += [item for item in drawing if item.recipient in waiting]
    drawing = [item for item in drawing if item.recipient not in waiting]
    exhausted: set[int] = set()
    for item in sorted(drawing, key=draw_order):
        account = item.recipient.claims_account_id
        before = nets.get(item.recipient, ZERO)
        draws = max(ZERO, before + item.amount) - max(ZERO, before)
        limit = left.get(account)
        if draws and limit is not None:
            if account in exhausted or draws > limit:
                exhausted.add(account)
                held.append(item)
                continue
            left[account] = limit - draws
        nets[item.recipient] = before + item.amount
        taken[item.recipient].append(item)
    payments = [
        PlannedPayment(
            recipient,
            owed.get(recipient, ZERO),
            sorted(items, key=lambda item: item.decision_id),
            undelivered.get(recipient, ZERO),
            besides.get(recipient, ZERO),
        )
        for recipient, items in sorted(taken.items(), key=lambda pair: _order(pair[0]))
    ]
    return Plan(payments, held)


def _give_back(
    nets: Mapping[Recipient, Decimal], recipients: Sequence[Recipient], left: dict[int, Decimal | None]
) -> set[Recipient]:
    """Takes from what is `left` what recipients get back before any claim of theirs is paid (more came than they owed).
    Returns those for whom it is not there: all of theirs waits."""
    waiting = set()
    for recipient in sorted(set(recipients), key=_order):
        back, limit = max(ZERO, nets.get(recipient, ZERO)), left.get(recipient.claims_account_id)
        if not back or limit is None:
            continue
        if back > limit:
            waiting.add(recipient)
        else:
            left[recipient.claims_account_id] = limit - back
    return waiting


def draw_order(item: Due) -> tuple[date, date, int]:
    """What is funded first: what a closing stop-loss window would lose, by its last day; then by the day it is due;
    then the oldest, as claims are numbered when they come."""
    return item.pay_by_on or date.max, item.due_on, item.claim_id


def _order(recipient: Recipient) -> tuple[int, int, int]:
    return recipient.claims_account_id, recipient.payee_id or 0, recipient.member_id or 0
