"""Newborns: covered by the mother's coverage for their first days, and what is figured with her."""

from __future__ import annotations

from claims.adjudication.engine.placement import codes_from
from claims.adjudication.engine.years import service_on
from claims.facts import Submission
from employers.facts import MemberFact
from plans.design.terms import PlanTerms

CHILD = "19"


def is_newborn(terms: PlanTerms, submission: Submission, member: MemberFact) -> bool:
    """Does the plan cover the patient with the mother on some day of the claim?"""
    newborns = terms.newborns
    return (
        newborns is not None
        and member.relationship == CHILD
        and any(newborns.covers(member.birth_on, service_on(terms, submission, line)) for line in submission.lines)
    )


def counts_with_mother(terms: PlanTerms, submission: Submission, member: MemberFact) -> bool:
    """Is all of the claim hers: her shares, her sums? Only if every line is one that the plan says so of."""
    newborns = terms.newborns
    if newborns is None or not newborns.with_mother:
        return False
    for line in submission.lines:
        on = service_on(terms, submission, line)
        codes = codes_from(submission, line, member, on)
        if not newborns.covers(member.birth_on, on) or not any(
            match.fits_codes(codes) and match.fits_person(codes) for match in newborns.with_mother
        ):
            return False
    return True
