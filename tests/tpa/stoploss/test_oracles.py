"""Published worked examples of stop-loss (../shared/oracles, topic 03), each run through the reckoning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tpa.foundation.values.periods import Period
from tpa.stoploss.reckoning.accommodation import accommodation, settle
from tpa.stoploss.reckoning.aggregate import aggregate_position, attachment_point, group_loss, month_attachment
from tpa.stoploss.reckoning.specific import SpecificPosition, specific_position
from tpa.stoploss.reckoning.terms import AggregateTerms, Laser, PaidFact, SpecificTerms, Windows
from tpa.stoploss.reckoning.windows import end_early, windows, windows_of_basis

ORACLES = Path(__file__).parents[4] / "shared" / "oracles"
pytestmark = pytest.mark.skipif(not ORACLES.is_dir(), reason="../shared/oracles is not there")

Case = dict[str, Any]
D = Decimal
TERM = Period.from_inclusive(date(2025, 1, 1), date(2025, 12, 31))
DAY = date(2025, 3, 3)


def _cases() -> dict[str, Case]:
    file = next(ORACLES.glob("03_*.yaml"), None) if ORACLES.is_dir() else None
    return {case["id"]: case for case in yaml.safe_load(file.read_text())["cases"]} if file else {}


def _money(value: Any) -> Decimal:
    return D(str(value)).quantize(D("0.01"))


def _paid(*amounts: Any) -> list[PaidFact]:
    """Each amount is another person's, in the order in which they were paid."""
    return [
        PaidFact(member_id=place, incurred_on=DAY, paid_on=DAY, amount=_money(amount), order=place)
        for place, amount in enumerate(amounts, 1)
    ]


def _specific(deductible: Any, facts: list[PaidFact], **more: Any) -> SpecificPosition:
    terms = SpecificTerms(windows=windows(TERM), deductible_amount=_money(deductible), **more)
    return specific_position(terms, facts)


def _aggregate(**more: Any) -> AggregateTerms:
    return AggregateTerms(windows=windows(TERM), months_count=12, **more)


# --- specific --------------------------------------------------------------------------------------------------------


