"""The employer's portal in a browser: on a desk, on a phone, in the dark; and the way in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from employers.funding.deposit_funds import deposit_funds
from tests.factories.funding import make_funded_world
from tests.factories.payments import ENGINE
from tests.factories.screens import make_claim, make_contract, make_invoice, make_world
from tests.factories.users import make_user
from tpa.foundation.models import Role

Visit = Callable[..., Any]
Check = Callable[[Any], None]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_every_screen_of_the_portal_is_accessible(visit: Visit, accessible: Check, dark: bool, width: int) -> None:
    world = make_world(families=3)
    paid = make_claim(world, world.members[0], status="paid")
    invoice = make_invoice(world, make_contract(world), paid)
    hr = make_user(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE, employer_id=world.employer.pk)
    page = visit("/", as_=hr, width=width, dark=dark)
    assert page.url.endswith("/portal/")
    addresses = [
        "/portal/", "/portal/members/", f"/portal/members/{world.members[-2].pk}/", "/portal/account/",
        "/portal/funding/", "/portal/invoices/", f"/portal/invoices/{invoice.pk}/?line=2",
    ]  # fmt: skip
    for address in addresses:
        page.goto(address)
        accessible(page)
        assert paid.claim_number not in page.content()


def test_millions_stay_within_their_figure_on_a_phone(visit: Visit) -> None:
    world = make_funded_world("imprest", target_amount=Decimal(5000), refill_below_amount=Decimal(1500))
    deposit_funds(
        claims_account_id=world.account.pk, amount=Decimal("11630158.80"), received_on=date(2026, 11, 24),
        bank_reference="W1", by=ENGINE,
    )  # fmt: skip
    page = visit("/portal/", as_=make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk), width=390)
    page.get_by_text("$11,630,158.80").first.wait_for()
    wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    assert page.eval_on_selector_all(".figure, .figure__value", wide) == []


def test_light_dark_and_density_are_remembered(visit: Visit) -> None:
    world = make_world()
    page = visit("/portal/", as_=make_user(Role.EMPLOYER_HR, employer_id=world.employer.pk))
    page.click("summary:has-text('Person')")
    page.click("button[data-set=theme][value=dark]")
    page.click("button[data-set=density][value=compact]")
    page.reload()
    root = page.locator("html")
    assert root.get_attribute("data-bs-theme") == "dark"
    assert root.get_attribute("data-density") == "compact"


def test_the_way_in(visit: Visit, accessible: Check) -> None:
    make_user(Role.EXAMINER, email="fox@example.org", password="correct horse 7", second_factor=False)
    page = visit("/claims/")
    accessible(page)
    page.fill("input[type=email]", "fox@example.org")
    page.fill("input[type=password]", "correct horse 7")
    page.click("button:has-text('Sign in') >> nth=0")
    page.wait_for_url("**/accounts/2fa/**")
    accessible(page)
    page.goto("/accounts/2fa/totp/activate/")
    page.fill("input[type=password]", "correct horse 7")
    page.click("main button[type=submit] >> nth=0")
    page.wait_for_selector("img.qr")
    assert page.locator("img.qr").count() == 1
    accessible(page)


def test_the_styleguide_is_accessible(visit: Visit, accessible: Check) -> None:
    staff = make_user(Role.EXAMINER)
    for dark in (False, True):
        accessible(visit("/styleguide/", as_=staff, dark=dark))
