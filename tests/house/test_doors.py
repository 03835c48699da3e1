"""Every address of the house declares who may pass, and the pictures of statuses are current."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from tpa.foundation.access import ANYONE, required_roles
from tpa.foundation.models import Role

# Who needs no account. Each is a decision: a new one is added here on purpose or not at all.
OPEN = {
    "healthz",
    "accounts/",
    "oauth/token/",
    "oauth/revoke/",
    "api/schema/",
    "api/docs/",
    "api/problems/",
    "styleguide/",
}


def _doors(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from _doors(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


DOORS = list(_doors())


@pytest.mark.parametrize(("address", "view"), DOORS, ids=[address or "(home)" for address, _view in DOORS])
def test_every_door_declares_who_may_pass(address: str, view: Any) -> None:
    roles = required_roles(view)
    assert roles is not None, f"{view.__module__}.{view.__name__} declares no roles: access.requires or open_to_anyone"
    if roles == ANYONE:
        assert any(address.startswith(known) for known in OPEN), (
            f"{address} is open to anyone: say so here if it should be"
        )
    else:
        assert roles <= set(Role)


def test_the_pictures_of_statuses_are_current() -> None:
    call_command("draw_statuses", check=True)
