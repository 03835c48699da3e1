"""What of our own subscribers and employers decides who pays first, for whole batches: one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Final

from django.db import connection

from employers.facts import HeadcountFact, LegalFact, OurSideFact, StandingFact
from tpa.foundation.parameters import LegalValue

_OUR_SIDES: Final = """
SELECT s.family_id, s.birth_on, s.sex, e.employee_count,
       (SELECT json_agg(json_build_array(lower(c.period), upper(c.period)) ORDER BY c.period)
          FROM employers_coverage c WHERE c.member_id = s.id AND c.superseded_at IS NULL),
       (SELECT json_agg(json_build_array(t.standing, lower(t.period), upper(t.period)) ORDER BY t.period)
          FROM employers_subscriberstanding t WHERE t.member_id = s.id AND t.superseded_at IS NULL),
       (SELECT json_agg(json_build_array(h.employee_count, lower(h.period), upper(h.period)) ORDER BY h.period)
          FROM employers_headcount h WHERE h.employer_id = s.employer_id AND h.superseded_at IS NULL)
  FROM employers_member s JOIN employers_employer e ON e.id = s.employer_id
 WHERE s.relationship = '18' AND s.family_id = ANY(%s)
"""


def our_side_facts(family_ids: Collection[int]) -> dict[int, OurSideFact]:
    """The subscribers' side by family; without the law, which depends on the day of service."""
    with connection.cursor() as cursor:
        cursor.execute(_OUR_SIDES, [sorted(family_ids)])
        return {
            family_id: OurSideFact(
                subscriber_birth_on=birth_on,
                subscriber_sex=sex,
                covered=tuple((_day(starts), _end(ends)) for starts, ends in covered or ()),
                standings=tuple(
                    StandingFact(standing=standing, starts_on=_day(starts), ends_on=_end(ends))
                    for standing, starts, ends in standings or ()
                ),
                headcounts=_headcounts(headcounts, employee_count),
            )
            for family_id, birth_on, sex, employee_count, covered, standings, headcounts in cursor.fetchall()
        }


def law_on(law: Iterable[LegalValue], on: date) -> tuple[LegalFact, ...]:
    """The law of coordination as it stands on a day, of all its values in the order in which they became known."""
    in_force = {one.name: one for one in law if one.effective.contains(on)}
    return tuple(LegalFact(name=name, value=one.value, citation=one.citation) for name, one in sorted(in_force.items()))


def _headcounts(told: list[list[Any]] | None, employee_count: int) -> tuple[HeadcountFact, ...]:
    """An employer of whom no history is recorded has as many employees as its own record says."""
    if not told:
        return (HeadcountFact(employee_count=employee_count, starts_on=date.min),) if employee_count else ()
    return tuple(
        HeadcountFact(employee_count=count, starts_on=_day(starts), ends_on=_end(ends)) for count, starts, ends in told
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _end(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
