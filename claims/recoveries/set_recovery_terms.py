"""Records what was agreed about taking money back: for an employer, one of its plans, a state or a payee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import RecoveryTerms
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Role


@dataclass(frozen=True, slots=True)
class TermsWords:
    """What the agreement says. `ends_on` is the first day on which it does not count any more."""

    starts_on: date
    source: str
    offset_allowed: bool
    notice_days: int
    answer_days: int = 30
    follow_up_days: int = 30
    follows_state_law: bool = False
    ends_on: date | None = None
    plan_id: int | None = None
    payee_id: int | None = None
    state: str = ""


def set_recovery_terms(*, employer_id: int, words: TermsWords, by: Scope) -> RecoveryTerms:
    """Record the terms. What stood for the same plan, payee and state on any of these days is superseded; of its other
    days it stays in force. Raises Refused, NotFound, Invalid."""
    check_role(by, Role.TPA_MANAGER, Role.SETUP)
    if not by.sees(employer_id):
        raise NotFound("recoveries.no_such_employer", _("There is no such employer."))
    if not words.source.strip() or min(words.notice_days, words.answer_days - 1, words.follow_up_days - 1) < 0:
        raise Invalid("recoveries.terms", _("Say which agreement it is, and whole days."))
    if words.ends_on is not None and words.ends_on <= words.starts_on:
        raise Invalid("recoveries.terms_days", _("The terms end before they begin."))
    period = (words.starts_on, words.ends_on)
    with transaction.atomic():
        at = timezone.now()
        standing = list(
            RecoveryTerms.objects.select_for_update().filter(
                employer=employer_id,
                plan=words.plan_id,
                payee=words.payee_id,
                state=words.state,
                superseded_at__isnull=True,
                period__overlap=period,
            )
        )
        RecoveryTerms.objects.filter(pk__in=[row.pk for row in standing]).update(superseded_at=at)
        rests = []
        for row in standing:
            if row.period.lower < words.starts_on:
                rests.append(_copy(row, (row.period.lower, words.starts_on)))
            if words.ends_on is not None and (row.period.upper is None or words.ends_on < row.period.upper):
                rests.append(_copy(row, (words.ends_on, row.period.upper)))
        for rest in rests:
            rest.recorded_at = at
        RecoveryTerms.objects.bulk_create(rests)
        made = RecoveryTerms.objects.create(
            employer_id=employer_id,
            plan_id=words.plan_id,
            payee_id=words.payee_id,
            state=words.state,
            period=period,
            offset_allowed=words.offset_allowed,
            notice_days=words.notice_days,
            answer_days=words.answer_days,
            follow_up_days=words.follow_up_days,
            follows_state_law=words.follows_state_law,
            source=words.source.strip()[:120],
            recorded_at=at,
        )
        record("claims.recoveryterms.set", by=by.actor, about=made, because=made.source)
    return made


def _copy(row: RecoveryTerms, period: tuple[date, date | None]) -> RecoveryTerms:
    names = [
        "employer_id", "plan_id", "payee_id", "state", "offset_allowed", "notice_days", "answer_days", "follow_up_days",
        "follows_state_law", "source",
    ]  # fmt: skip
    return RecoveryTerms(period=period, **{name: getattr(row, name) for name in names})
