"""The employer's portal in a browser: on a desk, on a phone, in the dark; and the way in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
