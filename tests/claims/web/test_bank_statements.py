"""The bank's screens: each opens with few queries, does what its forms say, and stays shut for others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.models import BankAccount, BankFile, BankMatch, BankPostingRule, BankStatement, Reconciliation
from claims.reconciliation.load_bank_file import load_bank_file
from claims.reconciliation.open_facts import open_items, open_lines
from tests.claims.reconciliation.test_reconcile import deposit, pay
from tests.factories.bank_statements import START, agree_fees, bai, lines_of, open_bank, send_day
from tests.factories.payments import World, make_world
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation import bell
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def account(world: World) -> BankAccount:
    """A day with one line of each sort: matched, suggested, unknown, a check of another amount."""
    account = open_bank(world)
    agree_fees(account)
    deposit(world, "500.00", "WIRE 1")
    deposit(world, "70.00", "SLIP 70", on=START)
    paid, wrong, _waits = pay(world, "150.00", "100.00", "150.00")
    send_day(
        account, 9, "0.00",
        ("195", "500.00", "WIRE 1", "FUNDING"), ("475", "80.00", paid.check_number, ""), ("175", "70.00", "", "CHECKS"),
        ("475", "84.00", wrong.check_number, ""), ("699", "7.00", "", "WHO KNOWS"),
    )  # fmt: skip
    return account


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def do(client: Client, name: str, pk: int | None = None, /, **data: Any) -> Any:
    address = reverse(name, args=[] if pk is None else [pk])
    with mock.patch.object(bell, "ring"):
        response = client.post(address, data, follow=True)
    return response.content.decode()


def test_accounts_are_begun_and_files_dropped(manager: Client, world: World) -> None:
    page = do(
        manager, "claims:bank_accounts", do="open", claims_account=world.account.pk, starts_on="2026-03-01",
        window_days="5",
    )  # fmt: skip
    account = BankAccount.objects.get()
    assert account.name in page
    assert "already" in do(
        manager, "claims:bank_accounts", do="open", claims_account=world.account.pk, starts_on="2026-03-01",
        window_days="5",
    )  # fmt: skip
    file = SimpleUploadedFile("day.bai", bai(account.number, START, "0.00", [("195", "5.00", "", "")]))
    assert "being read" in do(manager, "claims:bank_accounts", do="file", file=file)
    load_bank_file(file_id=BankFile.objects.get().pk)
    with few_queries():
        page = manager.get(reverse("claims:bank_accounts")).content.decode()
    assert "loaded" in page
    assert "Choose a file" in do(manager, "claims:bank_accounts", do="file")
    broken = SimpleUploadedFile("x.bai", b"01,B,C,261103,0600,1,,,3/\n")
    do(manager, "claims:bank_accounts", do="file", file=broken)
    load_bank_file(file_id=BankFile.objects.latest("pk").pk)
    page = manager.get(reverse("claims:bank_accounts")).content.decode()
    assert "Line 1:" in page
    original = manager.get(reverse("claims:bank_file_original", args=[BankFile.objects.latest("pk").pk]))
    assert b"".join(original.streaming_content).startswith(b"01,B")


def test_the_desk_shows_both_sides_with_what_might_be(manager: Client, account: BankAccount) -> None:
    with few_queries(20):
        page = manager.get(reverse("claims:bank_account", args=[account.pk])).content.decode()
    for words in ("WHO KNOWS", "SLIP 70", "the same amount", "It is that", "was paid as", "the rest"):
        assert words in page
    found = manager.get(reverse("claims:bank_account", args=[account.pk]), {"q": "7.00"}).content.decode()
    assert "WHO KNOWS" in found
    assert "SLIP 70" not in found


def test_a_suggestion_is_taken_a_line_booked_a_part_matched(manager: Client, account: BankAccount) -> None:
    lines = {line.text: line.pk for line in lines_of(account)}
    slip = next(row for row in open_items(account) if row.open_amount == Decimal("70.00"))
    desk = "claims:bank_account"
    wrong = {"line": lines["WHO KNOWS"], "item": slip.transaction_id, "because": "x"}
    assert "comes to" in do(manager, desk, account.pk, do="match", **wrong)
    part = {"line": lines["CHECKS"], "item": slip.transaction_id, "part": "30.00", "because": "half of the slip"}
    assert "Matched" in do(manager, desk, account.pk, do="match", **part)
    assert "Matched" in do(manager, desk, account.pk, do="match", **{**part, "part": "", "because": "the other half"})
    assert "no longer" not in do(manager, desk, account.pk, do="rules")
    booked = {"line": lines["WHO KNOWS"], "booking": "fee_tpa", "because": "letter"}
    assert "Booked" in do(manager, desk, account.pk, do="book", **booked)
    assert "meanwhile" in do(manager, desk, account.pk, do="book", **booked)
    exception = account.exceptions.get()
    assert "Noted" in do(manager, desk, account.pk, do="told", exception=exception.pk, because="called")
    assert [row.open_amount for row in open_lines(account)] == [Decimal("-36.00")]


def test_a_statement_shows_what_each_line_is_and_takes_it_back(manager: Client, account: BankAccount) -> None:
    statement = BankStatement.objects.get()
    with few_queries(16):
        page = manager.get(reverse("claims:bank_statement", args=[statement.pk])).content.decode()
    assert "check number and amount" in page
    match = BankMatch.objects.get(rule="check")
    assert "Say why" in do(manager, "claims:bank_statement", statement.pk, do="unmatch", match=match.pk)
    assert "open again" in do(
        manager, "claims:bank_statement", statement.pk, do="unmatch", match=match.pk, because="another check"
    )
    assert "withdrawn" in do(manager, "claims:bank_statement", statement.pk, do="withdraw", because="sent anew")


def test_one_prepares_and_another_signs(manager: Client, account: BankAccount) -> None:
    assert "Another person signs" in do(manager, "claims:bank_account", account.pk, do="prepare", as_of_on="2026-03-10")
    row = Reconciliation.objects.get()
    with few_queries(20):
        page = manager.get(reverse("claims:bank_reconciliation", args=[row.pk])).content.decode()
    assert "You prepared it" in page
    assert "Another person" in do(manager, "claims:bank_reconciliation", row.pk, do="sign")
    other = Client()
    other.force_login(make_user(Role.TPA_MANAGER))
    page = do(other, "claims:bank_reconciliation", row.pk, do="sign")
    assert "bank reconciliation (PDF)" in page
    assert "closed" in do(manager, "claims:bank_account", account.pk, do="prepare", as_of_on="2026-03-10")


def test_what_was_prepared_may_be_dropped(manager: Client, account: BankAccount) -> None:
    do(manager, "claims:bank_account", account.pk, do="prepare", as_of_on="2026-03-10")
    do(manager, "claims:bank_reconciliation", Reconciliation.objects.get().pk, do="drop", because="too early")
    assert Reconciliation.objects.get().status == "dropped"


def test_terms_are_agreed_ended_and_a_layout_kept(manager: Client, account: BankAccount) -> None:
    terms = "claims:bank_terms"
    assert "&quot;booked_column&quot;" in manager.get(reverse(terms, args=[account.pk])).content.decode()
    assert "as JSON" in do(manager, terms, account.pk, do="layout", layout="[")
    assert "no layout" in do(manager, terms, account.pk, do="layout", layout='{"booked_column": "Day"}')
    layout = '{"booked_column": "Day", "amount_column": "Sum"}'
    assert "is kept" in do(manager, terms, account.pk, do="layout", layout=layout)
    rule = {"line_kind": "fee", "limit_amount": "9.00", "borne_by": "tpa", "source": "ASA 4", "starts_on": "2026-03-01"}
    assert "already" in do(manager, terms, account.pk, do="rule", **rule)
    assert "The rule holds" in do(manager, terms, account.pk, do="rule", **rule, words="wire")
    old = BankPostingRule.objects.filter(line_kind="fee", words="").get()
    assert "The rule ends" in do(manager, terms, account.pk, do="end", rule=old.pk, ends_on="2026-06-01", because="new")


def test_who_only_reads_does_nothing_and_others_do_not_enter(account: BankAccount) -> None:
    auditor = Client()
    auditor.force_login(make_user(Role.AUDITOR))
    page = auditor.get(reverse("claims:bank_account", args=[account.pk])).content.decode()
    assert "Match what is chosen" not in page
    for name, pk in (("claims:bank_account", account.pk), ("claims:bank_terms", account.pk)):
        assert auditor.post(reverse(name, args=[pk]), {"do": "rules"}).status_code == 403
    senior = Client()
    senior.force_login(make_user(Role.SENIOR_EXAMINER))
    assert senior.post(reverse("claims:bank_accounts"), {"do": "open"}).status_code == 403
    for role in (Role.EXAMINER, Role.SETUP, Role.EMPLOYER_FINANCE):
        person = Client()
        person.force_login(make_user(role, employer_id=account.employer_id))
        assert person.get(reverse("claims:bank_accounts")).status_code == 403
