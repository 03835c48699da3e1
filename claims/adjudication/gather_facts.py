"""Loads all that may influence a batch of claims: a fixed number of queries, however many claims."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from claims.adjudication.accumulated import FamilySums
from claims.adjudication.claims_to_decide import ClaimToDecide
from claims.adjudication.edit_facts import coded_claim
from claims.adjudication.engine.facts import (
    AuthorizationFact,
    ClaimFacts,
    MotherFact,
    RemittanceFact,
    ResolutionFact,
)
from claims.adjudication.engine.newborns import counts_with_mother, is_newborn
from claims.adjudication.engine.years import days_of_claim, is_stay, keys_of
from claims.adjudication.gather_edits import GatheredEdits, gather_edits
from claims.adjudication.known_before import authorizations_of, resolutions_of
from claims.adjudication.line_prices import Prices
from claims.adjudication.our_sides import OurSides
from claims.adjudication.prior_lines import PriorLines
from claims.adjudication.told_by_payers import told_by_payers
from employers.eligibility.selectors import insured_and_mothers, other_coverage_facts
from employers.facts import CoverageFact, MemberFact, OtherCoverageFact
from plans.design.selectors import plan_terms, plan_terms_over, plan_versions_on
from plans.design.terms import PlanTerms
from tpa.foundation.authority import approval_limits

ENGINE = "engine"
# No plan covers newborns with their mothers for longer; whose birth is longer ago needs no mother.
_NEW = timedelta(days=366)


@dataclass(slots=True)
class Gathered:
    """Everything one batch stands on, by the ids its claims name. `sums` and `prior` go on as claims are decided."""

    decided_on: date
    members: Mapping[int, MemberFact]
    mothers: Mapping[int, int]  # of patients who were born lately
    coverages: Mapping[int, Sequence[CoverageFact]]
    other_coverages: Mapping[int, Sequence[OtherCoverageFact]]
    our_sides: OurSides
    plan_hashes: Mapping[tuple[int, date], str]
    prices: Prices
    ranked_npis: Collection[str]  # who bills under contracts that rank the procedures of a day
    authorizations: Mapping[int, Sequence[AuthorizationFact]]
    resolutions: Mapping[int, tuple[ResolutionFact, ...]]
    told: Mapping[int, tuple[RemittanceFact, ...]]
    limits: Mapping[int, Mapping[str, Decimal]]
    sums: FamilySums
    prior: PriorLines
    edits: GatheredEdits


@dataclass(frozen=True, slots=True)
class Standing:
    """One claim with its facts, and the plan they lead to (None when nothing covers it)."""

    facts: ClaimFacts
    terms: PlanTerms | None
    plan_id: int | None


def gather_facts(claims: Sequence[ClaimToDecide], family_ids: Sequence[int], *, decided_on: date) -> Gathered:
    """Read what the batch stands on; the families must be locked."""
    member_ids = sorted({claim.member_id for claim in claims})
    provider_ids = sorted({claim.billing_provider_id for claim in claims})
    submissions = [claim.submission for claim in claims]
    born_since = min(submission.service_from for submission in submissions) - _NEW
    members, coverages, mothers = insured_and_mothers(member_ids, born_since)
    mothers = _of_newborns(mothers, claims, members)
    covering = {
        (coverage.plan_id, on)
        for claim in claims
        for on in days_of_claim(claim.submission)
        for member_id in (claim.member_id, mothers.get(claim.member_id, 0))
        for coverage in coverages.get(member_id, ())
        if _covers(coverage, on)
    }
    plan_hashes = plan_versions_on(covering)
    other_coverages = other_coverage_facts(member_ids)
    decided_before = [claim.id for claim in claims if claim.decided_count]
    # What came to a claim between its receipt and its first decision raised its revision.
    moved = [claim.id for claim in claims if claim.decided_count or claim.revision]
    lines = {(claim.member_id, line.service_from) for claim in claims for line in claim.submission.lines}
    claim_ids = [claim.id for claim in claims]
    prices = Prices.of(submissions, provider_ids, plan_hashes.values())
    ranked_npis = {one.billing_provider.npi for one in submissions} - {""} if prices.rates.ranks else set()
    gathered = Gathered(
        decided_on=decided_on,
        members=members,
        mothers=mothers,
        coverages=coverages,
        other_coverages=other_coverages,
        our_sides=OurSides.of(claims, other_coverages),
        plan_hashes=plan_hashes,
        prices=prices,
        ranked_npis=ranked_npis,
        authorizations=authorizations_of(member_ids),
        resolutions=resolutions_of(decided_before),
        told=told_by_payers(moved),
        limits=approval_limits(sorted({claim.employer_id for claim in claims}), decided_on),
        sums=FamilySums.of(family_ids, decided_before),
        prior=PriorLines.of(sorted(lines), claim_ids, ranked_npis),
        edits=GatheredEdits(),
    )
    if edited := _edited(claims, gathered):
        gathered.edits = gather_edits(edited, claim_ids, gathered.prior)
    return gathered


def _of_newborns(
    mothers: Mapping[int, int], claims: Sequence[ClaimToDecide], members: Mapping[int, MemberFact]
) -> dict[int, int]:
    """The mothers of patients who had been born lately when they were treated."""
    young = set()
    for claim in claims:
        birth_on = members[claim.member_id].birth_on
        if claim.member_id in mothers and birth_on is not None and birth_on + _NEW >= claim.submission.service_from:
            young.add(claim.member_id)
    return {member_id: mothers[member_id] for member_id in young}


def facts_of(claim: ClaimToDecide, gathered: Gathered) -> Standing:
    """The facts of one claim as the batch stands now: after the claims of its family that went before it."""
    submission = claim.submission
    gathered.sums.release(claim.id)
    plan_id, plan_hash, later = _plans_of(claim, gathered)
    terms = plan_terms_over(plan_hash, later) if plan_hash else None
    prices = gathered.prices.of_lines(submission, claim.billing_provider_id, terms) if terms else ()
    covers = gathered.other_coverages.get(claim.member_id, ())
    prior = gathered.prior.facts(claim.member_id, submission)
    book = gathered.edits.book if terms and terms.edits else None
    mother = _mother_of(claim, terms, gathered) if terms and terms.newborns else None
    counted_id = mother.member_id if mother and mother.is_counted else claim.member_id
    facts = ClaimFacts(
        claim_number=claim.claim_number,
        received_on=claim.received_on,
        decided_on=gathered.decided_on,
        submission=submission,
        member=gathered.members[claim.member_id],
        billing_provider_id=claim.billing_provider_id,
        plan_hash=plan_hash,
        later_plans=later,
        coverages=tuple(gathered.coverages.get(claim.member_id, ())),
        other_coverages=tuple(covers),
        our_side=gathered.our_sides.fact(claim, covers) if covers else None,
        prices=prices,
        mother=mother,
        accumulated=gathered.sums.facts(claim.family_id, counted_id, keys_of(terms, submission)) if terms else (),
        prior_lines=prior,
        authorizations=tuple(gathered.authorizations.get(claim.member_id, ())),
        resolutions=gathered.resolutions.get(claim.id, ()),
        prior_remittances=gathered.told.get(claim.id, ()),
        approval_limit_amount=gathered.limits.get(claim.employer_id, {}).get(ENGINE),
        provider_excluded_on=gathered.prices.providers.excluded.get(claim.billing_provider_id),
        edits=book.facts(coded_claim(submission, prior)) if book else None,
        prior_stays=gathered.edits.stays.facts(claim.member_id, submission) if book and gathered.edits.stays else (),
        contracts=gathered.prices.contracts(submission, prices),
    )
    return Standing(facts, terms, plan_id)


def _edited(claims: Sequence[ClaimToDecide], gathered: Gathered) -> list[tuple[ClaimToDecide, PlanTerms]]:
    """The claims whose plan applies edits, with its terms; mostly none."""
    if not any(plan_terms(content_hash).edits for content_hash in set(gathered.plan_hashes.values())):
        return []
    governed = [(claim, _plans_of(claim, gathered)[1]) for claim in claims]
    return [(claim, plan_terms(found)) for claim, found in governed if found and plan_terms(found).edits]


def _mother_of(claim: ClaimToDecide, terms: PlanTerms, gathered: Gathered) -> MotherFact | None:
    """A newborn's mother, if the plan covers newborns with theirs."""
    mother_id, member = gathered.mothers.get(claim.member_id), gathered.members[claim.member_id]
    if mother_id is None or not is_newborn(terms, claim.submission, member):
        return None
    return MotherFact(
        member_id=mother_id,
        coverages=tuple(gathered.coverages.get(mother_id, ())),
        is_counted=counts_with_mother(terms, claim.submission, member),
    )


