"""Reads members and their coverage: facts for whole batches, a fixed number of queries, as known now or at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Q, QuerySet

from employers.eligibility.other_coverage_row import ORDER
from employers.facts import (
    ON_THE_FIRST,
    CoverageFact,
    EnrolledFact,
    MemberFact,
    MonthRule,
    OrderFacts,
    OtherCoverageFact,
)
from employers.models import Coverage, Member, OtherCoverage, SubscriberStanding
from tpa.foundation.access import Scope

_KNOWN_NOW = "superseded_at IS NULL"
_KNOWN_THEN = "recorded_at <= %(known_at)s AND (superseded_at IS NULL OR superseded_at > %(known_at)s)"
_INSURED = """
SELECT m.id, m.family_id, m.employer_id, m.relationship, m.birth_on, m.sex, m.is_disabled,
       c.plan_id, c.tier, lower(c.period), upper(c.period)
  FROM employers_member m
  LEFT JOIN (SELECT * FROM employers_coverage WHERE member_id = ANY(%(members)s) AND {known}) c ON c.member_id = m.id
 WHERE m.id = ANY(%(members)s) ORDER BY m.id, c.period, c.id
"""
# A child's mother: the subscriber or spouse who is female, where neither is the subscriber.
_INSURED_WITH_MOTHERS = """
WITH mothers AS MATERIALIZED (
    SELECT DISTINCT ON (child.id) child.id AS child_id, mother.id AS mother_id FROM employers_member child
      JOIN employers_member mother ON mother.family_id = child.family_id AND mother.relationship IN ('18', '01')
     WHERE child.id = ANY(%(members)s) AND child.relationship = '19' AND child.birth_on >= %(born_since)s
     ORDER BY child.id, mother.sex = 'F' DESC, mother.relationship DESC, mother.id),
     wanted AS MATERIALIZED (SELECT unnest(%(members)s) AS id UNION SELECT mother_id FROM mothers)
SELECT m.id, m.family_id, m.employer_id, m.relationship, m.birth_on, m.sex, m.is_disabled,
       c.plan_id, c.tier, lower(c.period), upper(c.period), mothers.mother_id
  FROM wanted JOIN employers_member m ON m.id = wanted.id
  LEFT JOIN employers_coverage c ON c.member_id = m.id AND {known}
  LEFT JOIN mothers ON mothers.child_id = m.id
 ORDER BY m.id, c.period, c.id
"""
_OTHER_COVERAGES = """
SELECT member_id, kind, payer_name, payer_number, pays_first, because, lower(period), upper(period), is_hdhp_with_hsa,
       holder, our_holder, holder_birth_on, standing, since_on, follows, parents, custody, responsible,
       responsible_from_on, entitled_by, esrd_on, employee_count
  FROM employers_othercoverage WHERE member_id = ANY(%(members)s) AND {known} ORDER BY member_id, period, id
"""
_LIVES = """
SELECT day, tier, count(*) FROM (
    SELECT DISTINCT ON (d.day, c.member_id) d.day, c.tier
      FROM unnest(%s::date[]) AS d(day)
      JOIN employers_coverage c ON c.period @> d.day AND c.superseded_at IS NULL
      JOIN employers_member m ON m.id = c.member_id AND m.relationship = '18'
     WHERE c.employer_id = %s ORDER BY d.day, c.member_id, c.plan_id) AS lives
 GROUP BY day, tier ORDER BY day, tier
