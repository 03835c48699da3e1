"""Stays that were decided before and touch the nights of a stay: asked for only where a plan looks at them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from claims.adjudication.edit_facts import prior_stay_of, touching
from claims.adjudication.engine.bill_edits import ADMITS, stay_of
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import PriorStay
from claims.facts import Submission

# As prior lines: the last decision of each claim, unless it took the claim back. Lines of a stay lie within it.
_STAYS = """
SELECT l.member_id, c.claim_number, p.npi, l.place_of_service, min(l.service_from), max(l.service_to), d.outcome
  FROM (SELECT DISTINCT * FROM unnest(%s, %s::date[], %s::date[]) AS t(member_id, starts, ends)) wanted
  JOIN claims_claimline l
    ON l.member_id = wanted.member_id AND l.service_from < wanted.ends AND l.service_to > wanted.starts
  JOIN claims_decision d ON d.id = l.decision_id
  JOIN claims_claim c ON c.id = l.claim_id
  JOIN plans_provider p ON p.id = c.billing_provider_id
 WHERE c.kind = 'I' AND l.place_of_service = ANY(%s) AND d.outcome <> 'reversed' AND c.status <> 'reversed'
   AND c.id <> ALL(%s)
   AND NOT EXISTS (SELECT 1 FROM claims_decision later WHERE later.claim_id = d.claim_id AND later.number > d.number)
 GROUP BY l.member_id, c.id, c.claim_number, p.npi, l.place_of_service, d.outcome
 ORDER BY c.id
"""


class PriorStays:
    """Prior stays by member, those of this very batch included as it goes on."""

    def __init__(self) -> None:
        self._stays: dict[int, list[PriorStay]] = defaultdict(list)

    @classmethod
    def of(cls, claims: Iterable[tuple[int, Submission]], claim_ids: list[int]) -> PriorStays:
        """Read what touches the stays among the claims (member and submission): one query, none without a stay."""
        found = cls()
        stays = [(member_id, period) for member_id, submission in claims if (period := stay_of(submission))]
        if not stays:
            return found
        members, starts, ends = zip(*[(member, *period) for member, period in stays], strict=True)
        with connection.cursor() as cursor:
            cursor.execute(_STAYS, [list(members), list(starts), list(ends), sorted(ADMITS), claim_ids])
            for member_id, *stay in cursor.fetchall():
                found._stays[member_id].append(
                    PriorStay(
                        claim_number=stay[0],
                        billing_npi=stay[1],
                        bill_type=stay[2],
                        starts_on=stay[3],
                        ends_on=stay[4],
                        outcome=stay[5],
                    )
                )
        return found

    def facts(self, member_id: int, submission: Submission) -> tuple[PriorStay, ...]:
        """Those that share a night with this claim, if it is a stay."""
        return touching(self._stays.get(member_id, ()), submission)

    def add(self, member_id: int, submission: Submission, decision: ClaimDecision) -> None:
        """Let the next claims of the batch see this one."""
        stay = prior_stay_of(submission, decision)
        if stay is not None:
            self._stays[member_id].append(stay)
