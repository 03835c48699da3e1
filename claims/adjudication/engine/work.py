"""A claim being decided: its lines with their figures, the sums so far, the open questions. Lives for one decision."""

from __future__ import annotations

from copy import copy
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.adjudication.engine.decision import Adjustment, Question, Step
from claims.adjudication.engine.facts import ClaimFacts, LinePrice, ResolutionFact
from claims.adjudication.engine.reasons import DENY, PRICE, REASONS, UNDETERMINED, Denial
from claims.adjudication.engine.years import is_part_of
from claims.facts import SubmittedLine
from employers.facts import CoverageFact
from plans.design.matching import LineCodes
from plans.design.terms import (
    COINSURANCE,
    COPAY,
    DEDUCTIBLE,
    Benefit,
    BenefitTier,
    PlanTerms,
    Tier,
)
from tpa.foundation.values.money import ZERO

if TYPE_CHECKING:
    from claims.adjudication.engine.other_payers import Payment

Inputs = tuple[tuple[str, str], ...]

FIGURES = (
    "billed_amount",
    "allowed_amount",
    "not_covered_amount",
    "copay_amount",
    "deductible_amount",
    "coinsurance_amount",
    "other_payer_amount",
    "member_amount",
    "plan_paid_amount",
)
SHARE_FIGURES = {COPAY: "copay_amount", DEDUCTIBLE: "deductible_amount", COINSURANCE: "coinsurance_amount"}
_NOTHING = dict.fromkeys(FIGURES, ZERO)


class Line:
    """One line being decided. A figure changes only by a step of the trace, so the trace re-sums to the figures."""

    __slots__ = (
        "adjustments",
        "basis_amount",
        "benefit",
        "codes",
        "coverage",
        "figures",
        "is_contracted",
        "is_denied",
        "is_emergency",
        "is_undetermined",
        "number",
        "paid_as",
        "permitted",
        "placed_as",
        "price",
        "priced_amount",
        "protection",
        "service_on",
        "set_price",
        "steps",
        "submitted",
        "terms",
        "tier",
        "year_on",
    )

    # Known once the step that finds it has left the line open; no later step meets a line without it.
    service_on: date
    year_on: date
    terms: PlanTerms  # the plan version that governs its day
    coverage: CoverageFact
    price: LinePrice | None
    tier: Tier
    codes: LineCodes
    is_emergency: bool
    benefit: Benefit
    paid_as: BenefitTier

    def __init__(self, submitted: SubmittedLine) -> None:
        self.submitted = submitted
        self.number = submitted.number
        self.figures = _NOTHING.copy()
        self.steps: list[Step] = []
        self.adjustments: list[Adjustment] = []
        self.is_denied = False
        self.is_undetermined = False  # a question stands where the line's figures should
        self.is_contracted = True  # False: no contract binds the provider
        self.protection = ""  # emergency or facility: the No Surprises Act holds the member to in-network shares
        self.placed_as = ("", "")  # benefit and tier, as the decision names them
        self.set_price: Decimal | None = None  # by a person's answer
        self.priced_amount = ZERO  # what the service costs, before limits
        self.basis_amount = ZERO  # what the member's shares are taken of
        self.permitted: list[tuple[str, Decimal]] = []  # units of authorizations: bucket and count
        self.add("billed_amount", submitted.billed_amount, "billed")

    def copy(self) -> Line:
        """The same, with figures and trace of its own that begin with nothing."""
        other = copy(self)
        other.figures = _NOTHING.copy()
        other.steps, other.adjustments, other.permitted = [], [], []
        return other

    @property
    def is_open(self) -> bool:
        """Is there still something to decide of it?"""
        return not self.is_denied and not self.is_undetermined

    def add(self, figure: str, amount: Decimal, rule: str, clause: str = "", inputs: Inputs = ()) -> None:
        """Add to a figure, by a rule."""
        self.figures[figure] += amount
        self.steps.append(Step(rule=rule, figure=figure, amount=amount, clause=clause, inputs=inputs))

    def note(self, rule: str, clause: str = "", inputs: Inputs = ()) -> None:
        """A rule that was applied and moved no figure."""
        self.steps.append(Step(rule=rule, clause=clause, inputs=inputs))

    def adjust(self, because: Denial, amount: Decimal) -> None:
        """Say why this much of what was billed is not paid; of nothing there is nothing to say."""
        group, carc, rarcs = because
        if amount:
            self.adjustments.append(Adjustment(group=group, carc=carc, amount=amount, rarcs=rarcs))

    def deny(self, because: Denial, rule: str, clause: str = "", inputs: Inputs = ()) -> None:
        """Deny the whole line; what was figured before is taken back.

        What the provider must bear is CO by contract or law, and PI (payer initiated) where no contract binds it.
        """
        self._take_back(rule, clause)
        self.is_denied = True
        self.is_undetermined = False
        billed = self.submitted.billed_amount
        self.add("not_covered_amount", billed, rule, clause, inputs)
        if because.group == "CO" and not self.is_contracted and not self.protection:
            because = because._replace(group="PI")
        self.adjust(because, billed)

    def leave_open(self, rule: str) -> None:
        """Nothing can be figured until a question is answered."""
        self._take_back(rule, "")
        self.is_undetermined = True
        self.adjust(UNDETERMINED, self.submitted.billed_amount)

    def _take_back(self, rule: str, clause: str) -> None:
        for figure, amount in self.figures.items():
            if amount and figure != "billed_amount":
                self.add(figure, -amount, rule, clause)
        self.adjustments.clear()