"""


def insured_and_mothers(
    member_ids: Collection[int], born_since: date
) -> tuple[dict[int, MemberFact], dict[int, list[CoverageFact]], dict[int, int]]:
    """What a decision may know of the members, their coverages, earliest first, by member, and mothers by child.

    Mothers of those who were born on that day or later; they then are among the members. One query.
    """
    rows = _fetch(_INSURED_WITH_MOTHERS, member_ids, None, born_since=born_since)
    return *_insured(rows), {row[0]: row[11] for row in rows if row[11] is not None}


def _insured(rows: Iterable[tuple[Any, ...]]) -> tuple[dict[int, MemberFact], dict[int, list[CoverageFact]]]:
    members: dict[int, MemberFact] = {}
    coverages: dict[int, list[CoverageFact]] = {}
    for row in rows:
        member_id, plan_id = row[0], row[7]
        if member_id not in members:
            members[member_id] = MemberFact(
                member_id=member_id,
                family_id=row[1],
                employer_id=row[2],
                relationship=row[3],
                birth_on=row[4],
                sex=row[5],
                is_disabled=row[6],
            )
        if plan_id is not None:
            covered = CoverageFact(member_id=member_id, plan_id=plan_id, tier=row[8], starts_on=row[9], ends_on=row[10])
            coverages.setdefault(member_id, []).append(covered)
    return members, coverages


class MemberNamed(NamedTuple):
    """A member as a file may name one."""

    member_id: int
    family_id: int
    subscriber_number: str
    person_number: str
    first_name: str
    birth_on: date | None


def members_of_families(employer_id: int, subscriber_numbers: Collection[str]) -> list[MemberNamed]:
    """All members of the employer's families with these numbers; one query."""
    members = Member.objects.filter(employer_id=employer_id, family__subscriber_number__in=list(subscriber_numbers))
    fields = ("pk", "family_id", "family__subscriber_number", "person_number", "first_name", "birth_on")
    return [MemberNamed(*row) for row in members.order_by("pk").values_list(*fields)]


def member_facts(member_ids: Collection[int]) -> dict[int, MemberFact]:
    """What a decision may know of the members; one query."""
    return _insured(_fetch(_INSURED, member_ids, None))[0]


def coverage_facts(member_ids: Collection[int], known_at: datetime | None = None) -> dict[int, list[CoverageFact]]:
    """The members' coverages, earliest first, by member; one query. With `known_at`: as they were recorded then."""
    return _insured(_fetch(_INSURED, member_ids, known_at))[1]


def other_coverage_facts(
    member_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, list[OtherCoverageFact]]:
    """Other payers' coverages of the members, by member; one query. With `known_at`: as they were recorded then."""
    found: dict[int, list[OtherCoverageFact]] = defaultdict(list)
    for row in _fetch(_OTHER_COVERAGES, member_ids, known_at):
        found[row[0]].append(
            OtherCoverageFact(
                member_id=row[0],
                kind=row[1],
                payer_name=row[2],
                payer_number=row[3],
                pays_first=bool(row[4]),
                because=row[5],
                starts_on=row[6],
                ends_on=row[7],
                is_hdhp_with_hsa=row[8],
                order=OrderFacts(**dict(zip(ORDER, row[9:], strict=True))) if row[4] is None else None,
            )
        )
    return dict(found)


def members_covered(
    employer_id: int,
    month_on: date,
    known_at: datetime | None = None,
    *,
    plan_id: int | None = None,
    counts: MonthRule = ON_THE_FIRST,
) -> list[EnrolledFact]:
    """The enrolled employees of an employer in a month, each with the tier, in the order of their ids.

    `counts` says whose month it is; without it that of who is covered on the first. One query. With `known_at`: as
    it was recorded then, which is what a month was billed on. An employee in two plans of the employer comes twice,
    once a plan; the earlier tier first.
    """
    first = month_on.replace(day=1)
    covered = Coverage.objects.filter(
        _known(known_at),
        employer=employer_id,
        member__relationship=Member.Relationship.SELF,
        period__startswith__lte=first.replace(day=counts.starts_until_day),
        period__overlap=(first.replace(day=counts.ends_from_day), None),
    )
    if plan_id is not None:
        covered = covered.filter(plan=plan_id)
    rows = covered.order_by("member_id", "plan_id", "period").values_list(
        "member_id", "family_id", "plan_id", "tier", "division__code"
    )
    return [
        EnrolledFact(member_id=member_id, family_id=family_id, plan_id=plan_id, tier=tier, division=division or "")
        for member_id, family_id, plan_id, tier, division in rows
    ]


