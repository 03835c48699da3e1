"""Takes decisions back: each by a further decision that mirrors it, figure by figure. Nothing is edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2 import Binary

from claims.adjudication.claims_to_decide import lock_families_of
from claims.adjudication.release_reservations import release_reservations
from claims.adjustments.mirror import mirror
from claims.models import AccumulatorEntry, Claim, ClaimEvent, ClaimLine, Decision, Pend
from claims.models.decision import Figures
from claims.packing import pack, unpack_decision
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.transitions import move_many
from tpa.foundation.values.money import ZERO

# In the pipeline's order: the families are locked already, then the claims by id.
_CLAIMS = """
SELECT id, family_id, employer_id, status FROM claims_claim WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""

# What stands of each claim: its last decision, when that one decided something.
_STANDING = """
SELECT DISTINCT ON (claim_id) id, claim_id, outcome, says FROM claims_decision
 WHERE claim_id = ANY(%s) ORDER BY claim_id, number DESC
"""

# A line's adjustments: [group, CARC, amount, [RARC …]], the amount turned round.
_TURNED = """coalesce((SELECT jsonb_agg(jsonb_build_array(a -> 0, a -> 1, (-(a ->> 2)::numeric)::text, a -> 3)
    ORDER BY place) FROM jsonb_array_elements(l.adjustments) WITH ORDINALITY AS t(a, place)), '[]')"""


def _insert(model: type[models.Model], alias: str, given: dict[str, str], source: str) -> str:
    """INSERT … SELECT that copies rows of a model, every figure negated and what is `given` in its place."""
    figures = {field.column for field in Figures._meta.fields} | {"amount"}
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    values = [
        given.get(column) or (f"-{alias}.{column}" if column in figures else f"{alias}.{column}") for column in columns
    ]
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)} {source}"


_REVERSE = _insert(
    Decision,
    "d",
    {
        "number": "d.number + 1",
        "outcome": "'reversed'",
        "says": "t.says",
        "decided_at": "%s",
        "decided_by": "%s",
        "reverses_id": "d.id",
    },
    "FROM unnest(%s::bigint[], %s::bytea[]) AS t(id, says) JOIN claims_decision d ON d.id = t.id ORDER BY d.claim_id",
)
_REVERSE_LINES = _insert(
    ClaimLine,
    "l",
    {"decision_id": "r.id", "adjustments": _TURNED},
    "FROM claims_decision r JOIN claims_claimline l ON l.decision_id = r.reverses_id"
    " WHERE r.reverses_id = ANY(%s) ORDER BY l.id",
)
_REVERSE_CONSUMPTIONS = _insert(
    AccumulatorEntry,
    "e",
    {"decision_id": "r.id"},
    "FROM claims_decision r JOIN claims_accumulatorentry e ON e.decision_id = r.reverses_id"
    " WHERE r.reverses_id = ANY(%s) ORDER BY e.id",
)


class _Held(NamedTuple):
    """A claim as its locked row says."""

    id: int
    family_id: int
    employer_id: int
    status: str


def reverse_decisions(
    *, claim_ids: Sequence[int], by: Actor, because: str, decide_again: bool = False, at: datetime | None = None
) -> dict[int, str]:
    """Take back what stands of these claims; returns claim → the status it had. All or none; a fixed number of queries.

    The claims become reversed, or with `decide_again` received: the caller decides them anew, or asks for it. What was
    paid is taken back by the next payment run, from the same payee and claims account only. Raises NotFound, and
    Conflict when a claim is reversed already.
    """
    at = at or timezone.now()
    ids = sorted(set(claim_ids))
    with transaction.atomic():
        lock_families_of(ids)
        claims = _take(ids)
        _check(claims, ids)
        taken_back = _mirror_decisions(ids, by, at)
        release_reservations(claim_ids=ids)
        to_status = Claim.Status.RECEIVED if decide_again else Claim.Status.REVERSED
        moved = [claim for claim in claims if claim.status != to_status]
        amounts = [None if decide_again else ZERO for _claim in moved]
        before = move_many(
            Claim,
            {claim.id: to_status for claim in moved},
            by=by,
            because=because,
            at=at,
            also={"allowed_amount": amounts, "member_amount": amounts, "plan_paid_amount": amounts},
        )
        ClaimEvent.objects.bulk_create(
            ClaimEvent(
                claim_id=claim.id,
                employer_id=claim.employer_id,
                at=at,
                actor=str(by),
                origin="screen" if by.kind == "user" else "system",
                from_status=claim.status,
                to_status=to_status,
                because=because[:300],
            )
            for claim in moved
        )
        _close_questions(ids, by, at)
        record(
            "claims.decision.reversed",
            by=by,
            about=Subjects("claims.decision", tuple(taken_back)),
            because=because,
            detail={"claims": len(ids), "decisions": len(taken_back)},
        )
    return before


def _take(ids: list[int]) -> list[_Held]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [ids])
        return [_Held(*row) for row in cursor.fetchall()]


def _check(claims: list[_Held], ids: list[int]) -> None:
    if len(claims) != len(ids):
        raise NotFound("claim.no_such_claim", _("There is no such claim."))
    for claim in claims:
        if claim.status == Claim.Status.REVERSED:
            raise Conflict("claim.already_reversed", _("This claim is reversed already."), claim=claim.id)


def _mirror_decisions(claim_ids: list[int], by: Actor, at: datetime) -> list[int]:
    """Write the mirrors of what stands; returns the decisions that were taken back. A pended one decided nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [claim_ids])
        standing = [
            (decision_id, says) for decision_id, _claim, outcome, says in cursor.fetchall() if outcome in _DECIDED
        ]
        ids = [decision_id for decision_id, _says in standing]
        if ids:
            says = [Binary(pack(mirror(unpack_decision(text)))) for _id, text in standing]
            cursor.execute(_REVERSE, [at, str(by)[:80], ids, says])
            cursor.execute(_REVERSE_LINES, [ids])
            cursor.execute(_REVERSE_CONSUMPTIONS, [ids])
    return ids


_DECIDED = frozenset({"approved", "denied"})


def _close_questions(claim_ids: list[int], by: Actor, at: datetime) -> None:
    """What was still to be answered is answered by there being nothing left to decide."""
    pends = Pend.objects.filter(claim_id__in=claim_ids, status=Pend.Status.OPEN).values_list("pk", flat=True)
    move_many(Pend, dict.fromkeys(pends, Pend.Status.RESOLVED), by=by, because="reversed", at=at)
