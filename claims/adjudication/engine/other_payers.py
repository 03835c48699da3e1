"""Payment after another payer: standard, non-duplication (carve-out) and maintenance of benefits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claims.adjudication.engine.decision import Adjustment
from claims.adjudication.engine.prior_payers import PriorPayment, payers_before_us, prior_payments
from claims.adjudication.engine.reasons import BALANCE, CONTRACTUAL, LIFETIME_LIMIT, LIMIT, PRIOR_PAYER
from claims.adjudication.engine.work import SHARE_FIGURES, Inputs, Line, Work
from claims.facts import OtherPayer
from employers.facts import OtherCoverageFact
from plans.design.terms import Coordination
from tpa.foundation.values.money import ZERO

NON_DUPLICATION, MAINTENANCE = "non_duplication", "maintenance"

_OF_LIMITS = (LIMIT.carc, LIFETIME_LIMIT.carc)


class Payment:
    """What the payers before us did with one line, and how we come after them."""

    __slots__ = ("_left", "coordination", "paid_amount")

    def __init__(self, prior: PriorPayment, coordination: Coordination) -> None:
        self.paid_amount = prior.paid_amount
        self._left = prior.left_amount
        self.coordination = coordination

    @property
    def is_our_basis(self) -> bool:
        """Maintenance: our own formula on what the others left."""
        return self.coordination.method == MAINTENANCE

    @property
    def credits_deductible(self) -> bool:
        return self.coordination.credits_deductible and not self.is_our_basis

    @property
    def explains_itself(self) -> bool:
        """Whether the others said what they left, so that the rest is what they paid and wrote off."""
        return self._left is not None

    def left_amount(self, line: Line) -> Decimal:
        """What is left to pay: what the last payer left to the member, or our own price less what was paid."""
        if self._left is not None:
            return min(self._left, line.submitted.billed_amount - self.paid_amount)
        return max(line.priced_amount - self.paid_amount, ZERO)


def check_other_payers(work: Work) -> None:
    """Ask where it is not plain who comes first, what they paid, or why they paid nothing."""
    covers = _in_force(work) if work.facts.other_coverages else []
    payers = payers_before_us(work.submission) if work.submission.other_payers else []
    first = [cover for cover in covers if cover.pays_first]
    if not first and not payers:
        return
    payments = prior_payments(work.submission, payers)
    if payments is None:
        names = sorted({cover.payer_name for cover in first} or {payer.name for payer in payers})
        because = (("because", first[0].because),) if first else ()
        work.ask_of_claim("primary_amounts_missing", (("payer", ", ".join(names)), *because))
        return
    if covers and not first:
        evidence = (
            ("claim_names", ", ".join(payer.name for payer in payers)),
            ("we_hold", ", ".join(cover.payer_name for cover in covers)),
            ("because", covers[0].because),
        )
        work.ask_of_claim("order_of_benefits", evidence)
    for line, payment in zip(work.lines, payments, strict=True):
        if line.is_open and line.submitted.billed_amount and payment == (ZERO, ZERO):
            work.ask("other_payer_denied", line, _what_was_said(payers, line))


def payments_of(work: Work) -> list[Payment] | None:
    """The prior payments that count for this claim, line by line; None when we come first."""
    if not work.submission.other_payers:
        return None
    payers = payers_before_us(work.submission)
    payments = prior_payments(work.submission, payers) if payers else None
    if payments is None:
        return None
    return [Payment(payment, work.terms.coordination) for payment in payments]


def coordinate(line: Line, other: Payment, normal: Decimal) -> Decimal:
    """Reduce our normal benefit by what others paid, and rewrite the line's adjustments; returns what we pay.

    With A the allowable expense, P paid before us, N our normal benefit, L = A - P what is left: standard min(N, L);
    non-duplication max(0, N - P); maintenance is our formula on L, which `normal` then is.
    """
    method, section = other.coordination.method, other.coordination.section
    left = other.left_amount(line)
    pays = min(max(normal - other.paid_amount, ZERO) if method == NON_DUPLICATION else normal, left)
    inputs = (
        ("method", method),
        ("paid_before", str(other.paid_amount)),
        ("left", str(left)),
        ("normal_benefit", str(normal)),
    )
    line.add("other_payer_amount", other.paid_amount, "other_payer", section, inputs)
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
    )
    kept: list[Adjustment] = []
    for adjustment in before:
        if adjustment.carc in _OF_LIMITS:
            amount = min(adjustment.amount, member)
            member -= amount
        elif other.explains_itself:
            amount = ZERO
        else:
            amount = min(adjustment.amount, max(rest - other.paid_amount, ZERO))
            rest -= amount
        if amount:
            kept.append(Adjustment(group=adjustment.group, carc=adjustment.carc, amount=amount, rarcs=adjustment.rarcs))
    line.adjustments = kept
    if member:
        line.adjust(CONTRACTUAL if line.is_contracted or line.protection else BALANCE, member)
    if rest:
        line.adjust(PRIOR_PAYER, rest)


def _in_force(work: Work) -> list[OtherCoverageFact]:
    on = work.submission.service_from
    return [
        cover
        for cover in work.facts.other_coverages
        if cover.starts_on <= on and (cover.ends_on is None or on < cover.ends_on)
    ]


def _what_was_said(payers: Sequence[OtherPayer], line: Line) -> Inputs:
    adjustments = [adjustment for entry in line.submitted.other_payers for adjustment in entry.adjustments]
    adjustments += [adjustment for payer in payers for adjustment in payer.adjustments]
    said = ", ".join(f"{one.group}-{one.carc} {one.amount}" for one in adjustments)
    return (("payer", ", ".join(payer.name for payer in payers)), ("adjustments", said))
