"""Payment after another payer: standard, non-duplication (carve-out) and maintenance of benefits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claims.adjudication.engine.prior_payers import PriorPayment, payers_before_us, prior_payments
from claims.adjudication.engine.work import Line, Work
from claims.facts import OtherPayer
from employers.facts import OtherCoverageFact
from plans.design.terms import Coordination
from tpa.foundation.values.money import ZERO

STANDARD, NON_DUPLICATION, MAINTENANCE = "standard", "non_duplication", "maintenance"

PRIOR_PAYER = ("OA", "23")
# Above our own price: in network the contract forbids to ask for it, out of network the member may owe it.
ABOVE_OURS_IN, ABOVE_OURS_OUT = ("CO", "45"), ("PR", "45")

_SHARES = ("copay_amount", "deductible_amount", "coinsurance_amount")


class Payment:
    """What the payers before us did with one line, and how we come after them."""

    __slots__ = ("_left", "coordination", "paid_amount")

    def __init__(self, prior: PriorPayment, coordination: Coordination) -> None:
        self.paid_amount = prior.paid_amount
        self._left = prior.left_amount
        self.coordination = coordination

    @property
    def replaces_basis(self) -> bool:
        """Maintenance: our own formula on what the others left."""
        return self.coordination.method == MAINTENANCE

    @property
    def credits_deductible(self) -> bool:
        return self.coordination.credits_deductible and not self.replaces_basis

    @property
    def says_what_is_left(self) -> bool:
        return self._left is not None

    def left_amount(self, line: Line) -> Decimal:
        """What is left to pay: what the last payer left to the member, or our own price less what was paid."""
        if self._left is not None:
            return min(self._left, line.submitted.billed_amount - self.paid_amount)
        return max(line.priced_amount - self.paid_amount, ZERO)


class Payments:
    """The claim's prior payments, line by line."""

    __slots__ = ("_by_index", "_coordination")

    def __init__(self, by_index: Sequence[PriorPayment], coordination: Coordination) -> None:
        self._by_index = by_index
        self._coordination = coordination

    def payment_of(self, index: int) -> Payment:
        return Payment(self._by_index[index], self._coordination)


def check_other_payers(work: Work) -> None:
    """Ask where it is not plain who comes first, what they paid, or why they paid nothing."""
    submission = work.facts.submission
    payers = payers_before_us(submission)
    first = _paying_first(work)
    if first and not (payers and prior_payments(submission, payers)):
        names = ", ".join(sorted({cover.payer_name for cover in first}))
        work.ask_of_claim("primary_amounts_missing", (("payer", names), ("because", first[0].because)))
        return
    if not payers:
        return
    if not first and (after := _paying_after(work)):
        evidence = (
            ("claim_names", ", ".join(payer.name for payer in payers)),
            ("we_hold", ", ".join(cover.payer_name for cover in after)),
            ("because", after[0].because),
        )
        work.ask_of_claim("order_of_benefits", evidence)
    payments = prior_payments(submission, payers)
    if payments is None:
        if not first:
            work.ask_of_claim("primary_amounts_missing", (("payer", ", ".join(payer.name for payer in payers)),))
        return
    for line, payment in zip(work.lines, payments, strict=True):
        if line.is_open and line.submitted.billed_amount and payment == (ZERO, ZERO):
            work.ask("other_payer_denied", line, _what_it_said(payers, line))


def find(work: Work) -> Payments | None:
    """The prior payments that count for this claim; None when we come first."""
    assert work.terms is not None
    payers = payers_before_us(work.facts.submission)
    if not payers:
        return None
    payments = prior_payments(work.facts.submission, payers)
    return None if payments is None else Payments(payments, work.terms.coordination)


