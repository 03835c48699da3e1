"""What people answered and permitted before a claim is decided: resolutions of its questions, authorizations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

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
_PERMIT = (Authorization.Status.APPROVED, Authorization.Status.CLOSED)


def authorizations_of(member_ids: Sequence[int]) -> dict[int, list[AuthorizationFact]]:
    """Authorizations that permit something, by member, with the units they were given for. One query."""
    found: dict[int, list[AuthorizationFact]] = defaultdict(list)
    rows = Authorization.objects.filter(member_id__in=member_ids, superseded_at__isnull=True, status__in=_PERMIT)
    for row in rows.select_related("provider").order_by("number"):
        found[row.member_id].append(
            AuthorizationFact(
                number=row.number,
                code_from=row.code_from,
                code_to=row.code_to,
                starts_on=row.period.lower,
                ends_on=row.period.upper,
                units_left_count=row.units_count,
                npi=row.provider.npi if row.provider else "",
            )
        )
    return found
