"""Lines decided before that may be the same service: what duplicates are told by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection

from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import PriorLine
from claims.facts import Submission

# The last decision of each claim counts, unless it took the claim back. `taken` are the claims being decided now.
_LINES = """
SELECT l.member_id, l.service_from, c.claim_number, l.number, p.npi, l.procedure_code, l.modifiers, l.revenue_code,
       l.service_to, l.units_count, l.billed_amount, d.outcome, c.kind, l.benefit, l.allowed_amount, l.copay_amount,
       l.tooth_numbers, l.rendering_npi
  FROM (SELECT DISTINCT * FROM unnest(%s, %s::date[]) AS t(member_id, service_from)) wanted
  JOIN claims_claimline l USING (member_id, service_from)
  JOIN claims_decision d ON d.id = l.decision_id
  JOIN claims_claim c ON c.id = l.claim_id
  JOIN plans_provider p ON p.id = c.billing_provider_id
 WHERE d.outcome <> 'reversed' AND c.status <> 'reversed' AND c.id <> ALL(%s)
   AND NOT EXISTS (SELECT 1 FROM claims_decision later WHERE later.claim_id = d.claim_id AND later.number > d.number)
 ORDER BY c.id, l.number
"""

Key = tuple[int, date]  # member and first day of service

# As the database holds units, so that a fact read back is the same to the byte.
_THOUSANDTH = Decimal("0.001")


class PriorLines:
    """Prior lines by member and day, those of this very batch included as it goes on."""

    def __init__(self) -> None:
        self._lines: dict[Key, list[PriorLine]] = defaultdict(list)

    @classmethod
    def of(cls, keys: Iterable[Key], claim_ids: list[int]) -> PriorLines:
        """Read the lines on those days, other than of the claims being decided, in one query."""
        wanted = list(keys)
        found = cls()
        with connection.cursor() as cursor:
            cursor.execute(_LINES, [[key[0] for key in wanted], [key[1] for key in wanted], claim_ids])
            for row in cursor:
                found._lines[row[0], row[1]].append(
                    PriorLine(
                        claim_number=row[2],
                        line_number=row[3],
                        billing_npi=row[4],
                        procedure_code=row[5],
                        modifiers=tuple(row[6].split(":")) if row[6] else (),
                        revenue_code=row[7],
                        service_from=row[1],
                        service_to=row[8],
                        units_count=row[9],
                        billed_amount=row[10],
                        outcome=row[11],
                        kind=row[12],
                        benefit=row[13],
                        allowed_amount=row[14],
                        copay_amount=row[15],
                        tooth_numbers=tuple(row[16].split(":")) if row[16] else (),
                        rendering_npi=row[17],
                    )
                )
        return found

    def facts(self, member_id: int, submission: Submission) -> tuple[PriorLine, ...]:
        """The prior lines on the days of this claim's lines."""
        days = sorted({line.service_from for line in submission.lines})
        return tuple(prior for day in days for prior in self._lines.get((member_id, day), ()))

    def add(self, member_id: int, submission: Submission, decision: ClaimDecision) -> None:
        """Let the next claims of the batch see this one."""
        for line, decided in zip(submission.lines, decision.lines, strict=True):
            self._lines[member_id, line.service_from].append(
                PriorLine(
                    claim_number=decision.claim_number,
                    line_number=line.number,
                    billing_npi=submission.billing_provider.npi,
                    procedure_code=line.procedure_code,
                    modifiers=line.modifiers,
                    revenue_code=line.revenue_code,
                    service_from=line.service_from,
                    service_to=line.service_to,
                    units_count=line.units_count.quantize(_THOUSANDTH),
                    billed_amount=line.billed_amount,
                    outcome=decision.outcome,
                    kind=submission.kind,
                    benefit=decided.benefit,
                    allowed_amount=decided.figures.allowed_amount,
                    copay_amount=decided.figures.copay_amount,
                    tooth_numbers=line.tooth_numbers,
                    rendering_npi=submission.rendering_npi_of(line),
                )
            )
