"""Laws of what plans count over time: split lines, rolling limits, first visits, crossings."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import ClaimWords, LineWords, ScenarioWords
from tests.claims.adjudication.engine import invented
from tests.claims.adjudication.engine.oracles import a_deductible, a_maximum, a_plan

TURN = date(2027, 1, 1)
Cents = st.integers(1, 900_000).map(lambda cents: Decimal(cents) / 100)


def _rented(price: Decimal, starts_on: date, days: int, number: int = 1) -> ClaimWords:
    line = LineWords(code=f"E{1000 + number}", billed=price, price=price, through=starts_on + timedelta(days=days - 1))
    return ClaimWords(number=f"C{number}", on=starts_on, lines=(line,))


def _splitting(**clauses: Any) -> dict[str, Any]:
    stays = {"belong_to": "day_of_service", "spanning_lines": "by_day", "section": "1"}
    return a_plan(stays=stays, **clauses)


def _decided(document: dict[str, Any], *claims: ClaimWords) -> tuple[Family, list[Any]]:
    terms = invented.compiled(document)
    family = Family(ScenarioWords(scenario="s", people=invented.PEOPLE, claims=claims), terms, "net")
    decisions = []
    for claim in claims:
        facts = family.facts(claim.number, claim)
        decisions.append(invented.adjudicate(facts, terms))
        family.remember(facts, decisions[-1])
    return family, decisions


@given(Cents, st.integers(1, 40), st.integers(1, 40), st.sampled_from([0, 100, 500]), st.sampled_from([0, 20, 33]))
def test_a_line_that_is_split_balances_and_each_year_bears_at_most_its_own(
    price: Decimal, before: int, after: int, deductible: int, percent: int
) -> None:
    document = _splitting(
        deductibles=a_deductible(deductible),
        out_of_pocket_maximums=a_maximum(600),
        pays=["deductible", {"coinsurance": percent}],
    )
    family, (decision,) = _decided(document, _rented(price, TURN - timedelta(days=before), before + after))
    (line,) = decision.lines
    assert line.figures.billed_amount == price
    assert line.figures.allowed_amount == line.figures.member_amount + line.figures.plan_paid_amount
    for name in line.figures.__struct_fields__:
        stepped = sum((step.amount or 0 for step in line.trace if step.figure == name), Decimal(0))
        assert stepped == getattr(line.figures, name)
    used = {one.year_on: one.amount for one in decision.consumptions if one.bucket == "oop:in"}
    assert sum(used.values()) == line.figures.member_amount
    for year in (date(2026, 1, 1), TURN):
        assert used.get(year, 0) <= 600
        assert family.sum_of("ana", "deductible:in", year)[0] <= deductible


@given(Cents, st.integers(1, 40), st.integers(1, 40))
def test_where_the_year_makes_no_difference_a_split_line_costs_what_it_cost_whole(
    price: Decimal, before: int, after: int
) -> None:
    document = _splitting(pays=[{"coinsurance": 50}])
    claim = _rented(price, TURN - timedelta(days=before), before + after)
    (split,) = _decided(document, claim)[1]
    (whole,) = _decided(document | {"stays": {"belong_to": "day_of_service", "section": "1"}}, claim)[1]
    # Each part is rounded by itself: half a cent each.
    assert abs(split.figures.plan_paid_amount - whole.figures.plan_paid_amount) <= Decimal("0.01")


@given(st.lists(st.integers(0, 1200), min_size=1, max_size=8), st.integers(1, 3), st.integers(30, 400))
def test_no_time_of_a_rolling_limit_holds_more_in_whatever_order_claims_come(
    days: list[int], most: int, length: int
) -> None:
    limit = {"limit": "l", "benefits": ["all"], "counts": "visits", "most": most, "per": {"days": length}}
    document = a_plan(limits=[limit | {"section": "8"}])
    claims = [
        ClaimWords(
            number=f"C{at}",
            on=date(2024, 1, 1) + timedelta(days=day),
            provider=f"{1_000_000_000 + at}",
            lines=(LineWords(code=str(10_000 + at), billed=Decimal(10), price=Decimal(10)),),
        )
        for at, day in enumerate(days)
    ]
    _family, decisions = _decided(document, *claims)
    paid = sorted(day for day, decision in zip(days, decisions, strict=True) if decision.figures.plan_paid_amount)
    for first in paid:
        assert sum(first <= day < first + length for day in paid) <= most
    assert paid


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.integers(1, 3))
def test_so_many_visits_are_first_however_they_are_billed(visits: list[int], most: int) -> None:
    """Each visit of a day and provider comes as one claim or two; as many as the plan says are paid as first ones."""
    first = {"first": "f", "benefits": ["all"], "visits": most, "per": "plan_year", "section": "5"}
    document = a_plan(pays=[{"coinsurance": 100}], first_visits=[first | {"pays": {"in": []}}])
    claims = [
        ClaimWords(
            number=f"C{at}",
            on=date(2026, 3, 1) + timedelta(days=day),
            lines=(LineWords(code=str(10_000 + at), billed=Decimal(10), price=Decimal(10)),),
        )
        for at, day in enumerate(visits)
    ]
    _family, decisions = _decided(document, *claims)
    free = {day for day, one in zip(visits, decisions, strict=True) if one.figures.plan_paid_amount}
    borne = {day for day, one in zip(visits, decisions, strict=True) if one.figures.member_amount}
    assert len(free) == min(most, len(set(visits)))
    assert not free & borne


@given(st.lists(st.tuples(st.booleans(), Cents), min_size=1, max_size=6), st.sampled_from([0, 100, 600]))
def test_no_more_crosses_over_than_is_said_and_the_order_of_one_side_changes_nothing(
    spent: list[tuple[bool, Decimal]], most: int
) -> None:
    deductibles: list[dict[str, Any]] = [
        {"name": "in", "tiers": ["in"], "individual": 1000, "section": "3"},
        {"name": "out", "tiers": ["out"], "individual": 1500, "section": "3"},
    ]
    deductibles[1]["also_counts"] = [{"name": "in", "most": most}]
    document = a_plan(deductibles=deductibles, pays=["deductible"])
    claims = [
        ClaimWords(
            number=f"C{at}",
            on=date(2026, 3, 1),
            network="net" if is_in else "",
            provider=f"{1_000_000_000 + at}",
            lines=(LineWords(code=str(10_000 + at), billed=amount, price=amount),),
        )
        for at, (is_in, amount) in enumerate(spent)
    ]
    inside = [claim for claim in claims if claim.network]
    outside = [claim for claim in claims if not claim.network]
    found = set()
    for order in itertools.islice(itertools.permutations(outside), 6):
        family, _decisions = _decided(document, *inside, *order)
        year = date(2026, 1, 1)
        used_in, used_out = (family.sum_of("ana", f"deductible:{name}", year)[0] for name in ("in", "out"))
        wanted = sum((claim.lines[0].billed for claim in outside), Decimal(0))
        assert used_out == min(wanted, 1500 - min(used_in, most))
        found.add(used_out)
    assert len(found) == 1
