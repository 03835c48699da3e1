"""The stop-loss desk and the employer's view of it in a browser: on a desk, narrow, in the dark, full and empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.payments import ENGINE, World, make_decided, make_world
from tests.factories.stoploss import aggregate, make_policy, pay_claim, specific
from tests.factories.tpa import enrol
from tests.factories.users import make_user
from tpa import tasks
from tpa.foundation.models import Role
from tpa.models import StopLossPolicy, StopLossRequest
from tpa.stoploss.file_request import file_request

Visit = Callable[..., Any]
Check = Callable[[Any], None]
TODAY = date(2026, 6, 15)


def _full() -> tuple[World, StopLossPolicy, StopLossRequest]:
    world = make_world()
    enrol(world, "FAM", starts_on=date(2025, 6, 1), member=world.member)
    lasers = ((world.member.pk, Decimal("2000.00")),)
    policy = make_policy(world, specific=specific(lasers=lasers), aggregate=aggregate(has_accommodation=True))
    pay_claim(world, "4000.00", on=date(2026, 3, 3))
    make_decided(world, "700.00")
    tasks.reckon_policy(policy.pk)
    asked = policy.requests.get(member=world.member)
    file_request(request_id=asked.pk, filed_on=TODAY, by=ENGINE)
    tasks.write_packets()
    return world, policy, asked


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_the_desk_is_accessible(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    page = visit("/stop-loss/", as_=make_user(Role.TPA_MANAGER), width=width, dark=dark)
    accessible(page)
    _world, policy, asked = _full()
    for address in ("", f"policies/{policy.pk}/", f"requests/{asked.pk}/"):
        page.goto(f"/stop-loss/{address}")
        accessible(page)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_employers_view_is_accessible(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    world, policy, _asked = _full()
    finance = make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk)
    page = visit("/portal/stop-loss/", as_=finance, width=width, dark=dark)
    accessible(page)
    assert policy.number in page.content()
    assert world.member.last_name not in page.content()
