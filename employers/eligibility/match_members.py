"""Finds the patients that claims name among our members, for a whole batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from employers.eligibility.names import (
    DIFFERENT,
    SAME,
    SIMILAR,
    UNKNOWN,
    compare_birth,
    compare_first,
    compare_last,
)
from employers.facts import MemberFact

NOT_FOUND = "member_not_found"
AMBIGUOUS = "member_ambiguous"
_SELF = "18"

_COLUMNS = """
SELECT family.subscriber_number, member.own_number, employer.code, member.id, member.family_id, member.employer_id,
       member.relationship, upper(member.last_name), upper(member.first_name), member.birth_on, member.sex,
       member.is_disabled
  FROM employers_member member
  JOIN employers_family family ON family.id = member.family_id
  JOIN employers_employer employer ON employer.id = member.employer_id
"""
# Nearly all claims name their patient as we do; Postgres finds those without sending whole families.
_EXACT = """
SELECT asked.place, member.id, member.family_id, member.employer_id, member.relationship, member.birth_on, member.sex,
       member.is_disabled
  FROM unnest(%s::varchar[], %s::varchar[], %s::date[]) WITH ORDINALITY AS asked (number, first_name, birth_on, place)
  JOIN employers_family family ON family.subscriber_number = asked.number
  JOIN employers_member member ON member.family_id = family.id AND member.birth_on = asked.birth_on
                              AND upper(member.first_name) = asked.first_name
"""
_BY_NUMBER = f"""{_COLUMNS}
 WHERE member.family_id IN (
    SELECT id FROM employers_family WHERE subscriber_number = ANY(%(numbers)s)
    UNION SELECT family_id FROM employers_member WHERE own_number = ANY(%(numbers)s) AND own_number <> '')
 ORDER BY member.id
"""  # noqa: S608 (our names)
# Last resort, and only within the group that the claim names: a wrong number on the card, the right person.
_BY_NAME = f"""{_COLUMNS}
 WHERE (employer.code, member.birth_on) IN (SELECT * FROM unnest(%(groups)s::varchar[], %(births)s::date[]))
 ORDER BY member.id
"""  # noqa: S608 (our names)
_COVERED = """
SELECT DISTINCT coverage.member_id, asked.place
  FROM unnest(%(members)s::bigint[], %(days)s::date[], %(places)s::int[]) AS asked (member_id, day, place)
  JOIN employers_coverage coverage ON coverage.member_id = asked.member_id
 WHERE coverage.superseded_at IS NULL AND coverage.period @> asked.day
"""


class MemberQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A patient as a claim names it. `on` is the day of service, for people who were with two of our employers."""

    subscriber_number: str
    group_number: str = ""
    relationship: str = _SELF
    last_name: str = ""
    first_name: str = ""
    birth_on: date | None = None
    sex: str = "U"
    own_number: str = ""
    on: date | None = None


class MemberMatch(NamedTuple):
    """Who the patient is; or None with the reason: a code (`NOT_FOUND`, `AMBIGUOUS`) and a sentence without PHI."""

    fact: MemberFact | None
    code: str = ""
    message: str = ""


class _Candidate(NamedTuple):
    subscriber_number: str
    own_number: str
    group: str
    member_id: int
    family_id: int
    employer_id: int
    relationship: str
    last_name: str
    first_name: str
    birth_on: date | None
    sex: str
    is_disabled: bool


def match_members(queries: Sequence[MemberQuery]) -> list[MemberMatch]:
    """For each query, in order, the member or the reason why there is none.

    One query when all are named as we know them; three more at most otherwise, however many they are. The number (of
    the subscriber, or the patient's own) finds the family; within it name, birthday, relationship and sex find the
    patient, with one slip allowed where the rest agrees. An unknown number is forgiven only where the group, both
    names and the birthday are right and point to one person.
    """
    exact = _named_exactly(queries)
    left = [query for query, match in zip(queries, exact, strict=True) if match is None]
    others = iter(_match_others(left) if left else [])
    return [match or next(others) for match in exact]


def _named_exactly(queries: Sequence[MemberQuery]) -> list[MemberMatch | None]:
    """Those whose number, first name and birthday are one member's; None for the others."""
    found: list[MemberMatch | None] = [None] * len(queries)
    several: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            _EXACT,
            [
                [query.subscriber_number.strip() for query in queries],
                [query.first_name.upper() for query in queries],
                [query.birth_on for query in queries],
            ],
        )
        for place, *columns in cursor.fetchall():
            if found[place - 1] is not None:
                several.add(place - 1)
            found[place - 1] = MemberMatch(_fact(*columns))
    for index in several:
        found[index] = None
    return found


def _fact(
    member_id: int,
    family_id: int,
    employer_id: int,
    relationship: str,
    birth_on: date | None,
    sex: str,
    is_disabled: bool,
) -> MemberFact:
    return MemberFact(
        member_id=member_id,
        family_id=family_id,
        employer_id=employer_id,
        relationship=relationship,
        birth_on=birth_on,
        sex=sex,
        is_disabled=is_disabled,
    )


def _match_others(queries: Sequence[MemberQuery]) -> list[MemberMatch]:
    numbers = {number for query in queries for number in _spellings(query)}
    by_number: dict[str, list[_Candidate]] = defaultdict(list)
    families: dict[int, list[_Candidate]] = defaultdict(list)
    for row in _fetch(_BY_NUMBER, {"numbers": list(numbers)}):
        families[row.family_id].append(row)
    for members in families.values():
        for number in {members[0].subscriber_number, *(member.own_number for member in members)} & numbers:
            by_number[number] += members
    found = [_within(query, by_number) for query in queries]
    _search_by_name(queries, found, by_number)
    _prefer_covered(queries, found)
    return [_answer(query, best, by_number) for query, best in zip(queries, found, strict=True)]


