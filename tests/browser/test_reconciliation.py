"""The bank's screens in a browser: full and empty, wide and narrow, light and dark; the desk by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from claims.models import BankAccount, BankStatement
from claims.reconciliation.sign_reconciliation import prepare_reconciliation
from tests.claims.reconciliation.test_reconcile import deposit, pay
from tests.factories.bank_statements import SCOPE, START, agree_fees, lines_of, open_bank, send_day
from tests.factories.payments import make_world
from tests.factories.users import make_user
from tpa.foundation.models import Role

Visit = Callable[..., Any]
Check = Callable[[Any], None]


def a_desk() -> BankAccount:
    world = make_world()
    account = open_bank(world)
    agree_fees(account)
    deposit(world, "500.00", "WIRE 1")
    deposit(world, "70.00", "SLIP 70")
    paid, wrong, _waits = pay(world, "150.00", "100.00", "150.00")
    send_day(
        account, 9, "0.00",
        ("195", "500.00", "WIRE 1", "FUNDING"), ("475", "80.00", paid.check_number, ""), ("175", "70.00", "", "CHECKS"),
        ("475", "84.00", wrong.check_number, ""), ("699", "7.00", "", "WHO KNOWS"),
    )  # fmt: skip
    send_day(account, 11, "300.00", ("698", "12.00", "", "FEE"))
    return account


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_every_screen_of_the_bank_is_accessible(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    page = visit("/bank/", as_=make_user(Role.TPA_MANAGER), width=width, dark=dark)
    accessible(page)
    account = a_desk()
    row = prepare_reconciliation(bank_account_id=account.pk, as_of_on=START, scope=SCOPE)
    statement = BankStatement.objects.earliest("pk")
    for address in (
        "/bank/", f"/bank/{account.pk}/", f"/bank/{account.pk}/terms/", f"/bank/statements/{statement.pk}/",
        f"/bank/reconciliations/{row.pk}/",
    ):  # fmt: skip
        page.goto(address)
        accessible(page)


def test_the_desk_by_keys(visit: Visit) -> None:
    account = a_desk()
    checks = next(line for line in lines_of(account) if line.text == "CHECKS")
    page = visit(f"/bank/{account.pk}/", as_=make_user(Role.SENIOR_EXAMINER))
    page.locator(f'input[type="checkbox"][name="line"][value="{checks.pk}"]').check()
    page.get_by_role("button", name="Deposit SLIP 70", exact=True).click()
    page.keyboard.press("x")
    assert page.locator('[data-sum="bank"]').inner_text() == "$70.00"
    assert page.locator('[data-sum="difference"]').inner_text() == "$0.00"
    page.keyboard.press("w")
    page.keyboard.type("the deposit slip")
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("m")
    page.wait_for_url(f"**/bank/{account.pk}/")
    page.get_by_text("Matched.").wait_for()
    assert account.matches.filter(rule="hand", because="the deposit slip").exists()
