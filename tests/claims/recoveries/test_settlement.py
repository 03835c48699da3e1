"""What of a settlement is the plan's, and how money is divided: worked sums and laws."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from claims.recoveries.settlement import PlanSays, Reduction, Settlement, due_of, parts_of

D = Decimal
money = st.integers(0, 10_000_000).map(lambda number: D(number) / 100)


def plan(whole: bool = False, fund: bool = False) -> PlanSays:
    return PlanSays(whole, fund, "Article 9.4")


def test_a_plan_that_gives_nothing_gets_its_whole_lien() -> None:
    assert due_of(D("9000.00"), Settlement(D("30000.00"), D("10000.00")), plan()).amount == D("9000.00")


def test_the_common_fund_takes_the_attorneys_part_of_what_the_plan_gets() -> None:
    due = due_of(D("9000.00"), Settlement(D("30000.00"), D("10000.00")), plan(fund=True))
    assert due.reductions == (Reduction("common_fund", D("3000.00"), "Article 9.4"),)
    assert due.amount == D("6000.00")


def test_a_member_who_is_not_whole_comes_first() -> None:
    # Whole loss 40,000, of it 9,000 care: 31,000 are the member's own; of 20,000 net nothing is left for the plan.
    due = due_of(D("9000.00"), Settlement(D("30000.00"), D("10000.00"), D("40000.00")), plan(whole=True))
    assert (due.amount, due.reductions[0].rule) == (D("0.00"), "made_whole")
    # Own loss 16,000: 4,000 are left.
    due = due_of(D("9000.00"), Settlement(D("30000.00"), D("10000.00"), D("25000.00")), plan(whole=True))
    assert due.amount == D("4000.00")


def test_there_is_never_more_than_there_is() -> None:
    due = due_of(D("90000.00"), Settlement(D("30000.00"), D("10000.00")), plan())
    assert (due.amount, due.reductions) == (D("20000.00"), (Reduction("not_there", D("70000.00"), ""),))


@given(money, money, money, st.one_of(st.none(), money), st.booleans(), st.booleans())
def test_a_lien_is_what_is_due_and_what_it_was_reduced_by(
    lien: Decimal, net: Decimal, attorney: Decimal, damages: Decimal | None, whole: bool, fund: bool
) -> None:
    due = due_of(lien, Settlement(net + attorney, attorney, damages), plan(whole, fund))
    assert due.amount + sum(one.amount for one in due.reductions) == lien
    assert all(one.amount > 0 for one in due.reductions)
    assert 0 <= due.amount <= min(lien, net)
    if whole and damages is not None and due.amount:
        assert net - due.amount >= min(net, max(D(0), damages - lien))


@given(st.lists(money.filter(bool), min_size=1, max_size=6), money, st.integers(0, 10000).map(lambda n: D(n) / 100))
def test_of_all_that_comes_each_cent_is_somebodys_and_never_more_than_agreed_the_plans(
    receipts: list[Decimal], agreed: Decimal, percent: Decimal
) -> None:
    ours = D(0)
    for amount in receipts:
        parts = parts_of(amount, agreed - ours, percent)
        assert sum(parts) == amount
        assert min(parts) >= 0
        ours += parts.fee_amount + parts.plan_amount
    assert ours == min(agreed, sum(receipts))