def _within(query: MemberQuery, by_number: Mapping[str, list[_Candidate]]) -> list[_Candidate]:
    """The best of the members under the query's numbers: none, one, or several that are equally good."""
    candidates: list[_Candidate] = []
    for number in _spellings(query):
        if candidates := by_number.get(number, []):
            break
    if not candidates:
        return []
    group = query.group_number.strip().upper()
    if group and any(candidate.group.upper() == group for candidate in candidates):
        candidates = [candidate for candidate in candidates if candidate.group.upper() == group]
    last, first = query.last_name.upper(), query.first_name.upper()
    best: list[_Candidate] = []
    best_score = 0
    for candidate in candidates:
        score = _score(query, last, first, candidate)
        if score > best_score:
            best, best_score = [candidate], score
        elif score and score == best_score:
            best.append(candidate)
    return best or _only_of_that_day(query, candidates, last)


def _score(query: MemberQuery, last: str, first: str, candidate: _Candidate) -> int:
    """How well a member fits; 0 when it is somebody else."""
    name = compare_first(candidate.first_name, first)
    birth = compare_birth(candidate.birth_on, query.birth_on)
    family_name = compare_last(candidate.last_name, last)
    if name == DIFFERENT or birth == DIFFERENT:
        return 0
    sure = birth == SAME and name >= SIMILAR
    forgiven = name >= SIMILAR and family_name >= SIMILAR
    if not (sure or forgiven or (birth == SAME and name == UNKNOWN)):
        return 0
    agrees = 2 * (candidate.relationship == query.relationship) + (candidate.sex == query.sex)
    return 16 * birth + 8 * name + 4 * max(family_name, UNKNOWN) + agrees + 1


def _only_of_that_day(query: MemberQuery, candidates: Iterable[_Candidate], last: str) -> list[_Candidate]:
    """A first name that fits nobody (a newborn's, a maiden form): the only one of the family born on that day."""
    if query.birth_on is None:
        return []
    same = [candidate for candidate in candidates if candidate.birth_on == query.birth_on]
    if len(same) != 1 or same[0].relationship != query.relationship:
        return []
    return same if compare_last(same[0].last_name, last) >= SIMILAR else []


def _search_by_name(
    queries: Sequence[MemberQuery], found: list[list[_Candidate]], by_number: Mapping[str, list[_Candidate]]
) -> None:
    asked = [
        place
        for place, query in enumerate(queries)
        if query.group_number
        and query.birth_on
        and query.first_name
        and not any(number in by_number for number in _spellings(query))
    ]
    if not asked:
        return
    rows = _fetch(
        _BY_NAME,
        {
            "groups": [queries[place].group_number.strip() for place in asked],
            "births": [queries[place].birth_on for place in asked],
        },
    )
    by_birth: dict[tuple[str, date | None], list[_Candidate]] = defaultdict(list)
    for row in rows:
        by_birth[row.group, row.birth_on].append(row)
    for place in asked:
        query = queries[place]
        found[place] = [
            candidate
            for candidate in by_birth[query.group_number.strip(), query.birth_on]
            if compare_first(candidate.first_name, query.first_name.upper()) == SAME
            and compare_last(candidate.last_name, query.last_name.upper()) == SAME
        ]


def _prefer_covered(queries: Sequence[MemberQuery], found: list[list[_Candidate]]) -> None:
    """Among equally good members (one person under two of our employers) those covered on the day go first."""
    several = [
        (candidate.member_id, query.on, place)
        for place, (query, best) in enumerate(zip(queries, found, strict=True))
        if len(best) > 1 and query.on is not None
        for candidate in best
    ]
    if not several:
        return
    members, days, places = zip(*several, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, {"members": list(members), "days": list(days), "places": list(places)})
        covered = set(cursor.fetchall())
    for place in set(places):
        preferred = [candidate for candidate in found[place] if (candidate.member_id, place) in covered]
        found[place] = preferred or found[place]


def _answer(query: MemberQuery, best: list[_Candidate], by_number: Mapping[str, list[_Candidate]]) -> MemberMatch:
    if len(best) == 1:
        member = best[0]
        return MemberMatch(_fact(*member[3:7], member.birth_on, member.sex, member.is_disabled))
    if best:
        return MemberMatch(None, AMBIGUOUS, _("Several members fit the patient that the claim names."))
    if any(number in by_number for number in _spellings(query)):
        return MemberMatch(None, NOT_FOUND, _("Nobody under this number has the patient's name and date of birth."))
    return MemberMatch(None, NOT_FOUND, _("Nobody is enrolled under this subscriber number."))


def _spellings(query: MemberQuery) -> Collection[str]:
    """The numbers under which to look: as sent, then without what people and programs put between."""
    spellings: dict[str, None] = {}
    for number in (query.subscriber_number, query.own_number):
        if number and not number.isspace():
            spellings[number] = None
            plain = number.strip().upper()
            spellings[plain] = None
            if not plain.isalnum():
                spellings["".join(filter(str.isalnum, plain))] = None
    return spellings


def _fetch(sql: str, parameters: dict[str, Any]) -> list[_Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_Candidate(*row) for row in cursor.fetchall()]
