"""Where each line belongs in the plan: network tier, benefit, protection by law, exclusions."""

from __future__ import annotations

from datetime import date

from claims.adjudication.engine.reasons import NOT_AT_THIS_TIER, Denial
from claims.adjudication.engine.work import Inputs, Line, Work
from claims.facts import Submission, SubmittedLine
from employers.facts import MemberFact
from plans.design.matching import LineCodes
from plans.design.terms import PlanTerms


def find_tiers(work: Work) -> None:
    """The tier of each open line, by the network that its provider takes part in."""
    prices = {price.line_number: price for price in work.facts.prices}
    for line in work.open_lines():
        tiers = line.terms.tier_by_network
        line.price = price = prices.get(line.number)
        line.tier = tiers.get(price.network if price else "") or tiers[""]
        line.is_contracted = bool(line.tier.networks)


def find_benefits(work: Work) -> None:
    """The benefit of each open line, and at which tier it is paid: the law may hold it to in-network shares."""
    for line in work.open_lines():
        place_line(work, line)


def place_line(work: Work, line: Line) -> None:
    """Find one line's benefit and how it is paid."""
    terms = line.terms
    codes = line.codes = codes_of(work, line)
    benefit = terms.benefit_of(codes)
    if benefit is None:
        work.ask("no_benefit", line, (("procedure", codes.procedure), ("revenue", codes.revenue)))
        if line.is_open:
            line.leave_open("no_benefit")
        return
    line.benefit = benefit
    line.is_emergency = codes.is_emergency if benefit.emergency is None else benefit.emergency
    if not line.is_contracted:
        line.protection = _protection(line, terms)
    line.paid_as = benefit.tiers[terms.protected_tier if line.protection else line.tier.name]
    line.placed_as = (benefit.name, line.paid_as.tier)
    network = line.price.network if line.price else ""
    inputs: Inputs = (("benefit", benefit.name), ("network", network), ("tier", line.paid_as.tier))
    if line.protection:
        inputs += (("protected", line.protection),)
    line.note("benefit", benefit.section, inputs)


def check_covered(work: Work) -> None:
    """Deny what the plan excludes or does not cover at this tier; ask what only a clinician may judge."""
    for line in work.open_lines():
        check_line_covered(work, line)


def check_line_covered(work: Work, line: Line) -> None:
    """The same of one line."""
    for exclusion in line.terms.exclusions_of(line.codes):
        inputs = (("exclusion", exclusion.name), ("code", line.codes.procedure or line.codes.revenue))
        if exclusion.is_review:
            work.ask("medical_review", line, inputs, exclusion.section)
        elif line.is_emergency:
            work.ask("emergency_review", line, inputs, exclusion.section)
        else:
            because = Denial(exclusion.group, exclusion.carc, exclusion.rarcs)
            line.deny(because, "exclusion", exclusion.section, inputs)
        if line.is_denied:
            break
    if line.is_open and not line.paid_as.is_covered:
        inputs = (("benefit", line.benefit.name), ("tier", line.tier.name))
        if line.is_emergency:
            work.ask("emergency_review", line, inputs, line.paid_as.section)
        else:
            line.deny(_not_covered(line), "not_covered", line.paid_as.section, inputs)


def codes_of(work: Work, line: Line) -> LineCodes:
    """What the plan sorts the line by."""
    return codes_from(work.submission, line.submitted, work.facts.member, line.service_on)


def codes_from(submission: Submission, submitted: SubmittedLine, member: MemberFact, on: date) -> LineCodes:
    """The same of a line as submitted. Its leading diagnosis is the first it points to, else the claim's principal."""
    pointers, diagnoses = submitted.diagnosis_pointers, submission.diagnoses
    first = pointers[0] - 1 if pointers else 0
    is_institutional = submission.kind == "I"
    return LineCodes(
        submission.kind,
        submitted.procedure_code,
        submitted.revenue_code,
        "" if is_institutional else (submitted.place_of_service or submission.facility_code),
        submission.facility_code[:2] if is_institutional else "",
        submitted.modifiers,
        diagnoses[first] if first < len(diagnoses) else "",
        age_on(member.birth_on, on),
        member.sex,
        member.relationship,
        submitted.is_emergency or (is_institutional and submission.admission_type == "1"),
    )


def age_on(birth_on: date | None, on: date) -> int | None:
    """Full years on a day."""
    if birth_on is None:
        return None
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def _protection(line: Line, terms: PlanTerms) -> str:
    """Out of network, the law holds the member to in-network shares: 29 CFR 2590.716-4 and -5."""
    if not terms.protected_tier:
        return ""
    if line.is_emergency:
        return "emergency"
    facility = line.price.facility_network if line.price else ""
    return "facility" if facility and facility in terms.tier_by_network else ""


def _not_covered(line: Line) -> Denial:
    """Not covered at any tier, or only not at this one."""
    if any(tier.is_covered for tier in line.benefit.tiers.values()):
        return NOT_AT_THIS_TIER
    return Denial("PR", "204")
