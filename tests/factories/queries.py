"""Counts what a page asks the database for, apart from what every request costs: who it is, what they may and read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

MOST = 12
_EVERY_REQUEST = (
    "django_session",
    '"foundation_user"."password"',
    "foundation_rolegrant",
    "mfa_authenticator",
    "set_config(",
    "SAVEPOINT",
    "steward_audit",
    "foundation_auditevent",
)


@contextmanager
def few_queries(most: int = MOST) -> Iterator[list[str]]:
    """At most so many queries of the page's own; gives them, for a failing test to read."""
    own: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield own
    asked = [query["sql"] for query in captured.captured_queries]
    own += [sql for sql in asked if not any(mark in sql for mark in _EVERY_REQUEST)]
    assert len(own) <= most, "\n".join(own)
