"""Finding patients among members: one query for exact ones, slips forgiven where the rest agrees, never a wrong one."""

from __future__ import annotations

from datetime import date

import pytest

from employers.eligibility.match_members import AMBIGUOUS, NOT_FOUND, MemberQuery, match_members
from tests.factories.employers import make_coverage, make_employer, make_family, make_member
from tests.factories.plans import make_plan

pytestmark = pytest.mark.django_db
D = date


@pytest.fixture
def family():
    employer = make_employer(code="LAKES1")
    family = make_family(employer, subscriber_number="W100200")
    return {
        "self": make_member(family, last_name="Müller", first_name="José", birth_on=D(1980, 5, 12), sex="M"),
        "spouse": make_member(
            family, relationship="01", last_name="Smith-Jones", first_name="Elizabeth", birth_on=D(1981, 11, 3), sex="F"
        ),
        "mia": make_member(family, relationship="19", last_name="Müller", first_name="Mia", birth_on=D(2014, 2, 2)),
        "max": make_member(
            family,
            relationship="19",
            last_name="Müller",
            first_name="Max",
            birth_on=D(2014, 2, 2),
            sex="M",
            own_number="W10020004",
        ),
        "baby": make_member(
            family, relationship="19", last_name="Müller", first_name="Leonora", birth_on=D(2026, 3, 3), sex="F"
        ),
    }


def ask(number: str = "W100200", relationship: str = "18", **fields) -> MemberQuery:
    return MemberQuery(subscriber_number=number, relationship=relationship, on=D(2026, 6, 1), **fields)


def who(family, query: MemberQuery) -> str:
    [match] = match_members([query])
    if match.fact is None:
        return match.code
    return next(name for name, member in family.items() if member.pk == match.fact.member_id)


@pytest.mark.parametrize(
    ("relationship", "last", "first", "birth", "wanted"),
    [
        ("18", "MÜLLER", "JOSÉ", D(1980, 5, 12), "self"),
        ("18", "MULLER", "JOSE", D(1980, 5, 12), "self"),  # accents
        ("18", "Muller", "J", D(1980, 5, 12), "self"),  # an initial
        ("18", "Muller", "Jose", D(1980, 12, 5), "self"),  # day and month exchanged
        ("18", "Muller", "Jose", D(1980, 5, 13), "self"),  # one digit
        ("18", "Muller", "Jose", None, "self"),  # no birthday
        ("18", "Muller", "", D(1980, 5, 12), "self"),  # no first name
        ("18", "Miller", "Josè", D(1980, 5, 12), "self"),  # a slip in the last name
        ("01", "Smith", "Elizabeth", D(1981, 11, 3), "spouse"),  # half of a double name
        ("01", "Smith", "Liz", D(1981, 11, 3), "spouse"),  # a nickname
        ("01", "Mueller", "Elisabeth", D(1981, 11, 3), "spouse"),  # married name, one letter
        ("18", "Jones", "Beth", D(1981, 11, 3), "spouse"),  # filed as the subscriber
        ("19", "Muller", "Mia", D(2014, 2, 2), "mia"),
        ("19", "Muller", "Max", D(2014, 2, 2), "max"),
        ("19", "Muller", "Maximilian", D(2014, 2, 2), "max"),
        ("19", "Muller", "M", D(2014, 2, 2), "max"),  # both fit by the initial; the sex told decides
        ("19", "Muller", "Baby Girl", D(2026, 3, 3), "baby"),  # a newborn without a name
        ("18", "Muller", "Jose", D(1955, 8, 30), NOT_FOUND),  # the father, say
        ("18", "Garcia", "Ana", D(1980, 5, 12), NOT_FOUND),  # another person of the same day
        ("19", "Garcia", "Baby Girl", D(2026, 3, 3), NOT_FOUND),
        ("19", "Muller", "Tom", D(2014, 2, 2), NOT_FOUND),  # neither of the twins
        ("19", "Muller", "Mia", D(2011, 9, 9), NOT_FOUND),
    ],
)
def test_the_right_one_of_the_family_or_nobody(family, relationship, last, first, birth, wanted):
    query = ask(relationship=relationship, last_name=last, first_name=first, birth_on=birth, sex="M")
    assert who(family, query) == wanted


@pytest.mark.parametrize("number", ["W100200", " W100200 ", "w100200", "W-100-200", "W 100200"])
def test_numbers_as_people_write_them(family, number):
    assert who(family, ask(number, first_name="JOSE", last_name="M", birth_on=D(1980, 5, 12))) == "self"


def test_a_dependents_own_number_finds_the_family(family):
    query = ask("W10020004", last_name="Muller", first_name="Max", birth_on=D(2014, 2, 2))
    assert who(family, query) == "max"
    query = ask("UNKNOWN", own_number="W10020004", last_name="Muller", first_name="Max", birth_on=D(2014, 2, 2))
    assert who(family, query) == "max"


