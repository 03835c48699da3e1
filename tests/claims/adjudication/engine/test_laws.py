"""Laws that hold whatever the plan says."""

from __future__ import annotations

import itertools
from collections import defaultdict
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision, Figures
from claims.adjudication.engine.facts import Accumulated, ClaimFacts
from claims.simulation.scenarios import ClaimWords, LineWords
from tests.claims.adjudication.engine import invented

Randoms = st.integers(0, 2**32).map(Random)
Coordinated = st.booleans()
FIRST = invented.FIRST_DAY


def _decided(
    random: Random, count: int, *, coordinated: bool
) -> tuple[Any, Any, list[tuple[ClaimFacts, ClaimDecision]]]:
    terms = invented.compiled(invented.a_plan(random))
    family, decided = invented.decide(terms, invented.a_year(random, count, coordinated=coordinated))
    return terms, family, decided


@given(Randoms, Coordinated)
def test_every_line_balances_and_its_trace_re_sums(random: Random, coordinated: bool) -> None:
    _terms, _family, decided = _decided(random, 5, coordinated=coordinated)
    for _facts, decision in decided:
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for line in decision.lines:
            figures = line.figures
            adjusted = sum(adjustment.amount for adjustment in line.adjustments)
            owed = sum(adjustment.amount for adjustment in line.adjustments if adjustment.group == "PR")
            assert figures.billed_amount == figures.plan_paid_amount + adjusted
            assert figures.member_amount == owed
            assert 0 <= figures.plan_paid_amount <= figures.allowed_amount <= figures.billed_amount
            assert all(adjustment.amount > 0 for adjustment in line.adjustments)
            for name in Figures.__struct_fields__:
                stepped = sum((step.amount or 0 for step in line.trace if step.figure == name), Decimal(0))
                assert stepped == getattr(figures, name)
                assert getattr(figures, name) >= 0
                totals[name] += getattr(figures, name)
        assert all(totals[name] == getattr(decision.figures, name) for name in Figures.__struct_fields__)


@given(Randoms)
def test_without_another_payer_what_is_allowed_is_shared(random: Random) -> None:
    _terms, _family, decided = _decided(random, 4, coordinated=False)
    for _facts, decision in decided:
        for line in decision.lines:
            of_member = line.figures.copay_amount + line.figures.deductible_amount + line.figures.coinsurance_amount
            assert line.figures.allowed_amount == of_member + line.figures.plan_paid_amount


@given(Randoms, Coordinated)
def test_nobody_bears_more_than_the_maximum_nor_the_family_more_than_its_own(random: Random, coordinated: bool) -> None:
    terms, family, _decided_claims = _decided(random, 20, coordinated=coordinated)
    for cap in (*terms.deductibles, *terms.out_of_pockets):
        whole = Decimal(0)
        for name in invented.PEOPLE:
            mine, whole = family.sum_of(name, cap.bucket, FIRST)
            assert cap.person_amount is None or mine <= cap.person_amount
        assert cap.family_amount is None or whole <= cap.family_amount


@given(Randoms, Coordinated, st.integers(0, 200_000))
def test_more_accumulated_never_costs_the_plan_less(random: Random, coordinated: bool, more_cents: int) -> None:
    terms, _family, decided = _decided(random, 3, coordinated=coordinated)
    facts, _decision = decided[-1]
    held = {(one.year_on, one.bucket): one for one in facts.accumulated}
    more = Decimal(more_cents) / 100
    for cap in (*terms.deductibles, *terms.out_of_pockets):
        one = held.get((FIRST, cap.bucket))
        held[FIRST, cap.bucket] = Accumulated(
            year_on=FIRST,
            bucket=cap.bucket,
            member_amount=(one.member_amount if one else Decimal(0)) + more,
            family_amount=(one.family_amount if one else Decimal(0)) + more,
        )
    after = msgspec.structs.replace(facts, accumulated=tuple(held.values()))
    assert adjudicate(after, terms).figures.plan_paid_amount >= adjudicate(facts, terms).figures.plan_paid_amount