def coordinate(line: Line, other: Payment, normal: Decimal) -> Decimal:
    """Reduce our normal benefit by what others paid, and rewrite the line's adjustments; returns what we pay.

    With A the allowable expense, P paid before us, N our normal benefit, L = A - P what is left: standard min(N, L);
    non-duplication max(0, N - P); maintenance our formula on L, which `normal` then is.
    """
    method, section = other.coordination.method, other.coordination.section
    left = other.left_amount(line)
    if method == NON_DUPLICATION:
        pays = min(max(normal - other.paid_amount, ZERO), left)
    else:
        pays = min(normal, left)
    inputs = (
        ("method", method),
        ("paid_before", str(other.paid_amount)),
        ("left", str(left)),
        ("normal_benefit", str(normal)),
    )
    line.add("other_payer_amount", other.paid_amount, "other_payer", section, inputs)
    member = left - pays
    for figure in _SHARES:
        member -= _shrink(line, figure, member, section)
    over_limit = _keep_over_limit(line, member)
    member -= over_limit
    _rewrite_adjustments(line, other, pays, member)
    return pays


def _shrink(line: Line, figure: str, most: Decimal, section: str) -> Decimal:
    """Hold a share to what the member still owes after the others; returns what stays."""
    had = line.figures[figure]
    stays = min(had, most)
    if stays != had:
        line.add(figure, stays - had, "other_payer", section)
    return stays


def _keep_over_limit(line: Line, most: Decimal) -> Decimal:
    """What lies over a limit of ours stays the member's only as far as the others left it to them."""
    kept = ZERO
    adjustments = []
    for adjustment in line.adjustments:
        if adjustment.carc in ("119", "35"):
            amount = min(adjustment.amount, most - kept)
            kept += amount
            if amount:
                adjustments.append((adjustment, amount))
        else:
            adjustments.append((adjustment, adjustment.amount))
    line.adjustments.clear()
    for adjustment, amount in adjustments:
        line.adjust(adjustment.group, adjustment.carc, amount, adjustment.rarcs)
    return kept


def _rewrite_adjustments(line: Line, other: Payment, pays: Decimal, above: Decimal) -> None:
    """OA-23 takes what the others paid and wrote off; our own write-off stays only where they did not say theirs."""
    assert line.tier is not None
    shares = sum((line.figures[figure] for figure in _SHARES), ZERO)
    own = [adjustment for adjustment in line.adjustments if adjustment.carc in ("45", "97")]
    limits = [adjustment for adjustment in line.adjustments if adjustment not in own]
    explained = pays + shares + above + sum((adjustment.amount for adjustment in limits), ZERO)
    rest = line.submitted.billed_amount - explained
    line.adjustments.clear()
    if not other.says_what_is_left:
        for adjustment in own:
            amount = min(adjustment.amount, max(rest - other.paid_amount, ZERO))
            if amount:
                line.adjust(adjustment.group, adjustment.carc, amount, adjustment.rarcs)
                rest -= amount
    if above:
        group, carc = ABOVE_OURS_IN if line.tier.networks or line.protection else ABOVE_OURS_OUT
        line.adjust(group, carc, above)
    for adjustment in limits:
        line.adjust(adjustment.group, adjustment.carc, adjustment.amount, adjustment.rarcs)
    if rest:
        line.adjust(*PRIOR_PAYER, rest)


def _paying_first(work: Work) -> list[OtherCoverageFact]:
    return [cover for cover in _in_force(work) if cover.pays_first]


def _paying_after(work: Work) -> list[OtherCoverageFact]:
    return [cover for cover in _in_force(work) if not cover.pays_first]


def _in_force(work: Work) -> list[OtherCoverageFact]:
    on = work.facts.submission.service_from
    return [
        cover
        for cover in work.facts.other_coverages
        if cover.starts_on <= on and (cover.ends_on is None or on < cover.ends_on)
    ]


def _what_it_said(payers: Sequence[OtherPayer], line: Line) -> tuple[tuple[str, str], ...]:
    said = [
        f"{adjustment.group}-{adjustment.carc} {adjustment.amount}"
        for entry in line.submitted.other_payers
        for adjustment in entry.adjustments
    ]
    said += [f"{one.group}-{one.carc} {one.amount}" for payer in payers for one in payer.adjustments]
    return (("payer", ", ".join(payer.name for payer in payers)), ("adjustments", ", ".join(said)))
