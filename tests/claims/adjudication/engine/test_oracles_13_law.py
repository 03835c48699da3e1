"""Topic 13: enrolment dates, parity, wellness programmes, grandfathered plans, stays after a birth."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from employers.eligibility.special_enrolment import special_enrolment
from plans.design.childbirth_stays import keeps_its_share, minimum_stay_ends
from plans.design.grandfathering import (
    Allowance,
    contribution_percent,
    copay_change,
    loses_by_contribution,
    medical_inflation,
)
from plans.design.guardrails import guardrails
from plans.design.parity import Level, parity_of
from plans.design.waiting_rules import eligible_after, last_orientation_day, latest_first_day
from plans.design.wellness import WellnessLimit, wellness_limit
from tests.claims.adjudication.engine.oracles import (
    Case,
    D,
    Run,
    a_plan,
    assert_all_are_run_or_say_why_not,
    cases_of,
    law_on,
    needs_oracles,
    run_case,
)
from tpa.foundation.values.money import to_nearest

pytestmark = needs_oracles

LAW = law_on(date(2026, 1, 1))


def _codes(**clauses: Any) -> set[str]:
    return {guard.code for guard in guardrails(a_plan(**clauses), LAW)}


# --- Waiting and enrolling ------------------------------------------------------------------------------------------


def _latest(eligible_on: date) -> str:
    return str(latest_first_day(eligible_on, most_days=int(LAW["aca.waiting_days_max"].value)))


def wait_ninety(case: Case) -> None:
    given = case["inputs"]
    eligible_on = given.get("eligible_date", given.get("transferred_eligible"))
    assert _latest(date.fromisoformat(eligible_on)) == case["expected"]["coverage_effective_no_later_than"]


def wait_a_year(case: Case) -> None:
    days = case["inputs"]["condition_days"]
    is_refused = "aca.waiting_period" in _codes(eligibility={"waits_days": days, "section": "2"})
    assert is_refused is not case["expected"]["compliant"]
    assert "aca.waiting_period" not in _codes(eligibility={"waits_days": 90, "section": "2"})
    month = {"begins": "first_of_month", "section": "2"}
    assert "aca.waiting_period" not in _codes(eligibility={"waits_days": 60, **month})
    assert "aca.waiting_period" in _codes(eligibility={"waits_days": 61, **month})


def orientation(case: Case) -> None:
    found = [str(last_orientation_day(date.fromisoformat(starts))) for starts in case["inputs"]["starts"]]
    assert found == case["expected"]["last_day"]


def hours_of_service(case: Case) -> None:
    expected = case["expected"]
    met_on = date.fromisoformat(case["inputs"]["hours_met"])
    assert _latest(eligible_after(met_on)) == expected["coverage_effective_no_later_than"]
    cap = expected["hours_cap"]
    assert "aca.service_hours" not in _codes(eligibility={"service_hours": cap, "section": "2"})
    assert "aca.service_hours" in _codes(eligibility={"service_hours": cap + 1, "section": "2"})


def _special(event: str, on: str, requested: str) -> Any:
    return special_enrolment(
        event=event,
        on=date.fromisoformat(on),
        requested_on=date.fromisoformat(requested),
        request_days=int(LAW["hipaa.special_enrolment_days"].value),
    )


def loss_of_coverage(case: Case) -> None:
    given = case["inputs"]
    found = _special("loss", given["loss"], given["request"])
    assert str(found.effective_by) == case["expected"]["effective_no_later_than"]
    assert not _special("loss", given["loss"], "2026-11-18").must_allow


def adoption(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    found = _special("adoption", given["placement"], "2026-06-09")
    assert (found.must_allow, str(found.effective_by)) == (expected["must_allow"], expected["effective"])


def marriage(case: Case) -> None:
    given = case["inputs"]
    found = _special("marriage", given["marriage"], given["request"])
    assert str(found.effective_by) == case["expected"]["effective_no_later_than"]


# --- Births ---------------------------------------------------------------------------------------------------------


def two_days_after_birth(case: Case) -> None:
    given = case["inputs"]
    ends = minimum_stay_ends(
        delivered_at=datetime.fromisoformat(given["delivery"]),
        admitted_at=datetime.fromisoformat(given["admitted"]),
        hours=LAW[f"nmhpa.stay_hours.{given['type']}"].value,
    )
    assert ends == datetime.fromisoformat(case["expected"]["minimum_stay_ends"])


def share_within_the_stay(case: Case) -> None:
    by_hours, by_notice = case["inputs"]["designs"]
    worsens = keeps_its_share([D(str(by_hours["first24"])), D(str(by_hours["second24"]))])
    # Notice makes another share of the whole stay; no part of it is less than one before.
    is_level = all(keeps_its_share([D(str(part)), D(str(part))]) for part in by_notice.values())
    assert [worsens, is_level] == case["expected"]["compliant"]


# --- Wellness and parity --------------------------------------------------------------------------------------------


def _wellness(cost: int, other: int, tobacco: int) -> WellnessLimit:
    return wellness_limit(
        annual_cost_amount=D(cost),
        other_amount=D(other),
        tobacco_amount=D(tobacco),
        percent=LAW["wellness.reward_percent"].value,
        tobacco_percent=LAW["wellness.reward_percent.tobacco"].value,
    )


def reward(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    found = _wellness(given["annual_cost"], given["reward"], 0)
    assert (found.most_total_amount, found.is_kept) == (expected["limit"], expected["ok"])
    clause = {"annual_cost": given["annual_cost"], "section": "9"}
    assert "wellness.reward" not in _codes(wellness={**clause, "rewards": expected["limit"]})
    assert "wellness.reward" in _codes(wellness={**clause, "rewards": expected["limit"] + 1})


def rewards_together(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    found = _wellness(given["annual_cost"], given["other_reward"], given["tobacco"])
    assert found == (expected["total"], expected["limit_total"], expected["limit_other"], expected["ok"])


def predominant(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    # The case names one level, the one that decides; the others stand for lower and higher ones.
    level = dict(zip(given["by_level_subject"], (10, 15, 20, 30), strict=True))
    levels = [Level(D(level[name]), D(amount)) for name, amount in given["by_level_subject"].items()]
    free = given["total"] - sum(given["by_level_subject"].values())
    found = parity_of([*levels, Level(D(0), D(free))])
    assert found.subject_percent == expected["subject_pct"]
    assert found.shares[D(15)] == D(expected["predominant_pct"])
    assert found.highest_level == D(expected["predominant_level"].rstrip("%"))


def combined(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    found = parity_of([Level(D(copay), D(amount)) for copay, amount in given["by_copay"].items()])
    assert found.subject_percent == expected["subject_pct"]
    assert found.shares == {D(copay): D(percent) for copay, percent in expected["shares"].items()}
    assert found.combined[D(20)] == expected["combine_50_20_pct"]
    assert found.combined[D(15)] == expected["combine_50_20_15_pct"]
    assert found.highest_level == expected["max_mh_copay"]
    levels = [{"level": int(copay), "payments": amount} for copay, amount in given["by_copay"].items()]
    clause = {"class": "out", "tiers": ["in"], "kind": "copay", "benefits": ["all"], "levels": levels, "section": "9"}
    for copay, is_refused in ((expected["max_mh_copay"], False), (expected["max_mh_copay"] + 5, True)):
        document = {"pays": [{"copay": copay, "per": "visit"}], "parity": [clause]}
        assert ("mhpaea.share" in _codes(**document)) is is_refused


# --- Grandfathered plans --------------------------------------------------------------------------------------------


def _allowance() -> Allowance:
    names = ("percent_points", "copay_amount", "contribution_points")
    return Allowance(*(LAW[f"grandfathering.{name}"].value for name in names))


def copay(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    assert LAW["medical_care_index.base"].value == D(given["cpi_base"])
    inflation = medical_inflation(base_index=D(given["cpi_base"]), index=D(given["cpi_now"]))
    found = copay_change(
        before=D(given["copay_from"]), after=D(given["copay_to"]), inflation=inflation, allowance=_allowance()
    )
    wanted = [D(expected[name]) for name in ("increase_pct", "max_pct", "dollar_alt")]
    assert found == (*wanted, expected["lost"])


def _parts(percents: dict[str, Any]) -> dict[str, Decimal]:
    return {tier: D(percent) for tier, percent in percents.items()}


def contribution(case: Case) -> None:
    given = case["inputs"]
    lost = loses_by_contribution(before=_parts(given["from"]), after=_parts(given["to"]), allowance=_allowance())
    assert lost is case["expected"]["lost"]


def contribution_of_self_insured(case: Case) -> None:
    expected = case["expected"]
    parts = [
        {
            tier: contribution_percent(cost_amount=D(cost), employee_amount=D(year["employee"][tier]))
            for tier, cost in year["cobra"].items()
        }
        for year in case["inputs"].values()
    ]
    printed = [{tier: to_nearest(part, 1) for tier, part in of_year.items()} for of_year in parts]
    assert printed == [_parts(expected["rate_2010"]), _parts(expected["rate_later"])]
    lost = loses_by_contribution(before=parts[0], after=parts[1], allowance=_allowance())
    assert lost is expected["lost"]


RUN: dict[str, Run] = {
    "WAIT-90-JAN19": wait_ninety,
    "WAIT-90-TRANSFER": wait_ninety,
    "WAIT-1YEAR": wait_a_year,
    "ORIENT-MONTH-END": orientation,
    "WAIT-1200H": hours_of_service,
    "SPECIAL-ENROLL-NOV2": loss_of_coverage,
    "SPECIAL-ENROLL-ADOPT": adoption,
    "SPECIAL-ENROLL-MARRIAGE": marriage,
    "NMHPA-48H": two_days_after_birth,
    "NMHPA-COINS-CHANGE": share_within_the_stay,
    "WELLNESS-30": reward,
    "WELLNESS-COMBINED": rewards_together,
    "PARITY-80-56": predominant,
    "PARITY-COPAY-COMBINE": combined,
    "GRANDFATHER-COPAY-30-45": copay,
    "GRANDFATHER-CONTRIB": contribution,
    "GRANDFATHER-COBRA-RATE": contribution_of_self_insured,
}

NOT_RUN: dict[str, str] = {}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("13")[name], RUN[name])


def test_every_case_is_run_or_says_why_not() -> None:
    assert_all_are_run_or_say_why_not("13", RUN, NOT_RUN)
