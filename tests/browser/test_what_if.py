"""What if in a browser: the form, the work under way, the answer with its bars; on a desk, on a phone, in the dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.screens import make_what_if, make_world
from tests.factories.users import make_user
from tpa.foundation.models import Role

Visit = Callable[..., Any]
Check = Callable[[Any], None]


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_the_screens_of_what_if_are_accessible(visit: Visit, accessible: Check, dark: bool, width: int) -> None:
    manager = make_user(Role.TPA_MANAGER)
    page = visit("/what-if/", as_=manager, width=width, dark=dark)
    accessible(page)
    world = make_world()
    for row in (make_what_if(world), make_what_if(world, status="asked"), make_what_if(world, status="failed")):
        page.goto(f"/what-if/{row.pk}/")
        accessible(page)
    page.goto("/what-if/")
    accessible(page)
