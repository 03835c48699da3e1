"""All that the engine may say of a claim: outcome, figures, adjustments, consumptions, questions, and the trace."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.facts import Fact


class Step(Fact, frozen=True, kw_only=True):
    """One step of a line's trace: which rule, by which clause of the plan, on which inputs, with what result.

    `inputs` are (name, value) pairs as text; `amount` is what the step added to `figure` (a name of Figures, or blank).
    The steps of a line re-sum to its figures to the cent.
    """

    rule: str
    figure: str = ""
    amount: Decimal | None = None
    clause: str = ""
    inputs: tuple[tuple[str, str], ...] = ()


class Adjustment(Fact, frozen=True, kw_only=True):
    """Why billed is not paid: group code, CARC, amount, RARCs."""

    group: str
    carc: str
    amount: Decimal
    rarcs: tuple[str, ...] = ()


class Question(Fact, frozen=True, kw_only=True):
    """A pend: what a person must answer, and the evidence. `line_number` None: about the whole claim."""

    reason: str
    line_number: int | None = None
    queue: str = "examiner"
    evidence: tuple[tuple[str, str], ...] = ()


class Consumption(Fact, frozen=True, kw_only=True):
    """What the claim used up of a bucket in a plan year: dollars applied, or a count."""

    year_on: date
    bucket: str
    amount: Decimal


class Figures(Fact, frozen=True, kw_only=True):
    """billed = plan_paid + sum of adjustments; member = copay + deductible + coinsurance + what else is PR."""

    billed_amount: Decimal
    allowed_amount: Decimal
    not_covered_amount: Decimal
    copay_amount: Decimal
    deductible_amount: Decimal
    coinsurance_amount: Decimal
    other_payer_amount: Decimal
    member_amount: Decimal
    plan_paid_amount: Decimal


class LineDecision(Fact, frozen=True, kw_only=True):
    """One line, decided. `benefit` is the plan's benefit category, `network_tier` the tier it was paid at."""

    number: int
    figures: Figures
    adjustments: tuple[Adjustment, ...]
    benefit: str = ""
    network_tier: str = ""
    trace: tuple[Step, ...] = ()


class ClaimDecision(Fact, frozen=True, kw_only=True):
    """The whole decision. `outcome` approved, denied or pended; a pended claim carries the figures it would have."""

    claim_number: str
    engine_version: str
    plan_hash: str
    outcome: str
    figures: Figures
    lines: tuple[LineDecision, ...]
    consumptions: tuple[Consumption, ...] = ()
    questions: tuple[Question, ...] = ()
