"""Random policies and claims, reckoned a second time by code that shares nothing with the first: whole cents, one claim
at a time, day by day, written from the rules alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tpa.foundation.values.periods import Period
from tpa.stoploss.reckoning.accommodation import accommodation, cumulative_attachments, settle
from tpa.stoploss.reckoning.aggregate import (
    aggregate_position,
    attachment_point,
    group_loss,
    losses_by_month,
    month_attachment,
)
from tpa.stoploss.reckoning.specific import specific_position
from tpa.stoploss.reckoning.terms import AggregateTerms, Laser, PaidFact, SpecificTerms
from tpa.stoploss.reckoning.windows import add_months, months_of, windows

START = date(2025, 1, 1)
TERM = Period(START, date(2026, 1, 1))
PEOPLE = range(1, 6)

amounts = st.integers(1, 40_000_00)
claims = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE), st.integers(-400, 800), st.integers(0, 400), amounts, st.booleans(), st.booleans()
    ),
    max_size=40,
)
policies = st.fixed_dictionaries(
    {
        "run_in": st.integers(0, 12),
        "run_out": st.integers(0, 12),
        "deductible": st.integers(1, 60_000_00),
        "lasers": st.dictionaries(st.sampled_from(PEOPLE), st.none() | st.integers(1, 90_000_00), max_size=2),
        "corridor": st.integers(0, 50_000_00),
        "percent": st.sampled_from([100, 90, 80, 50]),
        "most": st.none() | st.integers(1, 50_000_00),
        "medical_only": st.booleans(),
    }
)


def _dollars(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


def _facts(drawn: list[tuple[Any, ...]]) -> list[PaidFact]:
    """Some claims are taken back, much later: the days are those of the payment."""
    facts = []
    for order, (member, incurred, lag, amount, is_drug, is_back) in enumerate(drawn):
        on = START + timedelta(days=incurred)
        paid = on + timedelta(days=lag)
        fact = PaidFact(member, on, paid, Decimal(amount) / 100, order, "drug" if is_drug else "medical")
        facts += [fact, fact._replace(amount=-fact.amount)] if is_back else [fact]
    return facts


def _month_start(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _eligible(drawn: list[tuple[Any, ...]], policy: dict[str, Any]) -> list[tuple[date, int, int, int]]:
    """(paid, order, member, cents) of what counts and was not taken back, in paid order."""
    first = _month_start(2024, 13 - policy["run_in"])
    last = _month_start(2026, 1 + policy["run_out"]) - timedelta(days=1)
    found = []
    for order, (member, incurred, lag, amount, is_drug, is_back) in enumerate(drawn):
        on = START + timedelta(days=incurred)
        paid = on + timedelta(days=lag)
        if is_back or (is_drug and policy["medical_only"]):
            continue
        if first <= on <= date(2025, 12, 31) and START <= paid <= last:
            found.append((paid, order, member, amount))
    return sorted(found)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


@given(claims, policies)
def test_specific(drawn: list[tuple[Any, ...]], policy: dict[str, Any]) -> None:
    spent: dict[int, int] = {}
    carrier: dict[int, int] = {}
    left = policy["corridor"]
    for _paid, _order, member, amount in _eligible(drawn, policy):
        before = spent.get(member, 0)
        spent[member] = before + amount
        limit = policy["lasers"].get(member, policy["deductible"])
        if limit is None:
            continue
        above = max(0, spent[member] - max(limit, before))
        stays = min(left, above)
        left -= stays
        carrier[member] = carrier.get(member, 0) + above - stays
    owed = {
        member: min(_half_up(cents * policy["percent"], 100), policy["most"] if policy["most"] else 10**12)
        for member, cents in carrier.items()
    }
    found = specific_position(
        SpecificTerms(
            windows=windows(TERM, run_in_months=policy["run_in"], run_out_months=policy["run_out"]),
            deductible_amount=Decimal(policy["deductible"]) / 100,
            lasers=tuple(Laser(member, _dollars(cents)) for member, cents in policy["lasers"].items()),
            corridor_amount=Decimal(policy["corridor"]) / 100,
            reimburse_percent=Decimal(policy["percent"]),
            most_amount=_dollars(policy["most"]),
            benefits=("medical",) if policy["medical_only"] else (),
        ),
        _facts(drawn),
    )
    assert {one.member_id: one.reimbursable_amount * 100 for one in found.persons if one.reimbursable_amount} == {
        member: cents for member, cents in owed.items() if cents
    }
    assert found.corridor_left_amount * 100 == left
    assert sum(one.eligible_amount for one in found.persons) * 100 == sum(spent.values())


@given(
    claims,
    policies,
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 60)), min_size=12, max_size=12),
    st.tuples(st.integers(1, 700_00), st.integers(1, 1_900_00)),
    st.sampled_from([100, 110, 125]),
    st.sampled_from([0, 90, 95, 100]),
    st.integers(0, 900_000_00),
    st.booleans(),
)
def test_aggregate_and_accommodation(
    drawn: list[tuple[Any, ...]],
    policy: dict[str, Any],
    lives: list[tuple[int, int]],
    factors: tuple[int, int],
    corridor: int,
    least_percent: int,
    floor: int,
    counts_lasers: bool,
) -> None:
    months = [_half_up((single * factors[0] + family * factors[1]) * corridor, 100) for single, family in lives]
    least = max(_half_up(months[0] * 12 * least_percent, 100), floor)
    point = max(sum(months), least)
    spent: dict[int, int] = {}
    until: dict[int, int] = {}
    for paid, _order, member, amount in _eligible(drawn, policy):
        spent[member] = spent.get(member, 0) + amount
        limits = dict.fromkeys(spent, policy["deductible"])
        if counts_lasers:
            limits |= {
                who: 10**12 if cents is None else max(cents, policy["deductible"])
                for who, cents in policy["lasers"].items()
            }
        loss = sum(min(cents, limits[who]) for who, cents in spent.items())
        until[(paid.year - 2025) * 12 + paid.month] = loss
    loss = until[max(until)] if until else 0
    by_month = [max((until[month] for month in until if month <= number), default=0) for number in range(1, 13)]
    owed = min(_half_up(max(0, loss - point) * policy["percent"], 100), policy["most"] if policy["most"] else 10**12)

    terms = AggregateTerms(
        windows=windows(TERM, run_in_months=policy["run_in"], run_out_months=policy["run_out"]),
        months_count=12,
        factors=(("EE", Decimal(factors[0]) / 100), ("FAM", Decimal(factors[1]) / 100)),
        corridor_percent=Decimal(corridor),
        minimum_percent=Decimal(least_percent),
        minimum_floor_amount=Decimal(floor) / 100,
        person_limit_amount=Decimal(policy["deductible"]) / 100,
        lasers=tuple(Laser(member, _dollars(cents)) for member, cents in policy["lasers"].items()),
        counts_lasers=counts_lasers,
        reimburse_percent=Decimal(policy["percent"]),
        most_amount=_dollars(policy["most"]),
        benefits=("medical",) if policy["medical_only"] else (),
    )
    facts = _facts(drawn)
    monthly = [month_attachment(terms, {"EE": single, "FAM": family}) for single, family in lives]
    attachment = attachment_point(terms, monthly)
    assert [amount * 100 for amount in monthly] == months
    assert attachment.amount * 100 == point
    assert group_loss(terms, facts) * 100 == loss
    assert aggregate_position(terms, group_loss(terms, facts), attachment).reimbursable_amount * 100 == owed

    ends = [add_months(month, 1) for month in months_of(TERM)]
    losses = losses_by_month(terms, facts, ends)
    assert [amount * 100 for amount in losses] == by_month
    so_far = cumulative_attachments(monthly, minimum_amount=attachment.minimum_amount, months_count=12)
    advanced = most_above = 0
    for number, month in enumerate(accommodation(losses, so_far), 1):
        above = max(0, by_month[number - 1] - int(so_far[number - 1] * 100))
        most_above = max(most_above, above)
        advanced += int(month.advance_amount * 100)
        assert advanced == most_above
        assert month.repayable_amount * 100 == most_above - above
    assert so_far[-1] * 100 == point
    final = settle(Decimal(owed) / 100, Decimal(advanced) / 100)
    assert (final.carrier_owes_amount - final.employer_repays_amount) * 100 == owed - advanced


@given(claims, policies)
def test_in_whatever_order_payments_are_read_the_position_is_the_same(
    drawn: list[tuple[Any, ...]], policy: dict[str, Any]
) -> None:
    terms = SpecificTerms(
        windows=windows(TERM, run_in_months=policy["run_in"], run_out_months=policy["run_out"]),
        deductible_amount=Decimal(policy["deductible"]) / 100,
        corridor_amount=Decimal(policy["corridor"]) / 100,
    )
    facts = _facts(drawn)
    assert specific_position(terms, facts) == specific_position(terms, facts[::-1])


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
def test_months_on_are_counted_by_the_calendar(on: date, count: int) -> None:
    found = add_months(on, count)
    months = (found.year - on.year) * 12 + found.month - on.month
    assert months in ((count, count + 1) if on.day > 28 else (count,))
    assert found.day in (on.day, 1)
