"""Lines decided before that may be the same service: what duplicates are told by, and who takes a rank first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from claims.adjudication.engine.decision import ClaimDecision, LineDecision
from claims.adjudication.engine.facts import PriorLine
from claims.adjudication.engine.procedures import RankedBefore, ranked_before
from claims.facts import Submission, SubmittedLine
from claims.packing import unpack_decision, unpack_facts

# The last decision of each claim counts, unless it took the claim back. `taken` are the claims being decided now.
_LINES = """
SELECT l.member_id, l.service_from, c.claim_number, l.number, p.npi, l.procedure_code, l.modifiers, l.revenue_code,
       l.service_to, l.units_count, l.billed_amount, d.outcome, c.kind, l.benefit, l.allowed_amount, l.copay_amount,
       l.tooth_numbers, l.rendering_npi,
       d.id, CASE WHEN d.outcome = 'approved' AND p.npi = ANY(%s) THEN ARRAY[d.facts, d.says] END
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
Ranks = Mapping[int, RankedBefore]  # by line number
_NO_RANKS: Ranks = {}

# As the database holds units, so that a fact read back is the same to the byte.
_THOUSANDTH = Decimal("0.001")


class PriorLines:
    """Prior lines by member and day, those of this very batch included as it goes on."""

    def __init__(self) -> None:
        self._lines: dict[Key, list[PriorLine]] = defaultdict(list)
        self._new: dict[Key, list[_New]] = defaultdict(list)

    @classmethod
    def of(cls, keys: Iterable[Key], claim_ids: list[int], ranked_npis: Collection[str] = ()) -> PriorLines:
        """Read the lines on those days, other than of the claims being decided, in one query. `ranked_npis`: whose
        procedures are ranked on however many claims they come."""
        wanted = list(keys)
        found = cls()
        ranks: dict[int, Ranks] = {}
        with connection.cursor() as cursor:
            days = [key[1] for key in wanted]
            cursor.execute(_LINES, [sorted(ranked_npis), [key[0] for key in wanted], days, claim_ids])
            for row in cursor:
                if row[19] and row[18] not in ranks:
                    ranks[row[18]] = ranked_before(unpack_facts(row[19][0]), unpack_decision(row[19][1]))
                rank = ranks.get(row[18], _NO_RANKS).get(row[3])
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
                        ranked_amount=rank.amount if rank else None,
                        ranked_paid_amount=rank.paid_amount if rank else None,
                        multiple=rank.indicator if rank else "",
                        ranked_family=rank.family if rank else "",
                    )
                )
        return found

    def facts(self, member_id: int, submission: Submission) -> tuple[PriorLine, ...]:
        """The prior lines on the days of this claim's lines."""
        days = sorted({line.service_from for line in submission.lines})
        return tuple(prior for day in days for prior in self._on((member_id, day)))

    def add(self, member_id: int, submission: Submission, decision: ClaimDecision, ranks: Ranks = _NO_RANKS) -> None:
        """Let the next claims of the batch see this one."""
        for line, decided in zip(submission.lines, decision.lines, strict=True):
            self._new[member_id, line.service_from].append(_New(submission, decision, line, decided, ranks))

    def _on(self, key: Key) -> Iterator[PriorLine]:
        yield from self._lines.get(key, ())
        for one in self._new.get(key, ()):
            yield one.as_prior()


class _New(NamedTuple):
    """A line decided in this batch: told in full only if somebody asks, for most are of a day of their own."""

    submission: Submission
    decision: ClaimDecision
    line: SubmittedLine
    decided: LineDecision
    ranks: Ranks

    def as_prior(self) -> PriorLine:
        line, decided, rank = self.line, self.decided, self.ranks.get(self.line.number)
        return PriorLine(
            claim_number=self.decision.claim_number,
            line_number=line.number,
            billing_npi=self.submission.billing_provider.npi,
            procedure_code=line.procedure_code,
            modifiers=line.modifiers,
            revenue_code=line.revenue_code,
            service_from=line.service_from,
            service_to=line.service_to,
            units_count=line.units_count.quantize(_THOUSANDTH),
            billed_amount=line.billed_amount,
            outcome=self.decision.outcome,
            kind=self.submission.kind,
            benefit=decided.benefit,
            allowed_amount=decided.figures.allowed_amount,
            copay_amount=decided.figures.copay_amount,
            tooth_numbers=line.tooth_numbers,
            rendering_npi=self.submission.rendering_npi_of(line),
            ranked_amount=rank.amount if rank else None,
            ranked_paid_amount=rank.paid_amount if rank else None,
            multiple=rank.indicator if rank else "",
            ranked_family=rank.family if rank else "",
        )
