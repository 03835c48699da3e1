"""Other coverage in the browser: recorded, placed and readable for all, in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from employers.eligibility.add_other_coverage import add_other_coverage
from employers.facts import OrderFacts, OtherCoverageRecord
from employers.models import OtherCoverage
from tests.factories.employers import TESTER
from tests.factories.engine import make_quarry
from tests.factories.users import make_user
from tpa.foundation.models import Role, User

Visit = Callable[..., Any]
Check = Callable[[Any], None]


@pytest.fixture
def examiner() -> User:
    return make_user(Role.EXAMINER)


def test_other_coverage_is_recorded_and_placed(visit: Visit, accessible: Check, examiner: User) -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    page = visit(f"/members/{member.pk}/other-coverage/", as_=examiner)
    accessible(page)
    page.fill("input[name=payer_name]", "Northern Mutual")
    page.fill("form:has(input[value=cover]) input[name=starts_on]", "2020-01-01")
    page.select_option("select[name=holder]", "self")
    page.select_option("form:has(input[value=cover]) select[name=standing]", "retired")
    page.click("form:has(input[value=cover]) button[type=submit]")
    page.wait_for_selector("text=active before retired or laid off")
    accessible(page)
    assert OtherCoverage.objects.get().holder == "self"


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (420, False)])
def test_the_claim_says_who_pays_first_and_takes_a_remittance(
    visit: Visit, accessible: Check, examiner: User, width: int, dark: bool
) -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    told = OtherCoverageRecord(
        payer_name="Northern Mutual",
        pays_first=None,
        starts_on=date(2020, 1, 1),
        order=OrderFacts(holder="self", standing="active"),
    )
    add_other_coverage(member_id=member.pk, told=told, by=TESTER)
    claim = quarry.send(member)
    for address in (
        f"/claims/{claim.pk}/",
        f"/claims/{claim.pk}/remittances/",
        f"/members/{member.pk}/other-coverage/",
        f"/members/{member.pk}/",
    ):
        page = visit(address, as_=examiner, width=width, dark=dark)
        accessible(page)
        page.wait_for_selector("text=Northern Mutual" if "remittances" not in address else "text=Nothing yet")
