"""An examiner's morning by keyboard: walk the list, ask why, decide, go on, go back; nothing stays in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from claims.models import Resolution
from tests.factories.screens import TODAY, World, make_claim, make_file, make_world
from tests.factories.users import make_user
from tpa.foundation.models import Role, User

Visit = Callable[..., Any]
Check = Callable[[Any], None]


@pytest.fixture
def world() -> World:
    return make_world(families=3)


@pytest.fixture
def examiner() -> User:
    return make_user(Role.EXAMINER)


@pytest.mark.parametrize("width", [1024, 1440, 1920])
def test_all_places_of_a_manager_are_in_sight_in_a_bar_of_two_lines(visit: Visit, width: int) -> None:
    page = visit("/claims/", as_=make_user(Role.TPA_MANAGER), width=width)
    places = page.locator(".bar__nav a")
    boxes = [places.nth(at).bounding_box() for at in range(places.count())]
    tools = page.locator(".bar__tools").bounding_box()
    assert len(boxes) > 10
    assert all(box["x"] + box["width"] <= tools["x"] for box in boxes)
    assert page.locator(".bar").bounding_box()["height"] <= 53
    assert page.evaluate("document.documentElement.scrollHeight - document.documentElement.clientHeight") == 0


def test_claims_are_worked_by_keyboard(visit: Visit, accessible: Check, world: World, examiner: User) -> None:
    first, second, third = (
        make_claim(world, member, due_on=TODAY + timedelta(days=day)) for day, member in enumerate(world.members[:3])
    )
    page = visit("/claims/", as_=examiner)
    accessible(page)
    page.keyboard.press("j")
    page.wait_for_selector(f"h1:has-text('{first.claim_number}')")
    assert page.url.endswith(f"?claim={first.pk}")
    page.keyboard.press("j")
    page.wait_for_selector(f"h1:has-text('{second.claim_number}')")
    assert second.claim_number in page.inner_text("#announce")
    page.keyboard.press("k")
    page.wait_for_selector(f"h1:has-text('{first.claim_number}')")

    page.keyboard.press("w")
    assert page.locator("details.why[open]").count() == 2
    accessible(page)

    page.keyboard.press("?")
    assert "Approve: allow all questions" in page.inner_text("#key-sheet")
    page.keyboard.press("a")  # a sheet is open: keys rest
    page.keyboard.press("Escape")
    assert not Resolution.objects.exists()

    page.keyboard.press("n")
    page.keyboard.type("a different visit, p. 2")  # letters typed into a field are no keys
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("3")
    page.keyboard.press("a")
    page.wait_for_url(f"**/claims/?claim={second.pk}")
    resolution = Resolution.objects.get()
    assert (resolution.claim_id, resolution.answer) == (first.pk, "allow")
    assert resolution.because == "Not a duplicate: a separate service. a different visit, p. 2"
    assert first.claim_number not in page.inner_text("#queue")

    page.keyboard.press("j")
    page.wait_for_selector(f"h1:has-text('{third.claim_number}')")
    page.go_back()
    page.wait_for_selector(f"h1:has-text('{second.claim_number}')")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_palette_finds_places_actions_and_claims(visit: Visit, world: World, examiner: User) -> None:
    claim = make_claim(world, world.members[0])
    page = visit("/claims/", as_=examiner)
    page.keyboard.press("Control+k")
    page.keyboard.type("paym")
    page.keyboard.press("Enter")
    page.wait_for_url("**/payments/")
    page.keyboard.press("/")
    page.keyboard.type(claim.claim_number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/claims/{claim.pk}/")
    assert claim.claim_number in page.inner_text("h1")


def test_a_person_can_switch_single_keys_off(visit: Visit, world: World, examiner: User) -> None:
    make_claim(world, world.members[0])
    page = visit("/claims/", as_=examiner)
    page.keyboard.press("?")
    page.click("button[data-set=shortcuts][value=off]")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert "claim=" not in page.url
    page.reload()
    page.keyboard.press("j")
    assert "claim=" not in page.url


# 720 is 1440 at 200 % zoom.
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (720, True), (390, False)])
def test_every_staff_screen_is_accessible(
    visit: Visit, accessible: Check, world: World, dark: bool, width: int
) -> None:
    claim = make_claim(world, world.members[0])
    paid = make_claim(world, world.members[1], status="paid")
    file = make_file()
    manager = make_user(Role.TPA_MANAGER)
    addresses = [
        f"/claims/?claim={claim.pk}", f"/claims/{paid.pk}/", "/claims/new/", "/claims/find/", "/files/",
        f"/files/{file.pk}/", "/payments/", f"/payments/{paid.payment_items.get().payment.run_id}/",
        "/members/", f"/members/{world.members[0].pk}/", "/plans/", "/contracts/", "/month-close/", "/invoices/",
        "/audit/",
    ]  # fmt: skip
    page = visit(addresses[0], as_=manager, width=width, dark=dark)
    for address in addresses:
        page.goto(address)
        accessible(page)


def test_the_file_form_shows_what_goes_up(visit: Visit, examiner: User) -> None:
    page = visit("/files/", as_=examiner)
    page.set_input_files("#file", {"name": "a.837", "mimeType": "text/plain", "buffer": b"ISA*nothing~"})
    assert page.inner_text("[data-upload-name]") == "a.837"
    page.click("text=Take in")
    page.wait_for_url(re.compile(r"/files/\d+/"))
    assert "a.837" in page.inner_text("h1")


def test_a_paper_claim_grows_line_by_line(visit: Visit, accessible: Check, world: World, examiner: User) -> None:
    page = visit("/claims/new/", as_=examiner)
    page.fill("#id_line-0-billed_amount", "1,180.50")
    page.focus("#id_line-0-billed_amount")
    page.keyboard.press("Enter")
    page.fill("#id_line-1-billed_amount", "19.50")
    assert page.inner_text("[data-total]") == "$1,200.00"
    accessible(page)