def aggregating_specific(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    found = _specific(
        given["specific"],
        _paid(*(amount for _name, amount in given["claimants_in_order"])),
        corridor_amount=_money(given["aggregating_specific"]),
    )
    carrier = [person.reimbursable_amount for person in found.persons]
    if "employer_pays" in expected:
        assert sum(carrier) == expected["carrier_reimburses"]
        assert sum(person.eligible_amount for person in found.persons) - sum(carrier) == expected["employer_pays"]
        return
    assert carrier == expected["carrier_reimburses"]
    assert [person.excess_amount for person in found.persons] == expected["excess_over_specific"]
    assert [person.corridor_amount for person in found.persons] == expected["applied_to_asd"]
    assert found.corridor_left_amount == expected["asd_remaining"]


def above_specific(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    (person,) = _specific(given["specific"], _paid(given["claims"])).persons
    assert person.reimbursable_amount == expected["carrier"]
    assert person.eligible_amount - person.reimbursable_amount == expected.get("employer", given["specific"])


def lasers(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    count = given["lasered_persons"]
    facts = _paid(*[9_999_999] * count)
    lasered = tuple(Laser(fact.member_id, _money(given["laser"])) for fact in facts)
    for terms, name in (({}, "exposure_without"), ({"lasers": lasered}, "exposure_with")):
        persons = _specific(given["specific"], facts, **terms).persons
        assert sum(person.eligible_amount - person.reimbursable_amount for person in persons) == expected[name]


# --- aggregate -------------------------------------------------------------------------------------------------------


def laser_in_aggregate(case: Case) -> None:
    given = case["inputs"]
    terms = _aggregate(
        person_limit_amount=_money(given["specific"]), lasers=(Laser(1, _money(given["laser"])),), counts_lasers=False
    )
    assert group_loss(terms, _paid(given["claimant_paid"])) == case["expected"]["counts_toward_aggregate"]


def minimum(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    first, total = D(given["first_month_deductible"]), D(given["actual_sum_of_months"])
    terms = _aggregate(minimum_percent=D(95), minimum_floor_amount=D(given["fixed_floor"]))
    point = attachment_point(terms, [first, total - first])
    assert point.minimum_amount == D(expected["minimum"])
    assert point.amount == D(expected["annual_aggregate_deductible"])


def corridor(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    raised = D(given["attachment"]) / D(given["expected_claims"]) * 100
    terms = _aggregate(factors=(("EE", D(given["expected_claims"])),), corridor_percent=raised)
    point = attachment_point(terms, [month_attachment(terms, {"EE": 1})])
    loss = group_loss(terms, _paid(given["actual_claims"]))
    assert point.amount == D(given["attachment"])
    assert aggregate_position(terms, loss, point).reimbursable_amount == D(expected["carrier"])
    assert loss - D(given["expected_claims"]) == D(expected["employer_over_expected"])


def specific_excluded(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    others = [given["specific"]] * (given["other_claims"] // given["specific"])
    terms = _aggregate(person_limit_amount=_money(given["specific"]))
    loss = group_loss(terms, _paid(given["claimant_paid"], *others))
    assert loss == expected["aggregate_claims"]
    point = attachment_point(terms, [_money(given["agg_attachment"])])
    assert aggregate_position(terms, loss, point).reimbursable_amount == expected["agg_reimbursed"]


def monthly_attachment(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    terms = _aggregate(factors=tuple((tier, D(amount)) for tier, amount in given["factors"].items()))
    months = [month_attachment(terms, lives) for lives in given["counts_by_month"]]
    assert months[0] == D(expected["monthly"])
    assert attachment_point(terms, months).amount == D(expected["annual"])


# --- accommodation ---------------------------------------------------------------------------------------------------


def advance(case: Case) -> None:
    given = case["inputs"]
    losses = [_money(amount or 0) for amount in given["accumulated_claims"]]
    months = accommodation(losses, [_money(amount) for amount in given["accumulated_attachment"]])
    assert months[-1].advance_amount == case["expected"]["advance_month3"]


def repaid(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    annual, claims = _money(given["annual_attachment"]), given["monthly_claims"]
    losses = [_money(sum(claims[: number + 1])) for number in range(12)]
    months = accommodation(losses, [annual / 12 * (number + 1) for number in range(12)])
    assert [month.advance_amount for month in months] == expected["advances"]
    for number, excess in expected["accumulated_repayable_by_month"].items():
        assert months[int(number) - 1].excess_amount == excess
    assert losses[-1] == expected["annual_claims"]
    terms = _aggregate()
    owed = aggregate_position(terms, losses[-1], attachment_point(terms, [annual])).reimbursable_amount
    settled = settle(owed, months[-1].advanced_amount)
    assert settled.carrier_owes_amount == expected["year_end_carrier_owes"]
    assert settled.employer_repays_amount == expected["employer_must_have_repaid"]


# --- windows ---------------------------------------------------------------------------------------------------------


def _term(given: dict[str, Any]) -> Period:
    return Period.from_inclusive(date.fromisoformat(given["policy_start"]), date.fromisoformat(given["policy_end"]))


def _covers(window: Windows, claim: dict[str, Any]) -> bool:
    return window.cover(date.fromisoformat(claim["incurred"]), date.fromisoformat(claim["paid"]))


def basis(case: Case) -> None:
    given = case["inputs"]
    window = windows_of_basis(given["basis"], _term(given))
    months = {name: given.get(name, 0) for name in ("run_in_months", "run_out_months")}
    assert window == windows(_term(given), **months)
    assert [_covers(window, claim) for claim in given["claims"]] == case["expected"]["covered"]


def gap(case: Case) -> None:
    given = case["inputs"]
    first, second = Period(date(2024, 1, 1), date(2025, 1, 1)), TERM
    for option, expected in zip(given["year2_options"], case["expected"]["covered_by"], strict=True):
        years = {"year1": windows_of_basis(given["year1"], first), "year2": windows_of_basis(option, second)}
        found = [name for name, window in years.items() if _covers(window, given["claim"])]
        assert (found or ["none"]) == [expected]


def terminal_liability(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    ends_on = Period.from_inclusive(DAY, date.fromisoformat(given["termination"])).end
    assert ends_on is not None
    window = windows_of_basis(given["policy"], TERM)
    assert _covers(end_early(window, ends_on), given["claim"]) == expected["covered_without"]
    with_it = end_early(window, ends_on, run_out_months=given["tlo_months"])
    assert _covers(with_it, given["claim"]) == expected["covered_with"]


def mixed_basis(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    claim = given["claim"]
    fact = PaidFact(
        1, date.fromisoformat(claim["incurred"]), date.fromisoformat(claim["paid"]), _money(claim["amount"])
    )
    specific = SpecificTerms(
        windows=windows_of_basis(given["specific_basis"], _term(given)), deductible_amount=_money(given["specific"])
    )
    aggregate = AggregateTerms(windows=windows_of_basis(given["aggregate_basis"], _term(given)), months_count=12)
    assert specific.counts(fact) == expected["counts_for_specific"]
    assert aggregate.counts(fact) == expected["counts_for_aggregate"]


RUN: dict[str, Callable[[Case], None]] = {
    "SL-AGGSPEC-SUNLIFE-3": aggregating_specific,
    "SL-AGGSPEC-SUNLIFE-1": aggregating_specific,
    "SL-SPEC-50": above_specific,
    "SL-SPEC-100-102": above_specific,
    "SL-SLIDES-SPEC": above_specific,
    "SL-LASER-SALLY": lasers,
    "SL-LASER-AGG": laser_in_aggregate,
    "SL-AGG-MINIMUM-95": minimum,
    "SL-AGG-MIN-FLOOR": minimum,
    "SL-AGG-CORRIDOR-NONE": corridor,
    "SL-SPEC-EXCLUDED-FROM-AGG": specific_excluded,
    "SL-IMA-ATTACH": monthly_attachment,
    "SL-MAA-319": advance,
    "SL-MAA-REPAY": repaid,
    "SL-BASIS-12-15": basis,
    "SL-BASIS-24-12": basis,
    "SL-BASIS-12-18": basis,
    "SL-BASIS-GAP": gap,
    "SL-TLO": terminal_liability,
    "SL-MIXED-BASIS": mixed_basis,
}


def test_every_case_of_the_topic_is_run() -> None:
    assert set(_cases()) == set(RUN)


@pytest.mark.parametrize("name", sorted(RUN))
def test_oracle(name: str) -> None:
    case = _cases()[name]
    if case["verified"] != "memory":
        RUN[name](case)
        return
    try:
        RUN[name](case)
    except AssertionError as difference:
        warnings.warn(f"{name} is from memory, and we differ: {difference}", stacklevel=1)