class Sums:
    """What buckets held before the claim, and what the claim adds: (year, bucket) → the member's and the family's."""

    __slots__ = ("_before", "credited", "used")

    def __init__(self, facts: ClaimFacts) -> None:
        self._before = {
            (held.year_on, held.bucket): (held.member_amount, held.family_amount) for held in facts.accumulated
        }
        # What of it a prior carrier stated, where one did.
        self.credited = {
            (held.year_on, held.bucket): held.credited_amount for held in facts.accumulated if held.credited_amount
        }
        self.used: dict[tuple[date, str], Decimal] = {}

    def member(self, year: date, bucket: str) -> Decimal:
        """The patient's own sum by now."""
        key = (year, bucket)
        before = self._before.get(key)
        used = self.used.get(key, ZERO)
        return before[0] + used if before else used

    def family(self, year: date, bucket: str) -> Decimal:
        """The family's sum by now, the patient's included."""
        key = (year, bucket)
        before = self._before.get(key)
        used = self.used.get(key, ZERO)
        return before[1] + used if before else used

    def dated(self, whole: str, first: date, last: date) -> list[tuple[date, Decimal]]:
        """The patient's own sums of a bucket and its parts, kept day by day, from the first day to the last."""
        found: dict[date, Decimal] = {}
        for (day, bucket), (mine, _family) in self._before.items():
            if first <= day <= last and is_part_of(bucket, whole):
                found[day] = found.get(day, ZERO) + mine
        for (day, bucket), used in self.used.items():
            if first <= day <= last and is_part_of(bucket, whole):
                found[day] = found.get(day, ZERO) + used
        return sorted(found.items())

    def use(self, year: date, bucket: str, amount: Decimal) -> None:
        """Use up a part of a bucket."""
        if amount:
            key = (year, bucket)
            self.used[key] = self.used.get(key, ZERO) + amount


class Work:
    """One claim being decided."""

    __slots__ = ("answers", "facts", "lines", "payments", "questions", "submission", "sums", "terms")

    terms: PlanTerms  # of the plan that covers; without one the walk ends at coverage

    def __init__(self, facts: ClaimFacts) -> None:
        self.facts = facts
        self.submission = facts.submission
        self.lines = [Line(line) for line in facts.submission.lines]
        self.sums = Sums(facts)
        self.questions: list[Question] = []
        self.payments: list[Payment] | None = None  # of payers beside us, line by line; None: we come first
        self.answers: dict[tuple[str, int | None], ResolutionFact] = {
            (answer.reason, answer.line_number): answer for answer in facts.resolutions
        }

    def open_lines(self) -> list[Line]:
        """The lines that are still being decided."""
        return [line for line in self.lines if not line.is_denied and not line.is_undetermined]

    def ask(
        self, reason: str, line: Line, evidence: Inputs = (), clause: str = "", because: Denial | None = None
    ) -> None:
        """Ask a person about a line, unless somebody answered already: then the answer holds.

        `because`: the adjustment if the answer is to deny, where it is not the question's own.
        """
        answer = self._answer(reason, line.number) or self._answer(reason, None)
        if answer is None:
            queue = REASONS[reason].queue
            self.questions.append(Question(reason=reason, line_number=line.number, queue=queue, evidence=evidence))
            line.note(f"question.{reason}", clause, evidence)
        else:
            _apply(answer, line, evidence, clause, because)

    def ask_of_claim(self, reason: str, evidence: Inputs = (), clause: str = "") -> None:
        """Ask a person about the whole claim, unless somebody answered already."""
        answer = self._answer(reason, None)
        if answer is None:
            self.questions.append(Question(reason=reason, queue=REASONS[reason].queue, evidence=evidence))
        else:
            for line in self.lines:
                if not line.is_denied:
                    _apply(answer, line, evidence, clause)

    def _answer(self, reason: str, line_number: int | None) -> ResolutionFact | None:
        """What somebody said, if it is something that settles the question."""
        answer = self.answers.get((reason, line_number))
        return answer if answer is not None and answer.answer in REASONS[reason].answers else None


def _apply(answer: ResolutionFact, line: Line, evidence: Inputs, clause: str, because: Denial | None = None) -> None:
    said: Inputs = (("answer", answer.answer), ("because", answer.because), *evidence)
    rule = f"answer.{answer.reason}"
    if answer.answer == DENY:
        because = because or REASONS[answer.reason].denial
        if answer.carc and answer.carc != because.carc:
            because = Denial(because.group, answer.carc)
        line.deny(because, rule, clause, said)
        return
    if answer.answer == PRICE and answer.amount is not None:
        line.set_price = answer.amount
        said += (("amount", str(answer.amount)),)
    line.note(rule, clause, said)
