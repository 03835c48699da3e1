"""The walk from facts to decision: coverage → edits → place in the plan → price → benefits → other payers → total."""

from __future__ import annotations

from claims.adjudication.engine import (
    benefits,
    code_edits,
    coverage,
    duplicates,
    edits,
    filing,
    payer_order,
    permission,
    placement,
    pricing,
    total,
    waiting,
)
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import ClaimFacts
from claims.adjudication.engine.work import Work
from plans.design.terms import PlanTerms

# Raised with every change that can decide a claim differently; the CHANGELOG says which, under "Decides differently".
ENGINE_VERSION = "1"


def adjudicate(facts: ClaimFacts, terms: PlanTerms | None) -> ClaimDecision:
    """Decide one claim: the same facts and terms give the same decision, to the byte. `terms` None: nothing covers."""
    work = Work(facts)
    coverage.check_coverage(work, terms)
    if terms is not None:
        work.terms = terms
        placement.find_tiers(work)
        edits.check_completeness(work)
        duplicates.check_duplicates(work)
        filing.check_filing(work)
        placement.find_benefits(work)
        placement.check_covered(work)
        waiting.check_waiting(work)
        if terms.edits:
            code_edits.check_edits(work)
        permission.check_permission(work)
        edits.ask_about_others(work)
        payer_order.check_other_payers(work)
        pricing.price_lines(work)
        benefits.apply_benefits(work)
        total.check_authority(work)
    return total.decide(work, ENGINE_VERSION)
