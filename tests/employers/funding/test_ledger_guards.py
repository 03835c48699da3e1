"""The database keeps the ledger balanced by itself: attempts to cheat it in SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection

from employers.funding.deposit_funds import deposit_funds
from employers.models import ClaimsAccount, LedgerAccount, LedgerEntry, LedgerTransaction
from tests.factories.employers import TESTER, make_claims_account, make_employer
from tests.factories.plans import make_plan

pytestmark = pytest.mark.django_db


def run(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def commit() -> None:
    """What a commit checks."""
    run("SET CONSTRAINTS ALL IMMEDIATE")


def open_head(account_id: int, *, reverses: int | None = None, booked_in: int | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO employers_ledgertransaction (employer_id, claims_account_id, reference, kind, description,"
            " posted_on, recorded_at, reverses_id, booked_in)"
            " SELECT employer_id, id, 'cheat', 'x', 'x', '2026-01-01', now(), %s, coalesce(%s, txid_current())"
            " FROM employers_claimsaccount WHERE id = %s RETURNING id",
            [reverses, booked_in, account_id],
        )
        return cursor.fetchone()[0]


def add_entry(head_id: int, account_id: int, kind: str, amount: str) -> None:
    run(
        "INSERT INTO employers_ledgerentry (employer_id, transaction_id, account_id, amount)"
        " SELECT employer_id, %s, id, %s FROM employers_ledgeraccount WHERE claims_account_id = %s AND kind = %s",
        head_id,
        amount,
        account_id,
        kind,
    )


@pytest.fixture
def account_id() -> int:
    account_id = make_claims_account()
    deposit_funds(
        claims_account_id=account_id,
        amount=Decimal("1000.00"),
        received_on=date(2026, 1, 2),
        bank_reference="W1",
        by=TESTER,
    )
    commit()
    run("SET CONSTRAINTS ALL DEFERRED")
    return account_id


def test_a_balanced_posting_passes(account_id):
    head = open_head(account_id)
    add_entry(head, account_id, "cash", "5.00")
    add_entry(head, account_id, "employer_funds", "-5.00")
    commit()


def test_a_posting_that_does_not_balance_is_refused(account_id):
    head = open_head(account_id)
    add_entry(head, account_id, "cash", "5.00")
    add_entry(head, account_id, "employer_funds", "-4.99")
    with pytest.raises(IntegrityError, match=r"sum to 0\.01"):
        commit()


def test_a_posting_without_entries_is_refused(account_id):
    open_head(account_id)
    with pytest.raises(IntegrityError, match="has 0 entries"):
        commit()


def test_an_entry_that_comes_after_the_check_is_checked_itself(account_id):
    head = LedgerTransaction.objects.get().pk
    add_entry(head, account_id, "cash", "500.00")
    with pytest.raises(IntegrityError, match="does not balance"):
        commit()


def test_nothing_is_added_to_a_posting_of_an_earlier_transaction_even_if_it_balances(account_id):
    run("SET LOCAL session_replication_role = replica")  # no triggers: as if this had been committed long ago
    head = open_head(account_id, booked_in=1)
    run("SET LOCAL session_replication_role = origin")
    add_entry(head, account_id, "cash", "500.00")
    add_entry(head, account_id, "employer_funds", "-500.00")
    with pytest.raises(IntegrityError, match="was posted before"):
        commit()


def test_an_entry_of_nothing_is_refused(account_id):
    head = open_head(account_id)
    with pytest.raises(IntegrityError, match="entry_moves_money"):
        add_entry(head, account_id, "cash", "0.00")


def test_money_does_not_move_between_the_plans_of_an_employer():
    employer = make_employer()
    first, second = (make_claims_account(employer, plan=make_plan()) for _ in range(2))
    head = open_head(first)
    add_entry(head, first, "cash", "-70.00")
    add_entry(head, second, "cash", "70.00")
    with pytest.raises(IntegrityError, match="between claims accounts"):
        commit()


def test_money_does_not_move_between_employers(account_id):
    other = make_claims_account()
    head = open_head(account_id)
    add_entry(head, account_id, "cash", "-70.00")
    add_entry(head, other, "cash", "70.00")
    with pytest.raises(IntegrityError, match="between claims accounts"):
        commit()


def test_a_head_says_no_other_transaction_than_its_own(account_id):
    head = open_head(account_id, booked_in=1)
    add_entry(head, account_id, "cash", "5.00")
    add_entry(head, account_id, "employer_funds", "-5.00")
    with pytest.raises(IntegrityError, match="was posted before"):
        commit()


def test_a_posting_does_not_reverse_one_of_another_account(account_id):
    other = make_claims_account()
    run("SET CONSTRAINTS ALL DEFERRED")
    first = LedgerTransaction.objects.get().pk
    open_head(other, reverses=first)
    with pytest.raises(IntegrityError, match="another claims account"):
        commit()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE employers_ledgerentry SET amount = amount * 2",
        "DELETE FROM employers_ledgerentry",
        "TRUNCATE employers_ledgerentry",
        "UPDATE employers_ledgertransaction SET posted_on = '2020-01-01'",
        "DELETE FROM employers_ledgertransaction",
        "TRUNCATE employers_ledgertransaction CASCADE",
        "UPDATE employers_ledgeraccount SET kind = 'fees' WHERE kind = 'cash'",
        "UPDATE employers_ledgeraccount SET claims_account_id = claims_account_id + 1",
        "UPDATE employers_claimsaccount SET employer_id = employer_id + 1",
        "UPDATE employers_claimsaccount SET plan_id = 1",
        "DELETE FROM employers_claimsaccount",
    ],
)
@pytest.mark.parametrize("role", ["", "steward_web", "steward_worker"])
def test_what_was_posted_is_not_changed_by_anybody(account_id, sql, role):
    if role:
        run("SELECT set_config('steward.employers', '*', true)")
        run(f"SET LOCAL ROLE {role}")
    with pytest.raises((IntegrityError, ProgrammingError), match=r"only grows|permission denied|stays with its"):
        run(sql)


def test_an_amount_beyond_the_column_is_refused(account_id):
    head = open_head(account_id)
    with pytest.raises(DataError):
        add_entry(head, account_id, "cash", "99999999999999.00")


def test_an_employer_sees_only_its_own_ledger(account_id):
    other = make_employer()
    run("SELECT set_config('steward.employers', %s, true)", str(other.pk))
    run("SET LOCAL ROLE steward_web")
    assert not LedgerEntry.objects.exists()
    assert not LedgerAccount.objects.exists()
    assert not LedgerTransaction.objects.exists()


def test_an_employer_does_not_post_into_anothers_account(account_id):
    account = ClaimsAccount.objects.get(pk=account_id)
    other = make_employer()
    run("SELECT set_config('steward.employers', %s, true)", str(other.pk))
    run("SET LOCAL ROLE steward_web")
    with pytest.raises(ProgrammingError, match="row-level security"):
        run(
            "INSERT INTO employers_ledgertransaction (employer_id, claims_account_id, reference, kind, description,"
            " posted_on, recorded_at) VALUES (%s, %s, 'r', 'x', 'x', '2026-01-01', now())",
            account.employer_id,
            account_id,
        )
