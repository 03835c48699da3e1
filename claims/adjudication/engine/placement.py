"""Where each line belongs in the plan: network tier, benefit, protection, exclusions, permission."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.adjudication.engine.facts import AuthorizationFact
from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import LIFETIME, is_stay
from claims.facts import Submission
from plans.design.terms import LineCodes, PlanTerms
from tpa.foundation.values.money import ZERO

OUT_OF_NETWORK = ("PR", "242", ())
NO_PERMISSION = ("CO", "197", ())


def place_lines(work: Work) -> None:
    """Find tier and benefit of each line that is still open."""
    terms, facts = work.terms, work.facts
    assert terms is not None
    prices = {price.line_number: price for price in facts.prices}
    for line in work.open_lines():
        line.price = prices.get(line.number)
        line.tier = terms.tier_by_network[line.price.network if line.price else ""]
        line.codes = codes_of(facts.submission, line, work)
        benefit = terms.benefit_of(line.codes)
        if benefit is None:
            work.ask("no_benefit", line, (("procedure", line.codes.procedure), ("revenue", line.codes.revenue)))
            if line.is_open:
                line.leave_open("no_benefit")
            continue
        line.benefit = benefit
        line.protection = _protection(line, terms)
        line.paid_as = benefit.tiers[terms.protected_tier if line.protection else line.tier.name]
        line.note(
            "benefit",
            benefit.section,
            (
                ("benefit", benefit.name),
                ("network", line.price.network if line.price else ""),
                ("tier", line.paid_as.tier),
                *((("protected", line.protection),) if line.protection else ()),
            ),
        )


def check_covered(work: Work) -> None:
    """Deny what the plan excludes or does not cover at this tier; ask what only a clinician may judge."""
    terms = work.terms
    assert terms is not None
    for line in work.open_lines():
        assert line.codes is not None and line.benefit is not None and line.paid_as is not None
        is_emergency = _is_emergency(line)
        for exclusion in terms.exclusions_of(line.codes):
            inputs = (("exclusion", exclusion.name), ("code", line.codes.procedure or line.codes.revenue))
            if exclusion.is_review:
                work.ask("medical_review", line, inputs, exclusion.section)
            elif is_emergency:
                work.ask("emergency_review", line, inputs, exclusion.section)
            else:
                line.deny((exclusion.group, exclusion.carc, exclusion.rarcs), "exclusion", exclusion.section, inputs)
            if line.denied:
                break
        if line.denied or line.paid_as.is_covered:
            continue
        tier = line.tier.name if line.tier else ""
        if is_emergency:
            work.ask("emergency_review", line, (("tier", tier),), line.paid_as.section)
        else:
            line.deny(OUT_OF_NETWORK, "tier_not_covered", line.paid_as.section, (("tier", tier),))


def check_permission(work: Work) -> None:
    """Where the plan wants permission, find it and reserve its units; an emergency needs none."""
    reserved: dict[str, Decimal] = {}
    for line in work.open_lines():
        assert line.benefit is not None and line.tier is not None and line.codes is not None
        wanted = line.benefit.authorization
        if wanted is None or line.tier.name not in wanted.tiers or line.protection or _is_emergency(line):
            continue
        units = line.submitted.units_count
        found = _permission(work, line, line.codes, reserved)
        if found is not None:
            bucket = bucket_of(found)
            reserved[bucket] = reserved.get(bucket, ZERO) + units
            line.permitted.append((bucket, units))
            line.note("authorization", wanted.section, (("number", found.number), ("units", str(units))))
            continue
        evidence = (
            ("code", line.codes.procedure or line.codes.revenue),
            ("claim_names", line.submitted.authorization_number or work.facts.submission.authorization_number),
        )
        if wanted.when_missing == "deny":
            line.deny(NO_PERMISSION, "authorization.missing", wanted.section, evidence)
        else:
            work.ask("authorization_missing", line, evidence, wanted.section)


def _permission(work: Work, line: Line, codes: LineCodes, reserved: dict[str, Decimal]) -> AuthorizationFact | None:
    """The first authorization for the code and day with enough units left after what was used and reserved."""
    for authorization in work.facts.authorizations:
        if _permits(authorization, codes, line.service_on):
            bucket = bucket_of(authorization)
            used = work.sums.member(LIFETIME, bucket) + reserved.get(bucket, ZERO)
            if authorization.units_left_count - used >= line.submitted.units_count:
                return authorization
    return None


def bucket_of(authorization: AuthorizationFact) -> str:
    """Where the units used of an authorization are kept."""
    return f"auth:{authorization.number}"


def codes_of(submission: Submission, line: Line, work: Work) -> LineCodes:
    """What the plan sorts the line by. Its leading diagnosis is the first it points to, else the claim's principal."""
    submitted, member = line.submitted, work.facts.member
    pointers, diagnoses = submitted.diagnosis_pointers, submission.diagnoses
    first = pointers[0] - 1 if pointers else 0
    is_institutional = submission.kind == "I"
    return LineCodes(
        kind=submission.kind,
        procedure=submitted.procedure_code,
        revenue=submitted.revenue_code,
        place="" if is_institutional else (submitted.place_of_service or submission.facility_code),
        bill_type=submission.facility_code[:2] if is_institutional else "",
        modifiers=submitted.modifiers,
        diagnosis=diagnoses[first] if first < len(diagnoses) else "",
        age=age_on(member.birth_on, line.service_on),
        sex=member.sex,
        relationship=member.relationship,
        is_emergency=submitted.is_emergency or (is_institutional and submission.admission_type == "1"),
    )


def age_on(birth_on: date | None, on: date) -> int | None:
    """Full years on a day."""
    if birth_on is None:
        return None
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def is_admitted(work: Work) -> bool:
    """Whether the patient was admitted: this claim is a stay."""
    return is_stay(work.facts.submission)


def _is_emergency(line: Line) -> bool:
    assert line.benefit is not None and line.codes is not None
    says = line.benefit.emergency
    return line.codes.is_emergency if says is None else says


def _protection(line: Line, terms: PlanTerms) -> str:
    """Out of network, the law holds the member to in-network shares: 29 CFR 2590.716-4 and -5."""
    assert line.tier is not None
    if line.tier.networks or not terms.protected_tier:
        return ""
    if _is_emergency(line):
        return "emergency"
    facility = line.price.facility_network if line.price else ""
    return "facility" if facility and facility in terms.tier_by_network else ""


def _permits(authorization: AuthorizationFact, codes: LineCodes, on: date) -> bool:
    first, last = authorization.code_from, authorization.code_to
    code_fits = any(first <= code <= last for code in (codes.procedure, codes.revenue) if code)
    return code_fits and authorization.starts_on <= on and (authorization.ends_on is None or on < authorization.ends_on)