@given(Randoms, Coordinated)
def test_the_same_facts_give_the_same_bytes_also_when_read_back(random: Random, coordinated: bool) -> None:
    terms, _family, decided = _decided(random, 3, coordinated=coordinated)
    for facts, decision in decided:
        stored = msgspec.json.encode(decision)
        read_back = msgspec.json.decode(msgspec.json.encode(facts), type=ClaimFacts)
        assert msgspec.json.encode(adjudicate(facts, terms)) == stored
        assert msgspec.json.encode(adjudicate(read_back, terms)) == stored


@given(Randoms, Coordinated)
def test_taken_back_and_decided_again_everything_is_as_before(random: Random, coordinated: bool) -> None:
    terms, family, decided = _decided(random, 6, coordinated=coordinated)
    facts, decision = decided[-1]
    before = _all_sums(family, terms)
    family.reverse(decision.claim_number)
    again = adjudicate(facts, terms)
    family.remember(facts, again)
    assert again == decision
    assert _all_sums(family, terms) == before


@given(Randoms, st.integers(1, 3))
def test_lines_on_two_claims_of_one_day_are_decided_as_on_one(random: Random, cut: int) -> None:
    terms = invented.compiled(invented.a_plan(random))
    earlier = invented.a_year(random, 3)
    claim = invented.a_claim(random, 99)
    # Two lines alike on two claims would be asked about as a possible duplicate.
    lines = tuple({(line.code, line.on): line for line in claim.lines}.values())
    whole = msgspec.structs.replace(claim, lines=lines)
    parts = [
        msgspec.structs.replace(claim, number=f"P{at}", lines=some)
        for at, some in enumerate((lines[:cut], lines[cut:]))
        if some
    ]
    together = invented.decide(terms, [*earlier, whole])
    apart = invented.decide(terms, [*earlier, *parts])
    found = [line for _facts, decision in apart[1][len(earlier) :] for line in decision.lines]
    expected = list(together[1][-1][1].lines)
    assert [line.figures for line in found] == [line.figures for line in expected]
    assert [line.adjustments for line in found] == [line.adjustments for line in expected]
    for bucket in _buckets(terms):
        assert apart[0].sum_of(claim.who, bucket, FIRST) == together[0].sum_of(claim.who, bucket, FIRST)


@given(st.lists(st.integers(1, 90_000), min_size=2, max_size=5), st.integers(0, 3))
def test_with_one_deductible_and_one_rate_the_order_of_claims_changes_no_total(cents: list[int], seed: int) -> None:
    document = invented.a_plan(Random(seed))
    document["limits"] = []
    document["benefits"] = document["benefits"][:1]
    document["benefits"][0]["pays"] = {tier: ["deductible", {"coinsurance": 50}] for tier in ("one", "two", "out")}
    terms = invented.compiled(document)
    # Amounts of even cents, so that half of them is whole; a code each, so that no claim looks like another.
    amounts = [Decimal(amount * 2) / 100 for amount in cents]
    claims = [
        ClaimWords(
            number=f"C{at}",
            on=FIRST,
            network="near",
            lines=(LineWords(code=str(10000 + at), billed=amount, price=amount),),
        )
        for at, amount in enumerate(amounts)
    ]
    paid = set()
    for order in itertools.islice(itertools.permutations(claims), 24):
        _family, decided = invented.decide(terms, order)
        paid.add(sum(decision.figures.plan_paid_amount for _facts, decision in decided))
    assert len(paid) == 1


def _all_sums(family: Any, terms: Any) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    names = itertools.product(invented.PEOPLE, _buckets(terms))
    return {(name, bucket): family.sum_of(name, bucket, FIRST) for name, bucket in names}


def _buckets(terms: Any) -> list[str]:
    return [one.bucket for one in (*terms.deductibles, *terms.out_of_pockets, *terms.limits)]
