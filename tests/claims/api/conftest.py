"""What the tests of the claims API share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.factories.api import Case, become_web, make_case
from tpa.foundation import bell
from tpa.foundation.api import rate_limits


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates are counted in a Redis that other tests use too."""
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were rung for, instead of ringing."""
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring", lambda task, *args: rung.append(task.name.rpartition(".")[2]))
    return rung


@pytest.fixture
def case(db: None) -> Case:
    return make_case()


@pytest.fixture(params=["owner", "web"])
def role_of_process(request: pytest.FixtureRequest, settings: Any) -> Iterator[Any]:
    """Call it when the data are made: the rest of the test runs as that role of the database."""

    def become() -> None:
        if request.param == "web":
            settings.DB_ROLE = "web"
            become_web()

    yield become
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