def _plans_of(claim: ClaimToDecide, gathered: Gathered) -> tuple[int | None, str, tuple[tuple[date, str], ...]]:
    """The plan that covers the first day of service, its version on that day, and versions that govern later lines.

    A stay that its plan holds to the day of admission has the version of that day alone.
    """
    days = days_of_claim(claim.submission)
    admitted_on = claim.submission.admitted_on
    if is_stay(claim.submission) and admitted_on is not None:
        plan_id, plan_hash = _plan_on(claim, admitted_on, gathered)
        if plan_hash and plan_terms(plan_hash).stays_by_admission:
            return plan_id, plan_hash, ()
        days = [day for day in days if day != admitted_on] or days
    plan_id, plan_hash = _plan_on(claim, days[0], gathered)
    later: list[tuple[date, str]] = []
    for before, day in itertools.pairwise(days):
        _other, governing = _plan_on(claim, day, gathered)
        if plan_hash and governing and governing != (later[-1][1] if later else plan_hash):
            # Between two days on which something was done it is the turn of the year on which a version takes over.
            later.append((max(plan_terms(plan_hash).year_on(day), before + timedelta(days=1)), governing))
    return plan_id, plan_hash, tuple(later)


def _plan_on(claim: ClaimToDecide, on: date, gathered: Gathered) -> tuple[int | None, str]:
    """The plan that covers a day and its version; the earliest recorded of several."""
    mother = gathered.coverages.get(gathered.mothers.get(claim.member_id, 0), ())
    for coverage in (*gathered.coverages.get(claim.member_id, ()), *mother):
        if _covers(coverage, on) and (found := gathered.plan_hashes.get((coverage.plan_id, on))):
            return coverage.plan_id, found
    return None, ""


def _covers(fact: CoverageFact, on: date) -> bool:
    return fact.starts_on <= on and (fact.ends_on is None or on < fact.ends_on)
