"""Takes decisions back: each by a further decision that mirrors it, figure by figure. Nothing is edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2 import Binary

from claims.adjudication.ask_decision import ask_decision
from claims.adjudication.claims_to_decide import lock_families_of
from claims.adjustments.mirror import mirror
from claims.models import Claim, ClaimEvent, Pend
from claims.packing import pack, unpack_decision
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.transitions import move_many
from tpa.foundation.values.money import ZERO

# In the pipeline's order: the families are locked already, then the claims by id.
_CLAIMS = """
SELECT id, family_id, employer_id, status, revision FROM claims_claim WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""

# What stands of each claim: its last decision, when that one decided something.
_STANDING = """
SELECT DISTINCT ON (claim_id) id, claim_id, outcome, says FROM claims_decision
 WHERE claim_id = ANY(%s) ORDER BY claim_id, number DESC
"""

_REVERSE = """
INSERT INTO claims_decision (claim_id, employer_id, member_id, number, outcome, plan_id, plan_hash, engine_version,
       facts, says, decided_at, decided_by, reverses_id, billed_amount, allowed_amount, not_covered_amount,
       copay_amount, deductible_amount, coinsurance_amount, other_payer_amount, member_amount, plan_paid_amount,
       adjusted_amount)
SELECT d.claim_id, d.employer_id, d.member_id, d.number + 1, 'reversed', d.plan_id, d.plan_hash, d.engine_version,
       d.facts, t.says, %s, %s, d.id, -d.billed_amount, -d.allowed_amount, -d.not_covered_amount,
       -d.copay_amount, -d.deductible_amount, -d.coinsurance_amount, -d.other_payer_amount, -d.member_amount,
       -d.plan_paid_amount, -d.adjusted_amount
  FROM unnest(%s::bigint[], %s::bytea[]) AS t(id, says) JOIN claims_decision d ON d.id = t.id
 ORDER BY d.claim_id
"""

_REVERSE_LINES = """
INSERT INTO claims_claimline (decision_id, claim_id, employer_id, member_id, number, procedure_code, modifiers,
       revenue_code, place_of_service, service_from, service_to, units_count, benefit, network_tier, adjustments,
       billed_amount, allowed_amount, not_covered_amount, copay_amount, deductible_amount, coinsurance_amount,
       other_payer_amount, member_amount, plan_paid_amount, adjusted_amount)
SELECT r.id, l.claim_id, l.employer_id, l.member_id, l.number, l.procedure_code, l.modifiers,
       l.revenue_code, l.place_of_service, l.service_from, l.service_to, l.units_count, l.benefit, l.network_tier,
       coalesce((SELECT jsonb_agg(jsonb_build_array(a -> 0, a -> 1, (-(a ->> 2)::numeric)::text, a -> 3) ORDER BY place)
                   FROM jsonb_array_elements(l.adjustments) WITH ORDINALITY AS t(a, place)), '[]'),
       -l.billed_amount, -l.allowed_amount, -l.not_covered_amount, -l.copay_amount, -l.deductible_amount,
       -l.coinsurance_amount, -l.other_payer_amount, -l.member_amount, -l.plan_paid_amount, -l.adjusted_amount
  FROM claims_decision r JOIN claims_claimline l ON l.decision_id = r.reverses_id
 WHERE r.reverses_id = ANY(%s) ORDER BY l.id
"""

_REVERSE_CONSUMPTIONS = """
INSERT INTO claims_accumulatorentry (family_id, member_id, employer_id, decision_id, year_on, bucket, amount)
SELECT e.family_id, e.member_id, e.employer_id, r.id, e.year_on, e.bucket, -e.amount
  FROM claims_decision r JOIN claims_accumulatorentry e ON e.decision_id = r.reverses_id
 WHERE r.reverses_id = ANY(%s) ORDER BY e.id
"""


class _Held(NamedTuple):
    """A claim as its locked row says."""

    id: int
    family_id: int
    employer_id: int
    status: str
    revision: int


def reverse_decisions(
    *, claim_ids: Sequence[int], by: Actor, because: str, decide_again: bool = False, at: datetime | None = None
) -> dict[int, str]:
    """Take back what stands of these claims; returns claim → the status it had. All or none; a fixed number of queries.

    The claims become reversed, or with `decide_again` received, and wait to be decided anew. What was paid is taken
    back by the next payment run, from the same payee and claims account only. Raises NotFound, and Conflict when a
    claim is reversed already, or was paid and is to be decided again (a paid claim is replaced, never decided twice).
    """
    at = at or timezone.now()
    ids = sorted(set(claim_ids))
    with transaction.atomic():
        lock_families_of(ids)
        claims = _take(ids)
        _check(claims, ids, decide_again=decide_again)
        taken_back = _mirror_decisions(ids, by, at)
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
        if decide_again:
            for claim in moved:
                ask_decision(claims=[(claim.id, claim.family_id)], key=f"claim:{claim.id}:{claim.revision + 1}")
    return before


def _take(ids: list[int]) -> list[_Held]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [ids])
        return [_Held(*row) for row in cursor.fetchall()]


def _check(claims: list[_Held], ids: list[int], *, decide_again: bool) -> None:
    if len(claims) != len(ids):
        raise NotFound("claim.no_such_claim", _("There is no such claim."))
    for claim in claims:
        if claim.status == Claim.Status.REVERSED:
            raise Conflict("claim.already_reversed", _("This claim is reversed already."), claim=claim.id)
        if decide_again and claim.status == Claim.Status.PAID:
            raise Conflict("claim.already_paid", _("This claim is paid: it can be reversed or replaced."), claim=claim.id)


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
    move_many(Pend, {pk: Pend.Status.RESOLVED for pk in pends}, by=by, because="reversed", at=at)