def test_twins_of_whom_nothing_tells_which_are_ambiguous():
    family = make_family(subscriber_number="T1")
    for first_name in ("Mia", "Max"):
        make_member(family, relationship="19", last_name="Roe", first_name=first_name, birth_on=D(2014, 2, 2), sex="U")
    [match] = match_members([ask("T1", "19", last_name="Roe", first_name="M", birth_on=D(2014, 2, 2))])
    assert (match.fact, match.code) == (None, AMBIGUOUS)


def test_a_wrong_number_is_forgiven_only_within_the_group_that_is_named(family):
    right = {"last_name": "Müller", "first_name": "José", "birth_on": D(1980, 5, 12)}
    assert who(family, ask("WRONG", group_number="LAKES1", **right)) == "self"
    assert who(family, ask("WRONG", group_number="OTHER", **right)) == NOT_FOUND
    assert who(family, ask("WRONG", **right)) == NOT_FOUND
    assert who(family, ask("WRONG", group_number="LAKES1", **right | {"first_name": "Jose Maria"})) == NOT_FOUND
    assert who(family, ask("", group_number="LAKES1", **right)) == "self"


@pytest.fixture
def moved():
    """One person, one number, two of our employers one after the other."""
    plan = make_plan()
    members = []
    for code, first, after in (("OLD1", D(2025, 1, 1), D(2026, 4, 1)), ("NEW1", D(2026, 4, 1), D(2027, 1, 1))):
        family = make_family(make_employer(code=code), subscriber_number="SAME")
        members.append(make_member(family, last_name="Roe", first_name="Ida", birth_on=D(1990, 1, 1)))
        make_coverage(members[-1], plan, period=(first, after))
    return members


@pytest.mark.parametrize(
    ("on", "group", "wanted"),
    [(D(2026, 3, 31), "", 0), (D(2026, 4, 1), "", 1), (D(2026, 4, 1), "OLD1", 0), (D(2026, 3, 1), "elsewhere", 0)],
)
def test_who_was_with_two_employers_is_the_one_of_the_group_or_of_the_day(moved, on, group, wanted):
    query = MemberQuery(
        subscriber_number="SAME",
        group_number=group,
        last_name="Roe",
        first_name="Ida",
        birth_on=D(1990, 1, 1),
        on=on,
    )
    [match] = match_members([query])
    assert match.fact is not None
    assert match.fact.member_id == moved[wanted].pk


def test_without_a_day_or_a_group_two_employers_are_ambiguous(moved):
    query = MemberQuery(subscriber_number="SAME", last_name="Roe", first_name="Ida", birth_on=D(1990, 1, 1))
    assert match_members([query])[0].code == AMBIGUOUS


def test_the_answers_are_in_the_order_of_the_questions_and_name_nobody(family):
    self_query = ask(last_name="Müller", first_name="José", birth_on=D(1980, 5, 12))
    nobody = ask("NOBODY", last_name="Secretname", first_name="X", birth_on=D(1980, 5, 12))
    answers = match_members([nobody, self_query, nobody])
    assert [answer.code for answer in answers] == [NOT_FOUND, "", NOT_FOUND]
    assert "Secretname" not in answers[0].message
    fact = answers[1].fact
    assert fact is not None
    assert (fact.family_id, fact.relationship, fact.sex) == (family["self"].family_id, "18", "M")


def test_an_empty_batch_is_nothing():
    assert match_members([]) == []


def test_a_batch_named_as_we_know_it_takes_one_query(django_assert_num_queries):
    members = [make_member(birth_on=D(1980, 1, 1 + number)) for number in range(25)]
    queries = [
        ask(
            member.family.subscriber_number,
            last_name="X",
            first_name=member.first_name.upper(),
            birth_on=member.birth_on,
        )
        for member in members
    ]
    with django_assert_num_queries(1):
        found = match_members(queries)
    assert [match.fact.member_id for match in found if match.fact] == [member.pk for member in members]


def test_a_batch_of_all_sorts_takes_four(family, moved, django_assert_num_queries):
    queries = [
        ask(last_name="Müller", first_name="José", birth_on=D(1980, 5, 12)),
        ask(last_name="Muller", first_name="J", birth_on=D(1980, 5, 12)),
        ask("WRONG", group_number="LAKES1", last_name="Müller", first_name="José", birth_on=D(1980, 5, 12)),
        ask("SAME", last_name="Roe", first_name="Ida", birth_on=D(1990, 1, 1)),
    ] * 20
    with django_assert_num_queries(4):
        found = match_members(queries)
    assert all(match.fact for match in found)
