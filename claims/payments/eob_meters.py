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


class Meter(NamedTuple):
    """A running sum beside its limit, where it has one."""

    name: str
    used_amount: Decimal
    limit_amount: Decimal | None

    @property
    def share(self) -> int | None:
        """Per cent used; None without a limit."""
        if not self.limit_amount:
            return None
        return int(max(ZERO, self.used_amount) * 100 / self.limit_amount)


def meters(facts: ClaimFacts, decision: ClaimDecision, terms: PlanTerms | None) -> list[Meter]:
    """The member's and the family's meters in the plan year of the claim's first service, in the plan's order."""
    if terms is None or (not facts.accumulated and not decision.consumptions):
        return []
    year_on = max(
        (*(used.year_on for used in decision.consumptions), *(held.year_on for held in facts.accumulated)),
        default=None,
    )
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
    for word, family_word, caps in (
        (_("Your deductible"), _("Your family's deductible"), terms.deductibles),
        (_("Your out-of-pocket maximum"), _("Your family's out-of-pocket maximum"), terms.out_of_pockets),
    ):
        for cap in caps:
            tier = _tier_words(cap, caps)
            used_by_me = sum((own[bucket] for bucket in cap.counts), ZERO)
            used_by_all = sum((family[bucket] for bucket in cap.counts), ZERO)
            limit = cap.self_only_amount if is_alone else cap.person_amount
            if limit is not None:
                found.append(Meter(word + tier, used_by_me, limit))
            if not is_alone and cap.family_amount is not None:
                found.append(Meter(family_word + tier, used_by_all, cap.family_amount))
    return found


def _tier_words(cap: Cap, caps: tuple[Cap, ...]) -> str:
    """Which tier a cap is for, where the plan has more than one: the bucket ends with it (`deductible:in`)."""
    if len(caps) < 2:
        return ""
    tier = cap.bucket.partition(":")[2]
    return {"in": _(", in network"), "out": _(", out of network")}.get(tier, f", {tier}" if tier else "")
