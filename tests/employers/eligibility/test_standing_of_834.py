"""Employment and Medicare as an 834 tells them: rows with dates, superseded by a later file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from employers.eligibility.record_standing import record_standing
from employers.models import Employer, Member, OtherCoverage, SubscriberStanding
from tests.employers.eligibility.test_load_834 import ANNA, EIN, TOM, report, send, write
from tests.factories.employers import TESTER, make_employer, make_other_coverage, offer
from tests.factories.plans import make_plan
from tpa.foundation.parameters import load_parameters
from tpa.foundation.values.periods import Period

pytestmark = pytest.mark.django_db
OPEN = None


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 24, 15, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def employer() -> Employer:
    employer = make_employer(ein=EIN)
    offer(employer, make_plan("gold"))
    return employer


def standings(name: str = "ANNA") -> list[tuple[str, date, date | None]]:
    rows = SubscriberStanding.objects.filter(member__first_name=name, superseded_at__isnull=True).order_by("period")
    return [(row.standing, row.period.lower, row.period.upper) for row in rows]


def medicare(name: str = "ANNA") -> list[tuple[str, date, date | None]]:
    rows = OtherCoverage.objects.filter(member__first_name=name, superseded_at__isnull=True).order_by("period")
    assert {(row.kind, row.pays_first) for row in rows} <= {("medicare", None)}
    return [(row.entitled_by, row.period.lower, row.period.upper) for row in rows]


def told(ins: str, *dates: str, who: str = ANNA) -> str:
    """The record with another INS from INS05 on, and dates of the member."""
    head, rest = who.split("~", 1)
    number, rest = rest.split("~", 1)
    changed = "*".join(head.split("*")[:5]).replace("*021*28", "*001*25")
    return "~".join([f"{changed}*{ins}", number, *(f"DTP*{one[:3]}*D8*{one[4:]}" for one in dates), rest])


def problems() -> set[str]:
    return set(report().problems.values_list("code", flat=True))


@pytest.mark.parametrize(
    ("ins", "dates", "expected"),
    [
        ("A***RT", ["286 20260301"], [("retired", date(2026, 3, 1), OPEN)]),
        ("A***RT", ["337 20260228"], [("retired", date(2026, 3, 1), OPEN)]),
        ("A***TE", ["337 20260228"], [("laid_off", date(2026, 3, 1), OPEN)]),
        ("C**1*TE", ["340 20260401", "337 20260331"], [("continuation", date(2026, 4, 1), OPEN)]),
        ("C***FT", ["303 20260501"], [("continuation", date(2026, 5, 1), OPEN)]),
        ("S", ["303 20260501"], [("retired", date(2026, 5, 1), OPEN)]),
        # Where no day is said: from the day on which the file was written.
        ("A***RT", [], [("retired", date(2026, 4, 1), OPEN)]),
        # In employment is what holds where nothing is recorded; leave keeps the rights of employment.
        ("A***L1", ["303 20260501"], []),
        ("T***PT", ["303 20260501"], []),
        ("A", ["303 20260501"], []),
    ],
)
def test_how_a_subscriber_stands(employer: Employer, ins: str, dates: list[str], expected: list[object]) -> None:
    send(write(ANNA))
    send(write(told(ins, *dates), number=2))
    assert standings() == expected


def test_somebody_new_stands_so_from_the_first_day_of_coverage(employer: Employer) -> None:
    send(write(told("A***RT").replace("*001*25", "*021*28")))
    assert standings() == [("retired", date(2026, 1, 1), OPEN)]


def test_a_later_file_supersedes_and_a_full_file_repeats(employer: Employer) -> None:
    send(write(ANNA))
    send(write(told("A***RT", "286 20260301"), number=2))
    send(write(told("A***RT", "286 20260301"), action="4", number=3))
    assert SubscriberStanding.objects.count() == 1, "what is repeated makes no row"
    assert report().same_count == 1
    send(write(told("A***FT", "394 20260601"), number=4))
    assert standings() == [("retired", date(2026, 3, 1), date(2026, 6, 1)), ("active", date(2026, 6, 1), OPEN)]
    assert SubscriberStanding.objects.filter(superseded_at__isnull=False).count() == 1
    assert report().changed_count == 1


def test_what_was_recorded_by_hand_stays_where_the_file_says_the_same_today(employer: Employer) -> None:
    send(write(ANNA))
    anna = Member.objects.get()
    for standing, since in (
        ("retired", date(2026, 2, 1)),
        ("laid_off", date(2026, 5, 1)),
        ("retired", date(2026, 7, 1)),
    ):
        record_standing(member_id=anna.pk, standing=standing, period=Period(since), because="a letter", by=TESTER)
    send(write(told("A***RT", "286 20260101"), number=2))
    assert standings() == [
        ("retired", date(2026, 1, 1), date(2026, 5, 1)),
        ("laid_off", date(2026, 5, 1), date(2026, 7, 1)),
        ("retired", date(2026, 7, 1), OPEN),
    ]


def test_a_dependent_has_no_standing(employer: Employer) -> None:
    send(write(ANNA, told("A***TE", "337 20260228", who=TOM).replace("*001*25", "*021*28")))
    assert SubscriberStanding.objects.count() == 0


@pytest.mark.parametrize(
    ("ins", "dates", "expected", "asked"),
    [
        ("A*A:1**FT", ["338 20260201"], [("disability", date(2026, 2, 1), OPEN)], set()),
        ("A*C:0**FT", ["338 20260201", "339 20260831"], [("age", date(2026, 2, 1), date(2026, 9, 1))], set()),
        ("A*D:2**FT", ["338 20251101"], [("esrd", date(2025, 11, 1), OPEN)], set()),
        ("A*D:2**FT", [], [("esrd", date(2026, 4, 1), OPEN)], {"medicare.begin_unknown"}),
        ("A*C**FT", ["338 20260201"], [("", date(2026, 2, 1), OPEN)], {"medicare.reason_unknown"}),
        ("A*E**FT", [], [], set()),
        ("A***FT", ["338 20260201"], [], set()),
    ],
)
def test_medicare_with_its_reason_and_dates(
    employer: Employer,
    ins: str,
    dates: list[str],
    expected: list[object],
    asked: set[str],
) -> None:
    send(write(ANNA))
    send(write(told(ins, *dates), number=2))
    assert medicare() == expected
    assert problems() - {"member.changed"} == asked


def test_who_has_reached_the_age_is_entitled_by_it(employer: Employer) -> None:
    load_parameters()
    old = ANNA.replace("19800506", "19610415")
    send(write(old))
    send(write(told("A*C**FT", "338 20260401", who=old), number=2))
    assert medicare() == [("age", date(2026, 4, 1), OPEN)]


def test_the_next_file_takes_back_what_a_file_told(employer: Employer) -> None:
    send(write(ANNA))
    send(write(told("A*A:1**FT", "338 20260201"), number=2))
    send(write(told("A*A:1**FT"), action="4", number=3))
    assert OtherCoverage.objects.count() == 1, "what is repeated makes no row"
    send(write(told("A*A:2**FT", "338 20260301"), number=4))
    assert medicare() == [("disability", date(2026, 2, 1), date(2026, 3, 1)), ("esrd", date(2026, 3, 1), OPEN)]
    send(write(told("A*E**FT", "303 20260601"), number=5))
    assert medicare()[-1] == ("esrd", date(2026, 3, 1), date(2026, 6, 1))


def test_what_a_person_recorded_of_medicare_is_not_overruled(employer: Employer) -> None:
    send(write(ANNA))
    make_other_coverage(
        Member.objects.get(),
        kind="medicare",
        payer_name="Medicare",
        pays_first=None,
        entitled_by="disability",
        because="a letter",
    )
    before = list(OtherCoverage.objects.values_list("pk", "superseded_at"))
    send(write(told("A*E**FT"), number=2))
    assert "medicare.differs" in problems()
    send(write(told("A*A:1**FT"), number=3))
    assert "medicare.differs" not in problems()
    assert list(OtherCoverage.objects.values_list("pk", "superseded_at")) == before


def test_of_a_dependent_too(employer: Employer) -> None:
    send(write(ANNA, told("A*A:1", "338 20260201", who=TOM).replace("*001*25", "*021*28")))
    assert medicare("TOM") == [("disability", date(2026, 2, 1), OPEN)]
