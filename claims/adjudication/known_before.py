"""What people answered and permitted before a claim is decided: resolutions of its questions, authorizations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from claims.adjudication.engine.facts import AuthorizationFact, ResolutionFact
from claims.models import Authorization, Resolution


def resolutions_of(claim_ids: Sequence[int]) -> dict[int, tuple[ResolutionFact, ...]]:
    """Answers by claim; where a question was answered twice, the later answer stands. One query, none for no claim."""
    if not claim_ids:
        return {}
    answers: dict[int, dict[tuple[str, int | None], ResolutionFact]] = defaultdict(dict)
    for row in Resolution.objects.filter(claim_id__in=claim_ids).order_by("id"):
        answers[row.claim_id][row.reason, row.line_number] = ResolutionFact(
            reason=row.reason,
            answer=row.answer,
            line_number=row.line_number,
            amount=row.amount,
            carc=row.carc,
            because=row.because,
        )
    return {claim_id: tuple(by_question.values()) for claim_id, by_question in answers.items()}


# Of a closed one what lies before its last day.
_PERMIT = [str(Authorization.Status.APPROVED), str(Authorization.Status.CLOSED)]

_AUTHORIZATIONS = """
SELECT held.member_id, held.number, held.code_from, held.code_to, lower(held.period), upper(held.period),
       held.units_count, coalesce(provider.npi, '')
  FROM claims_authorization held LEFT JOIN plans_provider provider ON provider.id = held.provider_id
 WHERE held.member_id = ANY(%s) AND held.superseded_at IS NULL AND held.status = ANY(%s)
 ORDER BY held.number
"""


def authorizations_of(member_ids: Sequence[int]) -> dict[int, list[AuthorizationFact]]:
    """Authorizations that permit something, by member, with the units they were given for. One query."""
    found: dict[int, list[AuthorizationFact]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_AUTHORIZATIONS, [list(member_ids), _PERMIT])
        for member_id, number, code_from, code_to, starts_on, ends_on, units, npi in cursor:
            found[member_id].append(
                AuthorizationFact(
                    number=number,
                    code_from=code_from,
                    code_to=code_to,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    units_left_count=units,
                    npi=npi,
                )
            )
    return found
