"""Where the plan wants permission before a service: is it there, and has it units left?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.adjudication.engine.facts import AuthorizationFact
from claims.adjudication.engine.reasons import NO_AUTHORIZATION
from claims.adjudication.engine.work import Line, Work
from claims.adjudication.engine.years import LIFETIME
from tpa.foundation.values.money import ZERO


def check_permission(work: Work) -> None:
    """Find the authorization and reserve its units; an emergency needs none."""
    reserved: dict[str, Decimal] = {}
    for line in work.open_lines():
        wanted = line.benefit.authorization
        if wanted is None or line.tier.name not in wanted.tiers or line.protection or line.is_emergency:
            continue
        units = line.submitted.units_count
        found = _permission(work, line, reserved)
        if found is not None:
            bucket = bucket_of(found)
            reserved[bucket] = reserved.get(bucket, ZERO) + units
            line.permitted.append((bucket, units))
            line.note("authorization", wanted.section, (("number", found.number), ("units", str(units))))
            continue
        evidence = (
            ("code", line.codes.procedure or line.codes.revenue),
            ("claim_names", line.submitted.authorization_number or work.submission.authorization_number),
        )
        if wanted.when_missing == "deny":
            line.deny(NO_AUTHORIZATION, "authorization.missing", wanted.section, evidence)
        else:
            work.ask("authorization_missing", line, evidence, wanted.section)


def bucket_of(authorization: AuthorizationFact) -> str:
    """Where the units used of an authorization are kept, under the lifetime."""
    return f"auth:{authorization.number}"


def _permission(work: Work, line: Line, reserved: dict[str, Decimal]) -> AuthorizationFact | None:
    """The first for the provider, code and day with enough units left, after what was used before and is reserved now;
    the one that the claim names before all others."""
    named = line.submitted.authorization_number or work.submission.authorization_number
    for authorization in sorted(work.facts.authorizations, key=lambda one: one.number != named):
        if _permits(authorization, line, line.service_on) and _is_for(authorization, work, line):
            bucket = bucket_of(authorization)
            used = work.sums.member(LIFETIME, bucket) + reserved.get(bucket, ZERO)
            if authorization.units_left_count - used >= line.submitted.units_count:
                return authorization
    return None


def _is_for(authorization: AuthorizationFact, work: Work, line: Line) -> bool:
    """Whether it is for whoever renders the service, or for one of those whom the claim names."""
    if not authorization.npi:
        return True
    submission = work.submission
    named = (submission.billing_provider, submission.rendering_provider, submission.facility)
    return authorization.npi == line.submitted.rendering_npi or any(
        provider is not None and provider.npi == authorization.npi for provider in named
    )


def _permits(authorization: AuthorizationFact, line: Line, on: date) -> bool:
    first, last = authorization.code_from, authorization.code_to
    codes = (line.codes.procedure, line.codes.revenue)
    return (
        any(first <= code <= last for code in codes if code)
        and authorization.starts_on <= on
        and (authorization.ends_on is None or on < authorization.ends_on)
    )
