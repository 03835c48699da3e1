"""What all tests share: how hypothesis searches, how tables are emptied, where files go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck, settings

# No deadline: a slow example is no wrong one. In CI the examples are the same every time.
settings.register_profile("steward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("steward"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "steward")


@pytest.fixture(autouse=True, scope="session")
def _flush_what_only_grows() -> Iterator[None]:
    """Between tests that commit, Django empties all tables; those that only grow refuse it unless triggers rest."""
    flush = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, *args: Any, **options: Any) -> list[str]:
        statements = flush(self, *args, **options)
        rest = ["SET session_replication_role = replica", *statements, "SET session_replication_role = DEFAULT"]
        return rest if statements else []

    with mock.patch.object(DatabaseOperations, "sql_flush", sql_flush):
        yield


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    """Files that a test keeps go to a folder of its own."""
    settings.STORE_DIR = tmp_path / "store"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Each process' test database is a copy of the one that ./run migrated."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = connection.settings_dict["NAME"]
