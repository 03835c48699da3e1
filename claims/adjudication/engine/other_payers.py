"""Payment after another payer: standard, non-duplication (carve-out) and maintenance of benefits."""

from __future__ import annotations

from decimal import Decimal

from claims.adjudication.engine.benefit_bank import draw_on_bank, save_in_bank
from claims.adjudication.engine.decision import Adjustment
from claims.adjudication.engine.prior_payers import PriorPayment
from claims.adjudication.engine.reasons import (
    BALANCE,
    CONTRACTUAL,
    LIFETIME_LIMIT,
    LIMIT,
    OTHERS_DEDUCTIBLE,
    PRIOR_PAYER,
)
from claims.adjudication.engine.work import SHARE_FIGURES, Line, Work
from plans.design.terms import DEDUCTIBLE, Coordination
from tpa.foundation.values.money import ZERO, split

STANDARD, NON_DUPLICATION, MAINTENANCE = "standard", "non_duplication", "maintenance"

_OF_LIMITS = (LIMIT.carc, LIFETIME_LIMIT.carc)


class Payment:
    """What the payers beside us do with one line, and how we come after them, or with them in equal shares."""

    __slots__ = ("_left", "_paid", "_sharing", "coordination", "deductible_amount", "is_hdhp")

    def __init__(self, prior: PriorPayment, coordination: Coordination, *, is_hdhp: bool = False) -> None:
        self._paid = prior.paid_amount
        self._left = prior.left_amount
        self._sharing = 0
        self.deductible_amount = prior.deductible_amount
        self.coordination = coordination
        self.is_hdhp = is_hdhp  # all plans are high-deductible ones, and the member has an HSA

    @classmethod
    def in_equal_shares(cls, payers: int, coordination: Coordination) -> Payment:
        """So many payers share the allowable expense equally (NAIC model 120, 6(D)(6))."""
        shared = cls(PriorPayment(ZERO, None), coordination)
        shared._sharing = payers
        return shared

    @property
    def method(self) -> str:
        return STANDARD if self._sharing else self.coordination.method

    @property
    def is_our_basis(self) -> bool:
        """Maintenance: our own formula on what the others left."""
        return self.method == MAINTENANCE

    @property
    def credits_deductible(self) -> bool:
        return self.coordination.credits_deductible and not self.is_our_basis

    @property
    def explains_itself(self) -> bool:
        """Whether the others said what they left, so that the rest is what they paid and wrote off."""
        return self._left is not None

    def paid_amount(self, line: Line) -> Decimal:
        """What the others paid of the line, or their shares of it."""
        if self._sharing:
            return line.priced_amount - split(line.priced_amount, [1] * self._sharing)[0]
        return self._paid

    def left_amount(self, line: Line) -> Decimal:
        """What is left of the allowable expense: what the last payer left to the member, less its deductible where
        that is none; or our own price less what was paid."""
        return self._unpaid(line) - self.excluded_amount(line)

    def excluded_amount(self, line: Line) -> Decimal:
        """The first plan's deductible, where all plans are HDHPs and the member has an HSA (NAIC model 120, 3(A)(2));
        not of preventive care, which a qualified plan alone may cover before the deductible (26 USC 223(c)(2)(C))."""
        if not self.is_hdhp or not any(share.kind == DEDUCTIBLE for share in line.paid_as.shares):
            return ZERO
        return min(self.deductible_amount, self._unpaid(line))

    def _unpaid(self, line: Line) -> Decimal:
        if self._left is not None:
            return min(self._left, line.submitted.billed_amount - self._paid)
        return max(line.priced_amount - self.paid_amount(line), ZERO)


def coordinate(work: Work, line: Line, other: Payment, normal: Decimal) -> Decimal:
    """Reduce our normal benefit by what others paid, and rewrite the line's adjustments; returns what we pay.

    With A the allowable expense, P paid before us, N our normal benefit, L = A - P what is left: standard min(N, L);
    non-duplication max(0, N - P); maintenance is our formula on L, which `normal` then is. With a benefit bank, what
    we saved before pays what is still left.
    """
    method, section = other.method, other.coordination.section
    paid, left = other.paid_amount(line), other.left_amount(line)
    pays = min(max(normal - paid, ZERO) if method == NON_DUPLICATION else normal, left)
    inputs = (("method", method), ("paid_before", str(paid)), ("left", str(left)), ("normal_benefit", str(normal)))
    line.add("other_payer_amount", paid, "other_payer", section, inputs)
    excluded = other.excluded_amount(line)
    if excluded:
        line.note("other_payer.hdhp", section, (("deductible", str(excluded)),))
    if other.coordination.bank:
        save_in_bank(work, line, normal - pays)
        pays += draw_on_bank(work, line, min(left, line.figures["allowed_amount"]) - pays)
    member = left - pays
    for figure in dict.fromkeys([SHARE_FIGURES[share.kind] for share in line.paid_as.shares]):
        had = line.figures[figure]
        stays = min(had, member)
        if stays != had:
            line.add(figure, stays - had, "other_payer", section)
        member -= stays
    _rewrite_adjustments(line, other, pays, member)
    return pays


def _rewrite_adjustments(line: Line, other: Payment, pays: Decimal, member: Decimal) -> None:
    """Explain billed anew. `member` is what is still left to the member beyond our shares.

    What lies over a limit of ours is the member's only as far as the others left it; what they left beyond our price
    the contract forbids to ask for, and without one the member may owe it. OA-23 takes what the others paid and wrote
    off; our own write-off stays only where they did not say theirs.
    """
    before, line.adjustments = line.adjustments, []
    rest = (
        line.submitted.billed_amount
        - pays
        - sum([line.figures[figure] for figure in SHARE_FIGURES.values()], ZERO)
        - member
        - other.excluded_amount(line)
    )
    paid = other.paid_amount(line)
    kept: list[Adjustment] = []
    for adjustment in before:
        if adjustment.carc in _OF_LIMITS:
            amount = min(adjustment.amount, member)
            member -= amount
        elif other.explains_itself:
            amount = ZERO
        else:
            amount = min(adjustment.amount, max(rest - paid, ZERO))
            rest -= amount
        if amount:
            kept.append(Adjustment(group=adjustment.group, carc=adjustment.carc, amount=amount, rarcs=adjustment.rarcs))
    line.adjustments = kept
    if member:
        line.adjust(CONTRACTUAL if line.is_contracted or line.protection else BALANCE, member)
    line.adjust(OTHERS_DEDUCTIBLE, other.excluded_amount(line))
    if rest:
        line.adjust(PRIOR_PAYER, rest)
