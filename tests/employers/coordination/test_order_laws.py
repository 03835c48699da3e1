"""Two plans that know the same agree on who pays first: what one finds of the other, the other finds of the one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employers.coordination.headcount import had_in_weeks, had_on_days
from employers.coordination.order_of_benefits import Patient, place_of
from employers.facts import (
    CoverageFact,
    HeadcountFact,
    MemberFact,
    OrderFacts,
    OtherCoverageFact,
    OurSideFact,
    StandingFact,
)

ON = date(2026, 3, 4)
TURNED = {"before": "after", "after": "before", "equal": "equal", "unknown": "unknown"}
Days = st.sampled_from([date(1980, 2, 29), date(1985, 5, 10), date(1990, 5, 10), date(1971, 12, 31)])
Since = st.sampled_from([date(2019, 1, 1), date(2020, 6, 1), date(2024, 2, 1)])
Standings = st.sampled_from(["active", "retired", "laid_off", "continuation"])


@st.composite
def plans(draw: st.DrawFn, holders: list[str]) -> dict[str, Any]:
    """One plan: under whom it covers the patient, born when, since when, and how that one stands."""
    return {
        "holder": draw(st.sampled_from(holders)),
        "born": draw(Days),
        "since": draw(Since),
        "standing": draw(Standings),
    }


def _verdict(ours: dict[str, Any], theirs: dict[str, Any], **shared: Any) -> str:
    """Where the other plan stands, seen from ours."""
    is_own = ours["holder"] == "self"
    relationship = "18" if is_own else ("19" if "parents" in shared else "01")
    order = OrderFacts(
        holder=theirs["holder"],
        our_holder="" if is_own else ours["holder"],
        holder_birth_on=theirs["born"],
        standing=theirs["standing"],
        since_on=theirs["since"],
        **shared,
    )
    cover = OtherCoverageFact(member_id=1, kind="group", payer_name="Other", starts_on=theirs["since"], order=order)
    patient = Patient(
        MemberFact(member_id=1, family_id=1, employer_id=1, relationship=relationship),
        (CoverageFact(member_id=1, plan_id=1, tier="FAM", starts_on=ours["since"]),),
        OurSideFact(
            subscriber_birth_on=ours["born"],
            covered=((ours["since"], None),),
            standings=(StandingFact(standing=ours["standing"], starts_on=date(2000, 1, 1)),),
        ),
        ON,
    )
    return place_of(cover, patient).verdict


@given(plans(["self", "spouse"]), plans(["self", "spouse"]))
def test_two_plans_of_an_adult_agree(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert _verdict(one, other) == TURNED[_verdict(other, one)]


PARENTS = ["mother", "father", "mothers_spouse", "fathers_spouse"]


@given(
    plans(PARENTS),
    plans(PARENTS),
    st.sampled_from(["", "together", "apart"]),
    st.sampled_from(["", "mother", "father", "joint"]),
    st.sampled_from(["", "mother", "father", "both"]),
    st.sampled_from([None, date(2026, 1, 1), date(2027, 1, 1)]),
)
def test_two_plans_of_a_child_agree(
    one: dict[str, Any], other: dict[str, Any], parents: str, custody: str, responsible: str, heeded: date | None
) -> None:
    told = {"parents": parents, "custody": custody, "responsible": responsible, "responsible_from_on": heeded}
    assert _verdict(one, other, **told) == TURNED[_verdict(other, one, **told)]


@given(st.integers(0, 400), st.integers(0, 400), st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_more_employees_never_make_an_employer_smaller(before: int, after: int, turn: date) -> None:
    def told(more: int) -> list[HeadcountFact]:
        return [
            HeadcountFact(employee_count=before + more, starts_on=date(2024, 1, 1), ends_on=turn),
            HeadcountFact(employee_count=after + more, starts_on=turn),
        ]

    for on in (date(2026, 3, 4), date(2026, 12, 31)):
        assert had_in_weeks(told(0), 20, 20, on) in (False, had_in_weeks(told(50), 20, 20, on))
        assert had_on_days(told(0), 100, Decimal(50), on) in (False, had_on_days(told(50), 100, Decimal(50), on))


@pytest.mark.parametrize(
    ("first_known", "had"),
    [(date(2024, 1, 1), True), (date(2025, 8, 18), None), (date(2025, 7, 28), True), (date(2026, 3, 2), None)],
)
def test_what_is_not_recorded_is_not_guessed(first_known: date, had: bool | None) -> None:
    """Twenty employees since a day: known to be enough, or not known, never known not to be."""
    counts = [HeadcountFact(employee_count=20, starts_on=first_known)]
    assert had_in_weeks(counts, 20, 20, ON) is had
    few = [HeadcountFact(employee_count=19, starts_on=first_known - timedelta(days=800))]
    assert had_in_weeks(few, 20, 20, ON) is False
