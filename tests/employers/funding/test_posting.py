"""Posting, reversing, depositing: what the verbs promise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from employers.funding.deposit_funds import deposit_funds
from employers.funding.open_claims_account import open_claims_account
from employers.funding.post import post
from employers.funding.post_many import post_many
from employers.funding.posting import Account, Posting
from employers.funding.reverse_posting import reverse_posting
from employers.funding.selectors import available_amount, balances, claims_accounts, register
from employers.models import ClaimsAccount, LedgerEntry, LedgerTransaction
from tests.factories.employers import TESTER, make_claims_account, make_employer
from tests.factories.plans import make_plan
from tpa.foundation.access import system_scope
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.models import AuditEvent

pytestmark = pytest.mark.django_db
D = Decimal
SCOPE = system_scope("tests")


def payment(number: int, amount: str, on: date = date(2026, 2, 3)) -> Posting:
    return Posting(
        reference=f"payment:{number}",
        kind="payment",
        description=f"Payment {number}",
        posted_on=on,
        entries=((Account.CLAIMS_PAID, D(amount)), (Account.PAYMENTS_OUT, -D(amount))),
    )


def deposit(account_id: int, amount: str, on: date = date(2026, 1, 2), bank_reference: str = "W1"):
    return deposit_funds(
        claims_account_id=account_id, amount=D(amount), received_on=on, bank_reference=bank_reference, by=TESTER
    )


@pytest.fixture
def account_id() -> int:
    return make_claims_account(overdraft_limit_amount=D(0))


def test_a_new_account_has_the_whole_chart_and_no_money(account_id):
    assert balances(account_id) == dict.fromkeys(Account.values, D(0))
    assert available_amount(account_id) == 0


def test_a_plan_has_one_account_and_so_have_all_plans_without():
    employer, plan = make_employer(), make_plan()
    own = make_claims_account(employer, plan=plan)
    shared = make_claims_account(employer)
    assert claims_accounts(employer.pk) == {plan.pk: own, None: shared}
    with pytest.raises(Conflict):
        make_claims_account(employer)
    with pytest.raises(Conflict):
        make_claims_account(employer, plan=plan)


def test_an_account_needs_a_routing_number_that_can_be_one_and_keeps_its_number_secret():
    employer = make_employer()
    fields = {"employer_id": employer.pk, "name": "x", "by": TESTER, "bank_account_number": "000123456789"}
    with pytest.raises(Invalid):
        open_claims_account(bank_routing_number="123456789", **fields)
    account_id = open_claims_account(bank_routing_number="021000021", **fields)
    assert ClaimsAccount.objects.get(pk=account_id).bank_account_number == "000123456789"
    with connection.cursor() as cursor:
        cursor.execute("SELECT bank_account_number FROM employers_claimsaccount WHERE id = %s", [account_id])
        assert "123456789" not in cursor.fetchone()[0]


def test_a_deposit_is_cash_held_for_the_employer_and_told_twice_is_one(account_id):
    first = deposit(account_id, "1500.00")
    again = deposit(account_id, "1500.00")
    assert (first.is_new, again.is_new, again.transaction_id) == (True, False, first.transaction_id)
    assert balances(account_id)[Account.CASH] == D("1500.00")
    assert balances(account_id)[Account.EMPLOYER_FUNDS] == D("-1500.00")
    assert available_amount(account_id) == D("1500.00")


def test_another_amount_under_the_same_reference_is_refused(account_id):
    deposit(account_id, "1500.00")
    with pytest.raises(Conflict) as refused:
        deposit(account_id, "1500.01")
    assert refused.value.code == "funding.reference_used"


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "1.005"])
def test_a_deposit_is_more_than_nothing_and_in_cents(account_id, amount):
    with pytest.raises(Invalid):
        deposit(account_id, amount)


def test_payments_draw_on_what_is_there(account_id):
    deposit(account_id, "100.00")
    post(claims_account_id=account_id, posting=payment(1, "60.00"), by=TESTER)
    assert available_amount(account_id) == D("40.00")
    with pytest.raises(Conflict) as refused:
        post(claims_account_id=account_id, posting=payment(2, "40.01"), by=TESTER)
    assert refused.value.code == "funding.not_enough"
    assert refused.value.extra == {"available_amount": "40.00", "wanted_amount": "40.01"}
    post(claims_account_id=account_id, posting=payment(3, "40.00"), by=TESTER)
    assert available_amount(account_id) == 0


def test_what_the_bank_did_is_posted_whatever_is_there_and_a_deposit_always_is(account_id):
    post(claims_account_id=account_id, posting=payment(1, "60.00"), by=TESTER, must_be_funded=False)
    assert available_amount(account_id) == D("-60.00")
    deposit(account_id, "10.00")
    assert available_amount(account_id) == D("-50.00")


def test_an_overdraft_may_be_drawn_to_its_limit_and_no_limit_is_no_limit():
    limited = make_claims_account(overdraft_limit_amount=D("50.00"))
    assert available_amount(limited) == D("50.00")
    post(claims_account_id=limited, posting=payment(1, "50.00"), by=TESTER)
    unlimited = make_claims_account()
    assert available_amount(unlimited) is None
    post(claims_account_id=unlimited, posting=payment(2, "1000000.00"), by=TESTER)


def test_a_batch_is_posted_whole_or_not_at_all(account_id):
    deposit(account_id, "100.00")
    with pytest.raises(Conflict):
        post_many(claims_account_id=account_id, postings=[payment(1, "60.00"), payment(2, "60.00")], by=TESTER)
    assert LedgerTransaction.objects.count() == 1


def test_a_batch_sent_again_posts_only_what_is_new(account_id):
    deposit(account_id, "100.00")
    first = post_many(claims_account_id=account_id, postings=[payment(1, "10.00"), payment(2, "20.00")], by=TESTER)
    again = post_many(
        claims_account_id=account_id,
        postings=[payment(2, "20.00"), payment(3, "30.00"), payment(1, "10.00")],
        by=TESTER,
    )
    assert [posted.is_new for posted in again] == [False, True, False]
    assert (again[0], again[2]) == (first[1]._replace(is_new=False), first[0]._replace(is_new=False))
    assert balances(account_id)[Account.CLAIMS_PAID] == D("60.00")


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (((Account.CASH, D("1.00")), (Account.FEES, D("-0.99"))), "funding.not_balanced"),
        (((Account.CASH, D("0.001")), (Account.FEES, D("-0.001"))), "funding.not_cents"),
        (((Account.CASH, D("0.00")), (Account.FEES, D("0.00"))), "funding.empty"),
        ((), "funding.empty"),
    ],
)
def test_what_is_no_posting_is_refused(account_id, entries, code):
    with pytest.raises(Invalid) as refused:
        post(claims_account_id=account_id, posting=payment(1, "1.00")._replace(entries=entries), by=TESTER)
    assert refused.value.code == code


def test_a_reference_is_used_once_in_a_batch_and_across_accounts(account_id):
    deposit(account_id, "100.00")
    with pytest.raises(Invalid):
        post_many(claims_account_id=account_id, postings=[payment(1, "1.00")] * 2, by=TESTER)
    post(claims_account_id=account_id, posting=payment(1, "1.00"), by=TESTER)
    with pytest.raises(Conflict):
        post(claims_account_id=make_claims_account(), posting=payment(1, "1.00"), by=TESTER)
    with pytest.raises(NotFound):
        post(claims_account_id=0, posting=payment(2, "1.00"), by=TESTER)


def test_a_reversal_is_the_exact_negative_once_and_final(account_id):
    deposit(account_id, "100.00")
    posted = post(claims_account_id=account_id, posting=payment(1, "60.00"), by=TESTER)
    fields = {"posted_on": date(2026, 2, 9), "because": "stop payment", "by": TESTER}
    reversal = reverse_posting(transaction_id=posted.transaction_id, **fields)
    assert not reverse_posting(transaction_id=posted.transaction_id, **fields).is_new
    assert available_amount(account_id) == D("100.00")
    assert balances(account_id)[Account.CLAIMS_PAID] == 0
    with pytest.raises(Conflict):
        reverse_posting(transaction_id=reversal.transaction_id, **fields)
    with pytest.raises(NotFound):
        reverse_posting(transaction_id=0, **fields)


def test_a_deposit_that_bounced_is_reversed_even_when_it_was_spent(account_id):
    deposited = deposit(account_id, "100.00")
    post(claims_account_id=account_id, posting=payment(1, "60.00"), by=TESTER)
    reverse_posting(
        transaction_id=deposited.transaction_id, posted_on=date(2026, 2, 9), because="returned by the bank", by=TESTER
    )
    assert available_amount(account_id) == D("-60.00")


def test_the_register_runs_from_its_opening_to_its_closing_balance(account_id):
    deposit(account_id, "100.00", on=date(2026, 1, 2))
    post(claims_account_id=account_id, posting=payment(1, "60.00", on=date(2026, 2, 3)), by=TESTER)
    deposit(account_id, "10.00", on=date(2026, 1, 20), bank_reference="W2")  # recorded later, counts earlier
    cleared = Posting(
        "cleared:1", "cleared", "x", date(2026, 2, 5), ((Account.PAYMENTS_OUT, D(60)), (Account.CASH, D(-60)))
    )
    post(claims_account_id=account_id, posting=cleared, by=TESTER)
    whole = register(SCOPE, account_id)
    assert [(row.amount, row.balance_amount) for row in whole.rows] == [
        (D(100), D(100)),
        (D(10), D(110)),
        (D(-60), D(50)),
    ]
    february = register(SCOPE, account_id, from_on=date(2026, 2, 1), to_on=date(2026, 2, 28))
    assert (february.opening_amount, len(february.rows), february.closing_amount) == (D(110), 1, D(50))
    bank = register(SCOPE, account_id, kinds=[Account.CASH])
    assert [row.balance_amount for row in bank.rows] == [D(100), D(110), D(50)]


def test_balances_can_be_asked_for_a_day(account_id):
    deposit(account_id, "100.00", on=date(2026, 1, 2))
    deposit(account_id, "10.00", on=date(2026, 2, 2), bank_reference="W2")
    assert balances(account_id, until=date(2026, 1, 31))[Account.CASH] == D(100)


@pytest.mark.parametrize("count", [1, 300])
def test_a_payment_run_posts_with_the_same_number_of_statements_however_large(account_id, count):
    deposit(account_id, "100000.00")
    postings = [payment(number, "12.34") for number in range(count)]
    with CaptureQueriesContext(connection) as queries:
        post_many(claims_account_id=account_id, postings=postings, by=TESTER)
    # Savepoint, lock, references, limit, balances, ids, accounts, the audit row; the two COPYs are not listed.
    assert len(queries) == 12
    assert balances(account_id)[Account.CLAIMS_PAID] == count * D("12.34")
    assert not sum(LedgerEntry.objects.values_list("amount", flat=True))


def test_postings_are_in_the_audit_trail_without_their_amounts(account_id):
    deposit(account_id, "1500.00")
    event = AuditEvent.objects.get(action="employers.ledgertransaction.posted")
    assert event.employer_id == ClaimsAccount.objects.get(pk=account_id).employer_id
    assert "1500" not in str(event.detail)
