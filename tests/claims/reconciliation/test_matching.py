"""Matching alone: what each rule takes, that ties stay open, and that no order of lines and items changes anything."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.reconciliation.matching.facts import OpenItem, OpenLine, Outcome, PostingRule, Terms, references_of, total
from claims.reconciliation.matching.match import match
from claims.reconciliation.matching.suggest import suggest

D = Decimal
DAY = date(2026, 11, 2)
TERMS = Terms(
    window_days=5,
    rules=(
        PostingRule(1, "fee", "", D("50.00"), date(2026, 1, 1)),
        PostingRule(2, "interest", "", D("100.00"), date(2026, 1, 1), date(2026, 11, 10)),
    ),
)


def line(line_id: int, amount: str, kind: str = "other", day: int = 0, **more: Any) -> OpenLine:
    names = references_of(more.pop("reference", ""), text=more.get("text", ""))
    return OpenLine(line_id, DAY + timedelta(day), D(amount), kind, references=names, **more)


def item(item_id: int, amount: str, kind: str = "deposit", day: int = 0, **more: Any) -> OpenItem:
    names = references_of(more.pop("reference", ""))
    return OpenItem(item_id, DAY + timedelta(day), D(amount), kind, references=names, **more)


def check(item_id: int, amount: str, number: str, **more: Any) -> OpenItem:
    return item(item_id, amount, "payment", method="check", check_number=number, **more)


def ach(item_id: int, amount: str, batch: str, **more: Any) -> OpenItem:
    return item(item_id, amount, "payment", method="ach", batch=batch, reference=f"100000{item_id:04}", **more)


def rules(outcome: Outcome) -> list[tuple[str, list[int], list[int]]]:
    return [(one.rule, [pk for pk, _amount in one.lines], [pk for pk, _amount in one.items]) for one in outcome.matches]


def test_a_check_is_its_number_and_amount() -> None:
    found = match([line(1, "-80.00", "check", 9, check_number="100001")], [check(5, "-80.00", "100001")], TERMS)
    assert rules(found) == [("check", [1], [5])]


def test_a_check_paid_twice_is_a_tie() -> None:
    twice = [line(one, "-80.00", "check", check_number="7") for one in (1, 2)]
    assert rules(match(twice, [check(5, "-80.00", "7")], TERMS)) == []


def test_a_check_paid_twice_and_taken_back_once_is_one_payment() -> None:
    lines = [
        line(1, "-80.00", "check", check_number="77777", reference="77777"),
        line(2, "-80.00", "check", check_number="77777", reference="77777"),
        line(3, "80.00", "correction", check_number="77777", reference="77777"),
    ]
    found = match(lines, [check(5, "-80.00", "77777", reference="77777")], TERMS)
    assert rules(found) == [("group", [1, 2, 3], [5])]


@pytest.mark.parametrize(("bank", "both", "more"), [("-800.00", "-80.00", "-720.00"), ("-8.00", "-8.00", "72.00")])
def test_another_amount_on_a_check_is_matched_as_far_as_it_goes(bank: str, both: str, more: str) -> None:
    [found] = match([line(1, bank, "check", check_number="7")], [check(5, "-80.00", "7")], TERMS).matches
    assert (found.rule, found.lines, found.items) == ("check_amount", ((1, D(both)),), ((5, D(both)),))
    assert found.difference_amount == D(more)


def test_the_bank_corrects_what_it_encoded() -> None:
    lines = [line(1, "-800.00", "check", check_number="7"), line(2, "720.00", "correction", check_number="7")]
    found = match(lines, [check(5, "-80.00", "7")], TERMS).matches
    assert sorted((one.rule, one.lines) for one in found) == [
        ("check_amount", ((1, D("-80.00")),)),
        ("correction", ((1, D("-720.00")), (2, D("720.00")))),
    ]
    assert all(total(one.lines) == total(one.items) for one in found)


def test_a_trace_names_a_payment_and_its_return() -> None:
    lines = [
        line(1, "-48.00", "ach", text="TRN*1*1000000009*1340000001"),
        line(2, "48.00", "returned", 2, reference="1000000009"),
    ]
    paid = ach(9, "-48.00", "RUN1")
    back = item(10, "48.00", "reversal", method="ach", reverses_id=9, reference="1000000009")
    assert rules(match(lines, [paid, back], TERMS)) == [("trace", [1], [9]), ("returned", [2], [10])]


def test_an_ach_file_is_one_line() -> None:
    items = [ach(1, "-10.00", "RUN1"), ach(2, "-20.00", "RUN1"), ach(3, "-5.00", "RUN2"), ach(4, "-25.00", "RUN2")]
    assert rules(match([line(1, "-30.00", "ach", 1)], items, TERMS)) == []  # two files of this amount
    assert rules(match([line(1, "-30.00", "ach", 1, reference="RUN2")], items, TERMS)) == [("batch", [1], [3, 4])]
    assert rules(match([line(1, "-30.00", "ach", 1)], items[:2], TERMS)) == [("batch", [1], [1, 2])]
    assert rules(match([line(1, "-30.00", "ach", 9)], items[:2], TERMS)) == []  # too late


def test_a_deposit_has_a_reference_or_is_the_only_one_of_its_amount() -> None:
    wire = item(1, "500.00", reference="WIRE CASC01 202611")
    assert rules(match([line(1, "500.00", "wire", 30, reference="wire casc01-202611")], [wire], TERMS)) == [
        ("reference", [1], [1])
    ]
    assert rules(match([line(1, "500.00", "wire", 3)], [wire], TERMS)) == [("amount", [1], [1])]
    assert rules(match([line(1, "500.00", "wire", 6)], [wire], TERMS)) == []
    assert rules(match([line(1, "500.00", "wire"), line(2, "500.00", "wire", 5)], [wire], TERMS)) == []
    assert rules(match([line(1, "500.00", "wire")], [wire, item(2, "500.00", day=4)], TERMS)) == []


def test_one_deposit_in_parts_and_one_line_of_several() -> None:
    parts = [line(1, "300.00", "wire", reference="WIRE 7711"), line(2, "200.00", "wire", 1, reference="WIRE 7711")]
    assert rules(match(parts, [item(1, "500.00", reference="WIRE 7711")], TERMS)) == [("group", [1, 2], [1])]
    whole = [line(1, "500.00", "deposit", reference="LOCKBOX 31")]
    items = [item(1, "300.00", reference="LOCKBOX 31"), item(2, "200.00", reference="LOCKBOX 31")]
    assert rules(match(whole, items, TERMS)) == [("group", [1], [1, 2])]
    assert rules(match([line(1, "501.00", "deposit", reference="LOCKBOX 31")], items, TERMS)) == []


def test_a_void_needs_no_bank_and_a_return_does() -> None:
    void = item(2, "80.00", "reversal", method="check", check_number="7", reverses_id=1)
    assert rules(match([], [check(1, "-80.00", "7"), void], TERMS)) == [("void", [], [1, 2])]
    back = item(2, "80.00", "reversal", method="ach", reverses_id=1)
    assert rules(match([], [ach(1, "-80.00", "RUN1"), back], TERMS)) == []


def test_fees_and_interest_are_posted_by_one_rule_in_its_time_and_limit() -> None:
    lines = [
        line(1, "-15.00", "fee"),
        line(2, "-50.01", "fee"),
        line(3, "9.00", "interest"),
        line(4, "9.00", "interest", 8),
        line(5, "-3.00", "other"),
    ]
    assert [(one.line_id, one.rule_id) for one in match(lines, [], TERMS).to_post] == [(1, 1), (3, 2)]
    both = replace(TERMS, rules=(*TERMS.rules, PostingRule(3, "fee", "", D("20.00"), date(2026, 1, 1))))
    assert [one.line_id for one in match(lines, [], both).to_post] == [3]  # two rules speak of the first


def test_what_might_be_is_suggested_and_not_taken() -> None:
    lines = [line(1, "-30.00", "ach", 9), line(2, "-80.00", "check", check_number="7"), line(3, "500.00", "wire", 20)]
    items = [ach(1, "-10.00", "R1"), ach(2, "-20.00", "R1"), check(3, "-80.00", "7", is_whole=False), item(4, "500.00")]
    told = suggest(lines, items)
    assert [(one.why, one.item_ids) for one in told[1]] == [("batch", (1, 2))]
    assert [(one.why, one.item_ids) for one in told[2]] == [("number", (3,))]
    assert [(one.why, one.item_ids) for one in told[3]] == [("amount", (4,))]


# A few amounts, numbers and references, so that everything collides with everything.
_AMOUNTS = st.sampled_from(["-80.00", "80.00", "-20.00", "20.00", "-100.00", "60.00"]).map(D)
_NUMBERS = st.sampled_from(["", "1", "2"])
_NAMES = st.sampled_from(["", "AAAAA", "BBBBB"])
_DAYS = st.integers(0, 9)


@st.composite
def _tables(draw: st.DrawFn) -> tuple[list[OpenLine], list[OpenItem]]:
    kinds = st.sampled_from(["check", "ach", "wire", "returned", "correction", "fee", "interest", "other"])
    lines = [
        replace(
            line(pk, "1.00", draw(kinds), draw(_DAYS), check_number=draw(_NUMBERS), reference=draw(_NAMES)),
            amount=draw(_AMOUNTS),
        )
        for pk in range(1, draw(st.integers(0, 7)) + 1)
    ]
    items: list[OpenItem] = []
    for pk in range(101, 101 + draw(st.integers(0, 7))):
        number = draw(_NUMBERS)
        back = draw(st.sampled_from([None, *(one.item_id for one in items)])) if items else None
        one = item(
            pk, "1.00", draw(st.sampled_from(["payment", "deposit", "bank_fee"])), draw(_DAYS),
            check_number=number, method="check" if number else draw(st.sampled_from(["", "ach"])),
            batch=draw(st.sampled_from(["", "RUN1", "RUN2"])), reverses_id=back, reference=draw(_NAMES),
        )  # fmt: skip
        items.append(replace(one, amount=draw(_AMOUNTS)))
    return lines, items


@settings(max_examples=300, deadline=None)
@given(_tables(), st.randoms(use_true_random=False))
def test_no_order_and_no_id_changes_what_is_found(
    tables: tuple[list[OpenLine], list[OpenItem]], rng: random.Random
) -> None:
    lines, items = tables
    found = match(lines, items, TERMS)
    rng.shuffle(lines)
    rng.shuffle(items)
    assert match(lines, items, TERMS) == found
    # Other ids, in another order: the same matches under other names.
    line_ids = dict(zip((one.line_id for one in lines), rng.sample(range(500, 900), len(lines)), strict=True))
    item_ids = dict(zip((one.item_id for one in items), rng.sample(range(500, 900), len(items)), strict=True))
    renamed = match(
        [replace(one, line_id=line_ids[one.line_id]) for one in lines],
        [replace(one, item_id=item_ids[one.item_id], reverses_id=item_ids.get(one.reverses_id or 0)) for one in items],
        TERMS,
    )
    assert _named(renamed) == {
        (
            rule,
            frozenset((line_ids[pk], amount) for pk, amount in of_lines),
            frozenset((item_ids[pk], amount) for pk, amount in of_items),
        )
        for rule, of_lines, of_items in _named(found)
    }


def _named(outcome: Outcome) -> set[tuple[str, Any, Any]]:
    return {(one.rule, frozenset(one.lines), frozenset(one.items)) for one in outcome.matches}


@settings(max_examples=300, deadline=None)
@given(_tables())
def test_every_match_balances_and_nothing_is_taken_twice(tables: tuple[list[OpenLine], list[OpenItem]]) -> None:
    lines, items = tables
    outcome = match(lines, items, TERMS)
    assert all(total(one.lines) == total(one.items) for one in outcome.matches)
    for rows, side in ((lines, "lines"), (items, "items")):
        whole = {getattr(row, "line_id", None) or getattr(row, "item_id", None): row.amount for row in rows}
        taken: dict[int, Decimal] = {}
        for one in outcome.matches:
            for pk, amount in getattr(one, side):
                assert amount * whole[pk] > 0
                taken[pk] = taken.get(pk, D(0)) + amount
        assert all(abs(amount) <= abs(whole[pk]) for pk, amount in taken.items())
    fully = {pk for one in outcome.matches for pk, amount in one.lines}
    assert not fully & {one.line_id for one in outcome.to_post}


def test_fifty_thousand_lines_of_all_the_same_take_no_longer_than_others() -> None:
    lines = [line(pk, "-10.00", "ach", pk % 9, text="ACH SETTLEMENT SAMEWORD") for pk in range(1, 50_001)]
    items = [item(pk, "-10.00", "payment", pk % 9, method="ach", reference="SAMEWORD") for pk in range(1, 50_001)]
    began = time.perf_counter()
    assert match(lines, items, TERMS).matches == ()
    assert time.perf_counter() - began < 20
