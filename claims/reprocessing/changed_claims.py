"""Which decided claims a change may touch that was recorded after they were decided, and reaches back to their days."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import connection

from claims.adjudication.engine.reasons import OUT_OF_NETWORK_RATE
from claims.packing import unpack_submission

_STANDING = """
    SELECT c.id, c.family_id, c.member_id, c.kind, c.billing_provider_id, d.id AS decision_id, d.plan_id,
           daterange(c.service_from, c.service_to, '[]') AS days,
           greatest(d.decided_at - interval '1 hour', %(since)s) AS known_at
      FROM claims_claim c
      JOIN LATERAL (SELECT id, plan_id, decided_at FROM claims_decision
                     WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
     WHERE c.employer_id = %(employer)s AND c.status IN ('approved', 'denied', 'paid', 'pended')
"""

# What stands of each claim was decided at a moment; a row that was recorded, or no longer believed, after it and holds
# for a day of the claim was not known then. An hour more: a decision reads its facts a moment after it begins. Prices
# are told by the codes of the lines; whether the claim was paid by that very schedule, deciding it anew will show.
_CHANGED = """
WITH standing AS MATERIALIZED (STANDING), rates AS MATERIALIZED (
    SELECT DISTINCT code_kind, code, period, greatest(recorded_at, superseded_at) AS changed_at FROM plans_feerate
     WHERE greatest(recorded_at, superseded_at) >= %(since)s
), terms AS MATERIALIZED (
    SELECT DISTINCT period, changed_at
      FROM (SELECT period, greatest(recorded_at, superseded_at) AS changed_at FROM plans_scheduleterms
            UNION ALL SELECT period, greatest(recorded_at, superseded_at) FROM plans_localityfactor
            UNION ALL SELECT period, greatest(recorded_at, superseded_at) FROM plans_localityzip
            UNION ALL SELECT period, greatest(recorded_at, superseded_at) FROM plans_qualifyingamount) t
     WHERE changed_at >= %(since)s
), lines AS MATERIALIZED (
    SELECT s.id, s.family_id, s.known_at, l.procedure_code, l.revenue_code, l.service_from
      FROM standing s JOIN claims_claimline l ON l.decision_id = s.decision_id
     WHERE EXISTS (SELECT 1 FROM rates)
)
SELECT s.id, s.family_id FROM standing s JOIN employers_coverage v ON v.member_id = s.member_id
 WHERE v.period && s.days AND greatest(v.recorded_at, v.superseded_at) >= s.known_at
UNION
SELECT s.id, s.family_id FROM standing s JOIN employers_othercoverage v ON v.member_id = s.member_id
 WHERE v.period && s.days AND greatest(v.recorded_at, v.superseded_at) >= s.known_at
UNION
SELECT s.id, s.family_id FROM standing s
  JOIN employers_member m ON m.family_id = s.family_id
  JOIN employers_subscriberstanding v ON v.member_id = m.id
 WHERE v.period && s.days AND greatest(v.recorded_at, v.superseded_at) >= s.known_at AND EXISTS (
       SELECT 1 FROM employers_othercoverage o WHERE o.member_id = s.member_id AND o.pays_first IS NULL)
UNION
SELECT s.id, s.family_id FROM standing s
  JOIN employers_othercoverage o ON o.member_id = s.member_id AND o.kind = 'medicare' AND o.pays_first IS NULL
  JOIN employers_headcount v ON v.employer_id = %(employer)s AND greatest(v.recorded_at, v.superseded_at) >= s.known_at
 WHERE o.period && s.days
UNION
SELECT s.id, s.family_id FROM standing s JOIN claims_priorremittance v ON v.claim_id = s.id
 WHERE v.received_at >= s.known_at
UNION
SELECT s.id, s.family_id FROM standing s JOIN claims_resolution v ON v.claim_id = s.id
 WHERE v.reason = %(rate)s AND v.at >= s.known_at
UNION
SELECT s.id, s.family_id FROM standing s
  JOIN plans_planversion v ON v.plan_id = s.plan_id
       OR s.plan_id IS NULL AND v.plan_id IN (SELECT plan_id FROM employers_coverage WHERE member_id = s.member_id)
 WHERE v.status <> 'draft' AND v.effective && s.days AND greatest(v.published_at, v.superseded_at) >= s.known_at
UNION
SELECT s.id, s.family_id FROM standing s JOIN plans_networkparticipation v ON v.provider_id = s.billing_provider_id
 WHERE v.period && s.days AND greatest(v.recorded_at, v.superseded_at) >= s.known_at
UNION
SELECT s.id, s.family_id FROM standing s JOIN claims_authorization v ON v.member_id = s.member_id
 WHERE v.period && s.days AND greatest(v.recorded_at, v.superseded_at) >= s.known_at
UNION
SELECT s.id, s.family_id FROM standing s JOIN terms v ON v.period && s.days AND v.changed_at >= s.known_at
UNION
SELECT l.id, l.family_id FROM lines l JOIN rates v ON v.code <> '' AND v.code = l.procedure_code
 WHERE v.period @> l.service_from AND v.changed_at >= l.known_at
UNION
SELECT l.id, l.family_id FROM lines l JOIN rates v ON v.code <> '' AND v.code = l.revenue_code
 WHERE v.period @> l.service_from AND v.changed_at >= l.known_at
UNION
SELECT s.id, s.family_id FROM standing s JOIN rates v ON v.code = '' OR v.code_kind = 'drg' AND s.kind = 'I'
 WHERE v.period && s.days AND v.changed_at >= s.known_at
"""

# The facility of a service stands in what was submitted alone: the claims that it may be about are told, and read.
_AT_FACILITIES = """
WITH taken_part AS MATERIALIZED (
    SELECT v.provider_id, v.period, greatest(v.recorded_at, v.superseded_at) AS changed_at
      FROM plans_networkparticipation v WHERE greatest(v.recorded_at, v.superseded_at) >= %(since)s
), standing AS MATERIALIZED (
    SELECT * FROM (STANDING) t WHERE EXISTS (SELECT 1 FROM taken_part)
)
SELECT s.id, s.family_id, c.submission, array_agg(DISTINCT p.npi)
  FROM standing s
  JOIN taken_part v ON v.period && s.days AND v.changed_at >= s.known_at AND v.provider_id <> s.billing_provider_id
  JOIN plans_provider p ON p.id = v.provider_id
  JOIN claims_claim c ON c.id = s.id
 GROUP BY s.id, s.family_id, c.id
"""


def changed_claims(*, employer_id: int, since: datetime) -> dict[int, list[int]]:
    """family → its decided claims that a change recorded since then may touch. Two queries, however many claims."""
    asked: dict[str, int | datetime | str] = {"employer": employer_id, "since": since, "rate": OUT_OF_NETWORK_RATE}
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED.replace("STANDING", _STANDING), asked)
        for claim_id, family_id in cursor.fetchall():
            found[family_id].add(claim_id)
        cursor.execute(_AT_FACILITIES.replace("STANDING", _STANDING), asked)
        for claim_id, family_id, packed, npis in cursor:
            facility = unpack_submission(packed).facility
            if facility is not None and facility.npi in npis:
                found[family_id].add(claim_id)
    return {family_id: sorted(claims) for family_id, claims in found.items()}
