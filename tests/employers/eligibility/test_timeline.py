"""Coverage as a line of time: laying, ending, reopening, and the tier a family needs on each day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employers.eligibility.timeline import FOREVER, Span, at, cut, lay, reopen, settle

JAN, APR, JUL, OCT = (date(2026, month, 1) for month in (1, 4, 7, 10))
NEXT = date(2027, 1, 1)
_DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 28))
_SPANS = st.tuples(_DAYS, st.integers(1, 20), st.sampled_from(["EE", "FAM"])).map(
    lambda parts: Span(parts[0], parts[0] + timedelta(days=parts[1]), parts[2])
)


@given(st.lists(_SPANS, max_size=8), _SPANS)
def test_laying_says_on_every_day_what_was_laid_last(spans, last):
    line: list[Span] = []
    for span in [*spans, last]:
        line = lay(line, span)
    for number in range(90):
        on = date(2026, 1, 1) + timedelta(days=number)
        newest = next((span for span in reversed([*spans, last]) if span.start <= on < span.end), None)
        found = at(line, on)
        assert (found.tier if found else None) == (newest.tier if newest else None)
    assert all(one.end <= other.start for one, other in pairwise(line))
    assert all(one.end < other.start or one[2:] != other[2:] for one, other in pairwise(line))


@given(st.lists(_SPANS, max_size=5), _DAYS)
def test_cutting_leaves_all_before_and_nothing_after(spans, on):
    line: list[Span] = []
    for span in spans:
        line = lay(line, span)
    rest = cut(line, on)
    assert all(span.end <= on for span in rest)
    assert all(at(rest, span.start) for span in line if span.start < on)


def test_reopening_goes_on_without_a_gap_or_from_a_day():
    ended = [Span(JAN, JUL, "EE")]
    assert reopen(ended, None) == [Span(JAN, FOREVER, "EE")]
    assert reopen(ended, OCT) == [Span(JAN, JUL, "EE"), Span(OCT, FOREVER, "EE")]
    assert reopen(ended, APR) == [Span(JAN, FOREVER, "EE")]
    assert reopen([], JAN) == []
    open_one = [Span(JAN, FOREVER, "EE")]
    assert reopen(open_one, OCT) == open_one


FAMILY = {1: "18", 2: "01", 3: "19"}


def one(start: date, end: date = NEXT, tier: str = "") -> list[Span]:
    return [Span(start, end, tier)]


def test_a_new_family_without_a_tier_gets_the_one_it_needs_day_by_day():
    settled = settle({}, {1: one(JAN), 2: one(APR), 3: one(JUL)}, FAMILY, [])
    assert settled[1] == [Span(JAN, APR, "EE"), Span(APR, JUL, "ES"), Span(JUL, NEXT, "FAM")]
    assert settled[2] == [Span(APR, JUL, "ES"), Span(JUL, NEXT, "FAM")]
    assert settled[3] == one(JUL, tier="FAM")


def test_dependents_are_covered_only_while_the_subscriber_is():
    settled = settle({}, {1: one(JAN, JUL), 3: one(JAN, NEXT)}, {1: "18", 3: "19"}, [])
    assert settled[3] == one(JAN, JUL, "EC")


def test_a_tier_that_was_told_holds_even_if_nobody_needs_it_but_never_less_than_needed():
    told = one(JAN, tier="FAM")
    assert settle({}, {1: one(JAN)}, FAMILY, told)[1] == one(JAN, tier="FAM")
    assert settle({}, {1: one(JAN), 2: one(JAN)}, FAMILY, one(JAN, tier="EC"))[1] == one(JAN, tier="FAM")


def test_when_a_dependent_leaves_the_tier_that_fitted_follows():
    before = {1: one(JAN, tier="FAM"), 2: one(JAN, tier="FAM"), 3: one(JAN, tier="FAM")}
    after = {**before, 2: one(JAN, JUL, "FAM")}
    assert settle(before, after, FAMILY, [])[1] == [Span(JAN, JUL, "FAM"), Span(JUL, NEXT, "EC")]


def test_when_a_dependent_leaves_a_tier_that_was_higher_stays():
    before = {1: one(JAN, tier="FAM"), 3: one(JAN, tier="FAM")}
    settled = settle(before, {**before, 3: one(JAN, JUL, "FAM")}, FAMILY, [])
    assert settled[1] == one(JAN, tier="FAM")


@pytest.mark.parametrize(("joins", "tier"), [(2, "ES"), (3, "EC")])
def test_when_a_dependent_joins_the_tier_rises(joins, tier):
    settled = settle({1: one(JAN, tier="EE")}, {1: one(JAN, tier="EE"), joins: one(JUL)}, FAMILY, [])
    assert settled[1] == [Span(JAN, JUL, "EE"), Span(JUL, NEXT, tier)]


def test_the_division_is_the_subscribers():
    settled = settle({}, {1: [Span(JAN, NEXT, "", 7)], 3: one(JAN)}, FAMILY, [])
    assert settled[3][0].division_id == 7
