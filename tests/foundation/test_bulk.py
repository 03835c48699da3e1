"""Rows become COPY's text: what comes back from Postgres is what was given, whatever it holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tpa.foundation.bulk import copy_text, encode_rows

_TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12)
_ROW = st.tuples(
    _TEXT,
    st.one_of(st.none(), _TEXT),
    st.one_of(st.none(), st.integers(-(2**31), 2**31)),
    st.decimals(-1_000_000, 1_000_000, places=2),
    st.one_of(st.none(), st.dates(date(1900, 1, 1))),
    st.binary(max_size=8),
    st.booleans(),
)
_COLUMNS = ("a", "b", "c", "d", "e", "f", "g")


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(_ROW, max_size=6))
def test_what_was_given_comes_back(rows: list[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS given")
        cursor.execute("CREATE TEMP TABLE given (a text, b text, c bigint, d numeric, e date, f bytea, g boolean)")
        assert copy_text("given", _COLUMNS, encode_rows(rows)) == len(rows)
        cursor.execute("SELECT * FROM given ORDER BY ctid")
        found = [(*row[:5], bytes(row[5]), row[6]) for row in cursor.fetchall()]
    assert found == rows
    assert all(isinstance(row[3], Decimal) for row in found)
