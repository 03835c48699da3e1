"""A plan version drafted and an out-of-network rate recorded in the browser: in light and dark, wide and narrow."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claims.models import Resolution
from plans.models import PlanVersion
from tests.claims.intake.test_prior_remittances import file_of, paid_of, take_in
from tests.factories.engine import make_quarry
from tests.factories.plans import make_plan
from tests.factories.users import make_user
from tpa.foundation.models import Role

Visit = Callable[..., Any]
Check = Callable[[Any], None]
SOURCE = (Path(__file__).parents[2] / "plans" / "design" / "demo" / "cascade-ppo.yaml").read_text()
LOOKS = [(1440, False), (1440, True), (420, False)]


def photograph(page: Any, name: str) -> None:
    """Kept where SCREENS says, to be looked at."""
    if folder := os.environ.get("SCREENS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_version_is_drafted(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    make_plan("cascade-ppo")
    page = visit("/plans/", as_=make_user(Role.SETUP), width=width, dark=dark)
    accessible(page)
    page.click("text=Draft a version")
    accessible(page)
    page.fill("textarea[name=document]", SOURCE)
    page.click("form:has(textarea) button[type=submit]")
    page.wait_for_selector("text=The draft is kept")
    accessible(page)
    photograph(page, f"drafted-{width}-{dark}")
    assert PlanVersion.objects.get().status == "draft"


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_rate_is_recorded(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    claim = quarry.send(member)
    page = visit(f"/claims/{claim.pk}/rate/", as_=make_user(Role.SENIOR_EXAMINER), width=width, dark=dark)
    accessible(page)
    page.fill("input[name=amount]", "90.50")
    page.fill("input[name=because]", "letter of 3 May")
    page.click("form:has(input[name=amount]) button[type=submit]")
    page.wait_for_selector("text=agreed: letter of 3 May")
    accessible(page)
    photograph(page, f"rate-{width}-{dark}")
    assert str(Resolution.objects.get().amount) == "90.50"


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_a_file_says_what_waits_for_its_claim(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    file = take_in(file_of(paid_of("EARLY1", member)))
    page = visit(f"/files/{file.pk}/", as_=make_user(Role.EXAMINER), width=width, dark=dark)
    page.wait_for_selector("text=Remittances that came before their claims")
    accessible(page)
    photograph(page, f"file-{width}-{dark}")
