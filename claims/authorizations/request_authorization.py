"""Writes down that permission was asked for: whose, for what, from when to when, how many units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from claims.models import Authorization
from employers.eligibility.selectors import members_of
from plans.networks.selectors import providers_named
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Role
from tpa.foundation.parameters import parameter

REQUESTERS = (Role.EXAMINER, Role.SENIOR_EXAMINER, Role.TPA_MANAGER)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What is asked for. `last_on` is the last day; blank `npi`: whoever renders it; blank `code_to`: one code."""

    member_id: int
    code_from: str
    first_on: date
    last_on: date
    units_count: Decimal
    because: str
    code_to: str = ""
    npi: str = ""
    is_urgent: bool = False


def request_authorization(*, asked: AuthorizationRequest, by: Scope) -> Authorization:
    """Keep the request under a number of its own, with the day by which the law wants an answer
    (29 CFR 2560.503-1(f)(2)). Raises Refused, NotFound for a member or provider we do not know, Invalid."""
    check_role(by, *REQUESTERS)
    member = members_of(by).filter(pk=asked.member_id).first()
    if member is None:
        raise NotFound("authorization.no_such_member", _("There is no such member."))
    provider_id = _provider(asked.npi, asked.first_on)
    check_terms(asked.units_count, asked.first_on, asked.last_on)
    if not asked.code_from or asked.code_from > (asked.code_to or asked.code_from):
        raise Invalid("authorization.codes", _("Name a code, or the first and the last of a range."))
    if not asked.because.strip():
        raise Invalid("authorization.reason_wanted", _("Say why: the reason stays with the authorization."))
    at = timezone.now()
    with transaction.atomic():
        row = Authorization.objects.create(
            number=_number(),
            employer_id=member.employer_id,
            family_id=member.family_id,
            member_id=member.pk,
            provider_id=provider_id,
            code_from=asked.code_from,
            code_to=asked.code_to or asked.code_from,
            period=DateRange(asked.first_on, asked.last_on + timedelta(days=1)),
            units_count=asked.units_count,
            status_at=at,
            is_urgent=asked.is_urgent,
            requested_at=at,
            due_at=at + _time_to_answer(at.date(), is_urgent=asked.is_urgent),
            because=asked.because.strip()[:300],
            recorded_at=at,
        )
        record("claims.authorization.requested", by=by.actor, about=row, because=row.because)
    return row


def check_terms(units_count: Decimal, first_on: date, last_on: date) -> None:
    """Raises Invalid for no units, parts of a hundredth, or days in the wrong order."""
    if units_count <= 0 or units_count != round(units_count, 2) or units_count >= 10**9:
        raise Invalid("authorization.units", _("Units are more than none, with at most two places."))
    if last_on < first_on:
        raise Invalid("authorization.days", _("The last day lies before the first."))


def _time_to_answer(on: date, *, is_urgent: bool) -> timedelta:
    if is_urgent:
        return timedelta(hours=int(parameter("claims_procedure.urgent.decide_hours", on=on)))
    return timedelta(days=int(parameter("claims_procedure.pre_service.decide_days", on=on)))


def _provider(npi: str, on: date) -> int | None:
    if not npi:
        return None
    named = providers_named([], {npi}, on, on).ids
    if npi not in named:
        raise NotFound("authorization.no_such_provider", _("We know no provider with this NPI."))
    return named[npi]


def _number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_authorization_number')")
        return f"A{cursor.fetchone()[0]:09d}"
