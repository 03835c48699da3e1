"""Records what a plan document says of money that a third party pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import SubrogationTerms
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Role


@dataclass(frozen=True, slots=True)
class SubrogationWords:
    """What the plan document says. `fee_percent` is what the TPA keeps: 0 where the contract bills it."""

    starts_on: date
    clause: str
    made_whole_applies: bool
    common_fund_applies: bool
    fee_percent: Decimal = Decimal(0)
    plan_id: int | None = None


def set_subrogation_terms(*, employer_id: int, words: SubrogationWords, by: Scope) -> SubrogationTerms:
    """Record the terms from a day on; what stood is superseded, and stays in force for the days before. Raises Refused,
    NotFound, Invalid."""
    check_role(by, Role.TPA_MANAGER, Role.SETUP)
    if not by.sees(employer_id):
        raise NotFound("recoveries.no_such_employer", _("There is no such employer."))
    if not words.clause.strip() or not 0 <= words.fee_percent <= 100:
        raise Invalid("recoveries.terms", _("Say which clause it is, and a percentage."))
    at = timezone.now()
    with transaction.atomic():
        standing = list(
            SubrogationTerms.objects.select_for_update().filter(
                employer=employer_id,
                plan=words.plan_id,
                superseded_at__isnull=True,
                period__overlap=(words.starts_on, None),
            )
        )
        SubrogationTerms.objects.filter(pk__in=[row.pk for row in standing]).update(superseded_at=at)
        for row in standing:
            if row.period.lower < words.starts_on:
                SubrogationTerms.objects.create(
                    employer_id=employer_id,
                    plan_id=row.plan_id,
                    period=(row.period.lower, words.starts_on),
                    made_whole_applies=row.made_whole_applies,
                    common_fund_applies=row.common_fund_applies,
                    fee_percent=row.fee_percent,
                    clause=row.clause,
                    recorded_at=at,
                )
        made = SubrogationTerms.objects.create(
            employer_id=employer_id,
            plan_id=words.plan_id,
            period=(words.starts_on, None),
            made_whole_applies=words.made_whole_applies,
            common_fund_applies=words.common_fund_applies,
            fee_percent=words.fee_percent,
            clause=words.clause.strip()[:120],
            recorded_at=at,
        )
        record("claims.subrogationterms.set", by=by.actor, about=made, because=made.clause)
    return made
