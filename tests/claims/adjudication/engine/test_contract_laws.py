"""What holds whatever a contract says: lines balance, traces add up, ranks do not go by the claim's order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.engine.decision import ClaimDecision
from claims.simulation.scenarios import LineWords, Rate
from tests.claims.adjudication.engine.oracles import a_claim, a_plan, decide

MODIFIERS = ("50", "62", "80", "QK")
amounts = st.integers(0, 500_000).map(lambda cents: Decimal(cents) / 100)
percents = st.integers(0, 25_000).map(lambda hundredths: Decimal(hundredths) / 100)


def a_rate(method: str, amount: Decimal, percent: Decimal, indicator: str) -> Rate:
    values = {"work": amount / 40, "practice": 1, "malpractice": "0.1", "base_units": 5, "weight": amount / 900}
    values |= {"multiple": indicator, "bilateral": "1"}
    is_amount = method in ("fee", "case_rate", "per_diem")
    return Rate(
        method=method,
        kind="drg" if method in ("case_rate", "drg_weight") else "procedure",
        amount=amount if is_amount else None,
        percent=percent if method == "percent_of_billed" else None,
        values=values,
    )


methods = st.sampled_from(
    ["fee", "percent_of_billed", "per_diem", "case_rate", "relative_value", "anaesthesia", "drg_weight"]
)
rates = st.builds(a_rate, methods, amounts, percents, st.sampled_from(["0", "2"]))
lines = st.builds(
    lambda number, billed, rate, units, modifiers: LineWords(
        code=str(20_000 + number), billed=billed, rate=rate, units=Decimal(units), modifiers=tuple(modifiers)
    ),
    st.integers(0, 9_999),
    amounts,
    rates,
    st.integers(1, 4),
    st.lists(st.sampled_from(MODIFIERS), max_size=2, unique=True),
)
modifier_terms = st.builds(
    lambda modifier, percent, before: {"modifiers": [modifier], "percent": percent, "before_ranking": before},
    st.sampled_from(MODIFIERS),
    percents,
    st.booleans(),
)
rank_terms = st.builds(
    lambda shares, indicators: {"percents": shares, "indicators": indicators},
    st.lists(st.integers(0, 100), min_size=1, max_size=3).map(lambda shares: sorted(shares, reverse=True)),
    st.sampled_from([[], ["2"]]),
)
outliers = st.builds(
    lambda on, threshold, percent, covers: {
        "on": on,
        "threshold_amount": threshold,
        "percent": percent,
        "covers": covers,
        "cost_to_charge_rate": Decimal("0.4"),
    },
    st.sampled_from(["cost", "charge"]),
    amounts,
    percents,
    st.sampled_from(["excess", "all"]),
)
terms = st.fixed_dictionaries(
    {
        "lesser_of": st.fixed_dictionaries({"level": st.sampled_from(["line", "claim", "never"])}),
        "modifiers": st.lists(modifier_terms, max_size=3),
        "multiple_procedures": st.lists(rank_terms, max_size=1),
        "outliers": st.lists(outliers, max_size=2),
        "relative_values": st.just({"conversion_amount": "33.4009"}),
        "anaesthesia": st.just({"minutes_per_unit": 15, "conversion_amount": 60}),
        "drg": st.just({"base_amount": 6000}),
    }
)


def decided(given_lines: list[LineWords], contract: dict[str, Any]) -> ClaimDecision:
    (decision,) = decide(a_plan(pays=[{"coinsurance": 20}]), a_claim(*given_lines), contracts={"contract": contract})
    return decision


@given(st.lists(lines, min_size=1, max_size=5), terms)
def test_every_line_balances_and_its_trace_adds_up(given_lines: list[LineWords], contract: dict[str, Any]) -> None:
    decision = decided(given_lines, contract)
    for line in decision.lines:
        billed = line.figures.billed_amount
        assert billed == line.figures.plan_paid_amount + sum(one.amount for one in line.adjustments)
        for figure in ("allowed_amount", "coinsurance_amount", "plan_paid_amount"):
            steps = sum((step.amount or 0) for step in line.trace if step.figure == figure)
            assert steps == getattr(line.figures, figure)
        assert line.figures.allowed_amount >= 0
        if contract["lesser_of"]["level"] != "never":
            assert line.figures.allowed_amount <= billed


@given(st.lists(lines, min_size=1, max_size=5, unique_by=lambda line: line.code), terms, st.randoms())
def test_in_which_order_the_lines_come_changes_no_total(
    given_lines: list[LineWords], contract: dict[str, Any], random: Any
) -> None:
    """Of single procedures; what is spread over lines is spread to the cent, in their order."""
    single = [line for line in given_lines if line.rate and line.rate.method not in ("case_rate", "drg_weight")]
    if not single:
        return
    contract = contract | {"outliers": [], "lesser_of": {"level": "line"}}
    other = single[:]
    random.shuffle(other)
    assert decided(single, contract).figures == decided(other, contract).figures


@given(st.lists(lines, min_size=1, max_size=5), terms)
def test_capped_together_is_the_lesser_of_both_sums(given_lines: list[LineWords], contract: dict[str, Any]) -> None:
    free = decided(given_lines, contract | {"lesser_of": {"level": "never"}})
    capped = decided(given_lines, contract | {"lesser_of": {"level": "claim"}})
    assert capped.figures.allowed_amount == min(free.figures.allowed_amount, free.figures.billed_amount)


@given(
    st.lists(st.tuples(st.integers(1, 2_000), st.integers(1, 3)), min_size=2, max_size=5),
    st.lists(st.integers(0, 100), min_size=1, max_size=3).map(lambda shares: sorted([100, *shares], reverse=True)),
    st.data(),
)
def test_on_however_many_claims_procedures_of_a_day_come_they_are_paid_as_on_one(
    procedures: list[tuple[int, int]], percents: list[int], data: Any
) -> None:
    """To the cent that each may be rounded by; a later claim can not bear more than it is paid itself."""
    lines = [
        LineWords(code=str(20_000 + at), billed=Decimal(1_000_000), price=Decimal(dollars), units=Decimal(units))
        for at, (dollars, units) in enumerate(procedures)
    ]
    contract = {"contract": {"multiple_procedures": [{"percents": percents, "section": "R"}]}}
    (whole,) = decide(a_plan(), a_claim(*lines), contracts=contract)
    order = data.draw(st.permutations(lines))
    cut = data.draw(st.integers(1, len(order) - 1))
    provider = "1234567893"
    apart = decide(
        a_plan(),
        a_claim(*order[:cut], provider=provider),
        a_claim(*order[cut:], provider=provider),
        contracts=contract,
    )
    paid = sum(decision.figures.allowed_amount for decision in apart)
    owed = max(whole.figures.allowed_amount, apart[0].figures.allowed_amount)
    assert abs(paid - owed) <= Decimal("0.01") * len(lines) * 3
