"""Terms, approvals and settlements of funding, and what the database refuses of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection

from claims.adjustments.reverse_decision import reverse_decision
from claims.models import Overpayment
from claims.payments.settle_level_funding import settle_level_funding
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from claims.recoveries.record_refund import record_refund
from employers.funding.approve_funding_request import approve_funding_request
from employers.funding.ask_by_calendar import ask_deposits
from employers.funding.deposit_funds import deposit_funds
from employers.funding.occasions import run_out_ends_on
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.funding.selectors import balances, spendable_amount
from employers.funding.terms_of_account import terms_on
from employers.models import FundingItem, FundingRequest, FundingSettlement, FundingTerms, LedgerTransaction
from tests.factories.funding import (
    LEVEL,
    TODAY,
    agree,
    approve,
    ask,
    commit,
    finance,
    make_funded_world,
    pay,
    receive_money,
)
from tests.factories.payments import ENGINE, World, make_decided, make_world
from tests.factories.users import make_scope
from tpa.foundation.errors import Conflict, Invalid, Refused
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db

D = Decimal


def sql(text: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def asked(**words: Any) -> tuple[World, FundingRequest]:
    world = make_funded_world(**words)
    make_decided(world, "150.00")
    request = ask(world)
    assert request is not None
    commit()
    return world, request


def test_terms_of_a_later_day_end_what_stood() -> None:
    world = make_funded_world()
    agree(world, "imprest", starts_on=date(2026, 7, 1), target_amount=D(500), refill_below_amount=D(50))
    assert [terms_on(world.account.pk, day).mode for day in (date(2026, 6, 30), date(2026, 7, 1))] == [
        "prefund",
        "imprest",
    ]
    assert FundingTerms.objects.count() == 3
    with pytest.raises(Conflict):
        agree(world, "prefund", starts_on=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"mode": "magic"}, Invalid),
        ({"mode": "prefund", "ends_on": date(2026, 1, 1)}, Invalid),
        ({"mode": "weekly_pull"}, Invalid),
        ({"mode": "weekly_pull", "pull_weekday": 5}, Invalid),
        ({"mode": "imprest", "target_amount": D(10), "refill_below_amount": D(10)}, Invalid),
        ({"mode": "prefund", "deposit_amount": D(10), "deposit_day": 1}, Invalid),
        ({**LEVEL, "ends_on": None}, Invalid),
        ({**LEVEL, "surplus_percent": None}, Invalid),
        ({**LEVEL, "deposit_amount": D(10)}, Invalid),
    ],
)
def test_terms_that_lack_something_are_refused(words: dict[str, Any], error: type[Exception]) -> None:
    world = make_world(overdraft_limit_amount=D(0))
    with pytest.raises(error):
        agree(world, **words)
    assert not FundingTerms.objects.exists()


def test_what_the_tpa_advances_and_what_has_no_limit_is_not_paid_in_before() -> None:
    with pytest.raises(Conflict):
        agree(make_world("tpa_advance"))
    with pytest.raises(Conflict):
        agree(make_world(overdraft_limit_amount=None))


def test_above_the_limit_two_people_approve_and_neither_twice() -> None:
    world, request = asked(two_people_above_amount=D("79.99"))
    first = finance(world)
    assert approve_funding_request(request_id=request.pk, by=first).status == "raised"
    with pytest.raises(Conflict, match="another person"):
        approve_funding_request(request_id=request.pk, by=first)
    assert approve_funding_request(request_id=request.pk, by=finance(world)).status == "approved"
    with pytest.raises(Conflict, match="approval no more"):
        approve_funding_request(request_id=request.pk, by=finance(world))
    with pytest.raises(IntegrityError):
        sql(
            "INSERT INTO employers_fundingapproval (request_id, employer_id, approved_by, approved_at)"
            " VALUES (%s, %s, %s, now())",
            request.pk, world.employer.pk, str(first),
        )  # fmt: skip


def test_at_the_limit_one_will_do_and_no_system_approves() -> None:
    world, request = asked(two_people_above_amount=D("80.00"))
    with pytest.raises(Refused):
        approve_funding_request(request_id=request.pk, by=ENGINE)
    assert approve_funding_request(request_id=request.pk, by=finance(world)).status == "approved"


def test_a_claim_dollar_stands_on_one_live_request() -> None:
    _world, request = asked()
    item = request.items.get()
    with pytest.raises(IntegrityError, match="a_decision_is_funded_once"):
        sql(
            "INSERT INTO employers_fundingitem (employer_id, claims_account_id, request_id, kind, claim_id,"
            " claim_number, decision_id, amount) SELECT employer_id, claims_account_id, request_id, kind, claim_id,"
            " claim_number, decision_id, amount FROM employers_fundingitem WHERE id = %s",
            item.pk,
        )


def test_a_register_adds_up_and_stays_as_it_is() -> None:
    world, request = asked()
    sql(
        "INSERT INTO employers_fundingrequest (employer_id, claims_account_id, terms_id, number, kind, amount,"
        " goal_amount, balance_amount, awaited_amount, raised_on, raised_at, raised_by, due_on, wanted_count, because,"
        " status, status_at) SELECT employer_id, claims_account_id, terms_id, 'FR-X', kind, amount, goal_amount,"
        " balance_amount, awaited_amount, raised_on, raised_at, raised_by, due_on, wanted_count, because, status,"
        " status_at FROM employers_fundingrequest WHERE id = %s",
        request.pk,
    )
    with pytest.raises(IntegrityError, match="register comes to 0"):
        commit()
    assert world


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE employers_fundingrequest SET amount = amount + 1",
        "DELETE FROM employers_fundingrequest",
        "UPDATE employers_fundingitem SET amount = amount + 1",
        "DELETE FROM employers_fundingitem",
        "UPDATE employers_fundingterms SET mode = 'own_account'",
        "UPDATE employers_fundingreceipt SET amount = amount + 1",
        "DELETE FROM employers_fundingapproval",
    ],
)
def test_nothing_of_it_is_edited(text: str) -> None:
    world, request = asked()
    approve(request, world)
    receive_money(request, "80.00")
    with pytest.raises(IntegrityError, match=r"refused|only grows|append"):
        sql(text)


def test_nothing_is_added_to_a_register_afterwards() -> None:
    _world, request = asked()
    sql("ALTER TABLE employers_fundingrequest DISABLE TRIGGER funding_request_stands")
    sql("UPDATE employers_fundingrequest SET booked_in = 1")
    with pytest.raises(IntegrityError, match="nothing is added"):
        FundingItem.objects.create(
            employer_id=request.employer_id,
            claims_account_id=request.claims_account_id,
            request=request,
            kind="balance",
            amount=D(1),
        )


def test_no_money_of_one_plan_stands_on_anothers_request() -> None:
    """Whoever writes it: a receipt on one account's request can not name a posting of another's."""
    world, request = asked()
    other = make_world(overdraft_limit_amount=D(0))
    deposit_funds(claims_account_id=other.account.pk, amount=D(80), received_on=TODAY, bank_reference="W9", by=ENGINE)
    commit()
    posting = LedgerTransaction.objects.get()
    row = {
        "employer_id": world.employer.pk, "claims_account_id": world.account.pk, "request": request,
        "transaction": posting, "amount": D(80),
    }  # fmt: skip
    request.receipts.create(
        **{name: value for name, value in row.items() if name != "request"},
        received_on=TODAY, bank_reference="W9", recorded_at=posting.recorded_at, recorded_by="x",
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="transaction_id_one_account"):
        commit()


@pytest.mark.parametrize("column", ["claims_account_id", "employer_id"])
def test_a_request_is_of_the_account_of_its_terms(column: str) -> None:
    _world, request = asked()
    other = make_funded_world()
    values = {"claims_account_id": other.account.pk, "employer_id": other.employer.pk}
    columns = [
        field.column for field in FundingRequest._meta.concrete_fields if field.column not in ("id", "booked_in")
    ]
    chosen = ["%s" if name == column else "'FR-X'" if name == "number" else name for name in columns]
    with pytest.raises(IntegrityError, match=r"one_account|one_employer"):
        sql(
            f"INSERT INTO employers_fundingrequest ({', '.join(columns)}) SELECT {', '.join(chosen)}"
            " FROM employers_fundingrequest WHERE id = %s",
            values[column],
            request.pk,
        )
        commit()


def level_year(**words: Any) -> tuple[World, FundingTerms]:
    """A term of two months, its deposits of 500.00 received."""
    terms = LEVEL | {
        "starts_on": date(2026, 2, 1), "ends_on": date(2026, 4, 1), "deposit_amount": D("500.00"), "deposit_day": 5,
        "reserve_percent": D(10),
    } | words  # fmt: skip
    world = make_world(overdraft_limit_amount=D(0))
    agreed = agree(world, **terms)
    for number, raised in enumerate(ask_deposits(claims_account_id=world.account.pk, on=TODAY, by=ENGINE)):
        request = FundingRequest.objects.get(pk=raised.request_id)
        approve(request, world)
        receive_money(request, "500.00", f"D{number}")
    return world, agreed


def settle(terms: FundingTerms, reimbursed: str = "0.00", on: date = date(2026, 7, 1)) -> FundingSettlement:
    pk = settle_level_funding(terms_id=terms.pk, on=on, reimbursed_amount=D(reimbursed), by=ENGINE)
    return FundingSettlement.objects.get(pk=pk)


def test_a_surplus_is_shared_after_the_run_out_once() -> None:
    world, terms = level_year()
    assert run_out_ends_on(terms) == date(2026, 7, 1)
    make_decided(world, "1000.00")  # 624.00
    pay(world)
    with pytest.raises(Conflict, match="run-out"):
        settle(terms, on=date(2026, 6, 30))
    done = settle(terms)
    assert (done.deposits_amount, done.claims_amount, done.surplus_amount) == (D(1000), D(624), D(376))
    assert (done.employer_amount, done.other_amount, done.request) == (D(188), D(188), None)
    assert spendable_amount(world.account.pk) == 0
    with pytest.raises(Conflict, match="settled"):
        settle(terms)
    with pytest.raises(Conflict, match="settled"):
        agree(world, "prefund", starts_on=date(2026, 3, 1))


def test_what_came_back_of_the_terms_claims_is_part_of_its_surplus() -> None:
    world, terms = level_year()
    claim = make_decided(world, "1000.00")  # 624.00
    pay(world)
    worker = make_scope(Role.SENIOR_EXAMINER)
    row = open_overpayment(
        found=[FoundLine(claim.claim_number, D("100.00"))], reason="audit", because="units", by=worker
    )
    record_refund(
        number=row.number, revision=0, amount=D("60.00"), check_number="77", received_on=date(2026, 5, 4), by=worker
    )
    done = settle(terms)
    assert (done.claims_amount, done.surplus_amount) == (D(564), D(436))
    assert spendable_amount(world.account.pk) == 0


def test_what_has_not_come_back_of_a_claim_taken_back_is_no_surplus() -> None:
    """Else the account could never pay it out."""
    world, terms = level_year()
    wrong = make_decided(world, "1000.00")  # 624.00
    pay(world)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="not ours")
    pay(world)  # nothing to take it from: the payee owes it
    case = Overpayment.objects.get(reason="reversed")
    worker = make_scope(Role.SENIOR_EXAMINER)
    record_refund(
        number=case.number, revision=case.revision, amount=D("200.00"), check_number="78",
        received_on=date(2026, 5, 4), by=worker,
    )  # fmt: skip
    done = settle(terms)
    assert (done.claims_amount, done.surplus_amount) == (D(424), D(576))
    assert spendable_amount(world.account.pk) == 0


@pytest.mark.parametrize(("goes_on", "paid_in"), [(False, "350.00"), (True, "320.00")])
def test_deposits_that_come_with_the_invoice_are_those_of_the_terms_months(goes_on: bool, paid_in: str) -> None:
    world = make_world(overdraft_limit_amount=D(0))
    level = LEVEL | {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 4, 1), "surplus_as": "credit"}
    terms = agree(world, **level)
    if goes_on:
        agree(world, **level | {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 6, 1)})
    deposit_funds(
        claims_account_id=world.account.pk, amount=D("357.00"), received_on=TODAY, bank_reference="ALL", by=ENGINE
    )
    # January's invoice, February's and March's, and what changed of them by May's, which is another term's if one is.
    for day, amount in (
        ("2026-02-01", "7.00"),
        ("2026-03-01", "150.00"),
        ("2026-04-01", "170.00"),
        ("2026-06-01", "30.00"),
    ):
        entries = ((Account.DUE_FROM_EMPLOYER, D(amount)), (Account.EMPLOYER_FUNDS, -D(amount)))
        posting = Posting(f"invoice:{day}", "invoice", "Invoice", date.fromisoformat(day), entries)
        post(claims_account_id=world.account.pk, posting=posting, by=ENGINE)
    assert settle(terms).deposits_amount == D(paid_in)


def test_a_surplus_that_is_a_credit_stays_in_the_account() -> None:
    world, terms = level_year(surplus_as="credit", surplus_percent=D(75))
    done = settle(terms)
    assert (done.surplus_amount, done.employer_amount) == (D(1000), D(750))
    assert spendable_amount(world.account.pk) == D(750)
    assert sum(balances(world.account.pk).values()) == 0


def test_of_a_deficit_the_employers_part_is_asked_for() -> None:
    world, terms = level_year(deficit_percent=D(40))
    deposit_funds(
        claims_account_id=world.account.pk, amount=D("564.00"), received_on=TODAY, bank_reference="LOAN", by=ENGINE
    )
    make_decided(world, "2000.00")  # 1264.00
    pay(world, date(2026, 4, 1)) or pay(world, date(2026, 4, 1))
    assert ask_deposits(claims_account_id=world.account.pk, on=date(2026, 4, 1), by=ENGINE) == []
    pay(world, date(2026, 4, 2))
    done = settle(terms, reimbursed="64.00")
    assert (done.surplus_amount, done.employer_amount, done.other_amount) == (D(-200), D(-80), D(-120))
    assert (done.request.amount, done.request.kind) == (D(80), "deficit")


def test_a_deposit_that_is_awaited_is_settled_first() -> None:
    world = make_world(overdraft_limit_amount=D(0))
    terms = agree(
        world,
        **LEVEL | {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 3, 1)},
        deposit_amount=D(5),
        deposit_day=5,
    )
    ask_deposits(claims_account_id=world.account.pk, on=date(2026, 2, 4), by=ENGINE)
    with pytest.raises(Conflict, match="still awaited"):
        settle(terms)
