"""How much of each deductible and out-of-pocket maximum is used up, as of a decision and with it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from plans.design.terms import Cap, PlanTerms
from tpa.foundation.values.money import ZERO

if TYPE_CHECKING:
    from claims.adjudication.engine.decision import ClaimDecision
    from claims.adjudication.engine.facts import ClaimFacts

_ALONE = "EE"


class Sum(NamedTuple):
    """A running sum and its limit."""

    used_amount: Decimal
    limit_amount: Decimal

    @property
    def share(self) -> int:
        """Per cent used, at most 100."""
        if not self.limit_amount:
            return 100
        return min(100, int(max(ZERO, self.used_amount) * 100 / self.limit_amount))


class Meter(NamedTuple):
    """A deductible or maximum: the member's own sum and the family's, where there is a limit on it."""

    name: str
    own: Sum | None
    family: Sum | None


def meters(facts: ClaimFacts, decision: ClaimDecision, terms: PlanTerms | None) -> list[Meter]:
    """The member's and the family's meters in the plan year of the claim's first service, in the plan's order."""
    if terms is None or (not facts.accumulated and not decision.consumptions):
        return []
    submission = facts.submission
    first_day = submission.admitted_on if terms.stays_by_admission else None
    year_on = terms.year_on(first_day or submission.service_from)
    own: dict[str, Decimal] = defaultdict(lambda: ZERO)
    family: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for held in facts.accumulated:
        if held.year_on == year_on:
            own[held.bucket] += held.member_amount
            family[held.bucket] += held.family_amount
    for used in decision.consumptions:
        if used.year_on == year_on:
            own[used.bucket] += used.amount
            family[used.bucket] += used.amount
    is_alone = all(coverage.tier == _ALONE for coverage in facts.coverages)
    found: list[Meter] = []
    for word, caps in ((_("Deductible"), terms.deductibles), (_("Out-of-pocket maximum"), terms.out_of_pockets)):
        for cap in caps:
            limit = cap.self_only_amount if is_alone else cap.person_amount
            family_limit = None if is_alone else cap.family_amount
            meter = Meter(
                word + _tier_words(cap, caps), _sum(own, cap, limit), _sum(family, cap, family_limit, of_family=True)
            )
            if meter.own is not None or meter.family is not None:
                found.append(meter)
    return found


def _sum(sums: dict[str, Decimal], cap: Cap, limit: Decimal | None, *, of_family: bool = False) -> Sum | None:
    return None if limit is None else Sum(cap.sum_of(sums, of_family=of_family), limit)


def _tier_words(cap: Cap, caps: tuple[Cap, ...]) -> str:
    """Which tier a cap is for, where the plan has more than one: the bucket ends with it (`deductible:in`)."""
    if len(caps) < 2:
        return ""
    tier = cap.bucket.partition(":")[2]
    return {"in": _(", in network"), "out": _(", out of network")}.get(tier, f", {tier}" if tier else "")
