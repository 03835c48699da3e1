"""Under which keys sums may count: also those of a version of the plan that takes over while the claim goes on."""

from __future__ import annotations

from datetime import date

import msgspec

from claims.adjudication.engine.years import LIFETIME, keys_of
from claims.simulation.scenario_facts import submission_of
from claims.simulation.scenarios import ClaimWords, LineWords, Person
from plans.design.terms import PlanTerms
from tests.claims.adjudication.engine import invented
from tests.claims.adjudication.engine.oracles import D, a_plan

CLAIM = ClaimWords(
    number="C",
    on=date(2025, 12, 30),
    lines=(LineWords(code="10000", billed=D(1)), LineWords(code="10001", billed=D(1), on=date(2026, 1, 4))),
)


def _terms(**limit: object) -> PlanTerms:
    clause = {"limit": "l", "benefits": ["all"], "counts": "visits", "most": 1, "section": "8"}
    return invented.compiled(a_plan(limits=[clause | limit] if limit else []))


def test_years_of_all_lines_and_the_lifetime() -> None:
    keys = keys_of(_terms(), submission_of(CLAIM, Person()))
    assert keys.years == {date(2025, 1, 1), date(2026, 1, 1), LIFETIME}
    assert keys.dated == ()


def test_a_later_version_may_keep_day_by_day_what_the_first_did_not() -> None:
    later = _terms(per={"months": 24})
    terms = msgspec.structs.replace(_terms(), later=((date(2026, 1, 1), later),))
    keys = keys_of(terms, submission_of(CLAIM, Person()))
    assert keys.hold(date(2024, 2, 1), "limit:l")
    assert not keys.hold(date(2023, 12, 1), "limit:l")
    assert not keys.hold(date(2024, 2, 1), "limit:other")