def members_covered_in(
    employer_id: int, rules: Mapping[date, MonthRule], known_at: datetime | None = None
) -> dict[date, list[EnrolledFact]]:
    """`members_covered` of several months at once, each by its own rule of whose month it is. One query."""
    if not rules:
        return {}
    # Month → by which day who counts must have begun, and until which day not ended.
    bounds = {
        month_on: (
            month_on.replace(day=rule.starts_until_day),
            month_on.replace(day=rule.ends_from_day),
        )
        for month_on, rule in rules.items()
    }
    covered = Coverage.objects.filter(
        _known(known_at),
        employer=employer_id,
        member__relationship=Member.Relationship.SELF,
        period__startswith__lte=max(until for until, _ends_from in bounds.values()),
        period__overlap=(min(ends_from for _until, ends_from in bounds.values()), None),
    )
    found: dict[date, list[EnrolledFact]] = {month_on: [] for month_on in rules}
    rows = covered.order_by("member_id", "plan_id", "period").values_list(
        "member_id", "family_id", "plan_id", "tier", "division__code", "period"
    )
    for member_id, family_id, plan_id, tier, division, period in rows:
        fact = EnrolledFact(
            member_id=member_id, family_id=family_id, plan_id=plan_id, tier=tier, division=division or ""
        )
        for month_on, (until, ends_from) in bounds.items():
            if period.lower <= until and (period.upper is None or period.upper > ends_from):
                found[month_on].append(fact)
    return found


def lives_by_tier(employer_id: int, days: Collection[date]) -> dict[date, dict[str, int]]:
    """How many employees are enrolled in each tier on each of these days, as known now; one query.

    An employee in two plans of the employer counts once, with the plan that was first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIVES, [list(days), employer_id])
        found: dict[date, dict[str, int]] = {day: {} for day in days}
        for day, tier, lives_count in cursor.fetchall():
            found[day][tier] = lives_count
    return found


def states_of_members(employer_id: int, on: date) -> set[str]:
    """The states in which an employer's covered members live, as far as we know where. One query."""
    covered = Coverage.objects.filter(_known(None), employer=employer_id, period__contains=on)
    found = covered.exclude(member__state="").values_list("member__state", flat=True)
    return set(found.distinct().order_by())


def lives_by_state(employer_ids: Collection[int], on: date) -> dict[int, dict[str, int]]:
    """Employer → state → how many covered members live there on a day, as far as we know where. One query."""
    covered = Coverage.objects.filter(_known(None), employer__in=list(employer_ids), period__contains=on)
    rows = covered.exclude(member__state="").values_list("employer", "member__state")
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for employer_id, state, count in rows.annotate(Count("member", distinct=True)).order_by():
        found[employer_id][state.strip().upper()] = count
    return dict(found)


def member_names(member_ids: Collection[int]) -> dict[int, str]:
    """What to call members on screens and documents; one query. Reading a name is reading PHI: the door records it."""
    return {member.pk: str(member) for member in Member.objects.filter(pk__in=list(member_ids))}


def members_of(scope: Scope, *, employer_id: int | None = None) -> QuerySet[Member]:
    """The members that exist for a person, by name."""
    members = Member.objects.visible_to(scope).select_related("family", "employer")
    if employer_id is not None:
        members = members.filter(employer=employer_id)
    return members.order_by("last_name", "first_name", "pk")


def coverages_of(scope: Scope, member_id: int, known_at: datetime | None = None) -> QuerySet[Coverage]:
    """A member's coverages as believed now (or at a moment), latest first."""
    coverages = Coverage.objects.visible_to(scope).filter(_known(known_at), member=member_id)
    return coverages.select_related("plan", "division").order_by("-period", "pk")


def other_coverages_of(scope: Scope, member_id: int, known_at: datetime | None = None) -> QuerySet[OtherCoverage]:
    """Other payers' coverages of a member as believed now (or at a moment), latest first."""
    others = OtherCoverage.objects.visible_to(scope).filter(_known(known_at), member=member_id)
    return others.order_by("-period", "pk")


def standings_of(scope: Scope, family_id: int) -> QuerySet[SubscriberStanding]:
    """How a family's subscriber stands with the employer, as believed now, latest first."""
    standings = SubscriberStanding.objects.visible_to(scope).filter(_known(None), member__family=family_id)
    return standings.order_by("-period", "pk")


def _fetch(sql: str, member_ids: Collection[int], known_at: datetime | None, **more: Any) -> list[tuple[Any, ...]]:
    known = _KNOWN_NOW if known_at is None else _KNOWN_THEN
    with connection.cursor() as cursor:
        cursor.execute(sql.format(known=known), {"members": list(member_ids), "known_at": known_at, **more})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _known(known_at: datetime | None) -> Q:
    if known_at is None:
        return Q(superseded_at__isnull=True)
    return Q(recorded_at__lte=known_at) & (Q(superseded_at__isnull=True) | Q(superseded_at__gt=known_at))
