"""Opens a case for an accident: the member is asked what happened, and claims that may belong to it are picked."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import ThirdPartyCase, ThirdPartyStep
from claims.recoveries.cases import WORKERS, check_reason
from claims.recoveries.pick_claims import pick_claims
from claims.recoveries.third_party_cases import add_step
from claims.recoveries.third_party_letters import write_questionnaire
from employers.eligibility.selectors import members_of
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid, NotFound

_ANSWER_DAYS = 21


def open_third_party_case(*, member_id: int, accident_on: date, kind: str, because: str, by: Scope) -> ThirdPartyCase:
    """Open the case, write the member's questionnaire and pick the claims. Raises Refused, NotFound, Invalid, and
    Conflict where the member has a case of that day that is not closed."""
    check_role(by, *WORKERS)
    because = check_reason(because)
    if kind not in ThirdPartyCase.Kind.values or accident_on > timezone.localdate():
        raise Invalid("recoveries.accident", _("Say what kind of accident it was, and a day that has been."))
    member = members_of(by).filter(pk=member_id).first()
    if member is None:
        raise NotFound("recoveries.no_such_member", _("There is no such member."))
    at = timezone.now()
    with transaction.atomic():
        _one_at_a_time(member_id)
        same = ThirdPartyCase.objects.filter(member=member_id, accident_on=accident_on)
        if same.exclude(status=ThirdPartyCase.Status.CLOSED).exists():
            raise Conflict("recoveries.case_exists", _("There is a case for this accident already."))
        row = ThirdPartyCase.objects.create(
            number=_number(),
            employer_id=member.employer_id,
            member_id=member_id,
            kind=kind,
            accident_on=accident_on,
            because=because,
            status_at=at,
            opened_at=at,
            next_action_on=timezone.localdate(at) + timedelta(days=_ANSWER_DAYS),
        )
        pick_claims(row)
        write_questionnaire(row)
        add_step(row, ThirdPartyStep.Kind.LETTER, _("Questionnaire to the member"), by=by.actor)
        record("claims.thirdpartycase.opened", by=by.actor, about=row, because=because)
    return row


def _one_at_a_time(member_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('third_party_case', %s))", [member_id])


def _number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_third_party_number')")
        return f"T{cursor.fetchone()[0]:09d}"
