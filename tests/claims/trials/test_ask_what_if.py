"""A what-if as a job: pieces in any order, twice or on two workers, one answer; a piece that fails for good is told."""

from __future__ import annotations

from datetime import date
from unittest import mock

import pytest

from claims.models import WhatIf
from claims.tasks import work_what_ifs
from claims.trials.ask_what_if import WHAT_IF, ask_what_if
from claims.trials.propose import Asked
from claims.trials.what_if import what_if
from claims.trials.work_what_if import tried_of, work_what_if
from employers.models import Employer
from tests.factories.decided_year import make_decided_year
from tpa.foundation import work
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.models import WorkChunk

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")


def _ask(employer: Employer, **asked: object) -> WhatIf:
    period = {"starts_on": date(2026, 1, 1), "last_on": date(2026, 12, 31)}
    with mock.patch("claims.trials.what_if.FAMILIES_A_PIECE", 4):
        return ask_what_if(employer_id=employer.pk, name="A try", asked=Asked(**period | asked), by=BY)  # type: ignore[arg-type]


def test_workers_do_the_pieces_and_the_last_one_answers() -> None:
    row = _ask(make_decided_year(claims=60), schedules={})
    assert (row.status, row.piece_count) == ("asked", 3)
    work_what_ifs()
    row.refresh_from_db()
    assert row.status == "done"
    assert row.answer == what_if(tried=tried_of(row))
    assert not work.waiting(WHAT_IF)


def test_a_piece_done_twice_counts_once() -> None:
    row = _ask(make_decided_year(claims=60))
    for piece in reversed(WorkChunk.objects.filter(kind=WHAT_IF).values_list("payload", flat=True)):
        for _again in range(2):
            work_what_if(what_if_id=row.pk, number=piece["piece"], family_ids=piece["families"])
    row.refresh_from_db()
    assert row.status == "done"
    assert row.answer["claims"] == what_if(tried=tried_of(row))["claims"]


def test_without_claims_it_is_done_at_once() -> None:
    employer = make_decided_year(claims=20)
    row = _ask(employer, starts_on=date(2020, 1, 1), last_on=date(2020, 12, 31))
    row.refresh_from_db()
    assert (row.status, row.piece_count, row.answer["claims"]) == ("done", 0, 0)


def test_a_piece_that_fails_for_good_fails_it() -> None:
    row = _ask(make_decided_year(claims=40))
    with mock.patch("claims.trials.work_what_if.what_if_piece", side_effect=RuntimeError):
        for _attempt in range(work.MOST_ATTEMPTS + 1):
            WorkChunk.objects.filter(kind=WHAT_IF).update(leased_until=None)
            work_what_ifs()
    row.refresh_from_db()
    assert row.status == "failed"
    WorkChunk.objects.filter(kind=WHAT_IF).update(leased_until=None)
    work_what_ifs()
    row.refresh_from_db()
    assert (row.status, row.answer) == ("failed", None)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"last_on": date(2025, 1, 1)}, "what_if.period"),
        ({"plan": "nowhere"}, "what_if.no_such_version"),
        ({"plan": "cascade-ppo", "version": 77}, "what_if.no_such_version"),
        ({"networks": {"evergreen": "nowhere"}}, "what_if.no_such_network"),
        ({"schedules": {"evergreen": "nowhere"}}, "what_if.no_such_schedule"),
    ],
)
def test_what_is_not_there_can_not_be_tried(asked: dict[str, object], code: str) -> None:
    employer = make_decided_year(claims=3, families=2)
    with pytest.raises(Invalid) as refused:
        _ask(employer, **asked)
    assert refused.value.code == code
    assert not WhatIf.objects.exists()
