"""Every 837, 834 and 835 of the shared collection earns exactly the answer that index_expected.csv writes down.

The table holds what we think right and, where the collection's own mark says otherwise, why we think so.
"""

from __future__ import annotations

import pytest

from tests.edi.index_table import expected, index, outcome

pytestmark = pytest.mark.skipif(not index(), reason="../shared/edi is not here")

# Marks of the collection that mean: a system that supports only our guides must refuse this.
REFUSED = ("broken", "deviates", "unsupported-version")


def _accepted(row: dict[str, str]) -> bool:
    return set(row["answer"].split()) == {"A"}


@pytest.mark.parametrize("file", sorted(expected()))
def test_the_file_earns_its_answer(file: str) -> None:
    row = dict(expected()[file])
    row.pop("why")
    assert outcome(file) == row


def test_the_table_leaves_no_file_out() -> None:
    assert sorted(index()) == sorted(expected())


@pytest.mark.parametrize("file", sorted(file for file, row in index().items() if row["status"] == "valid"))
def test_what_is_marked_valid_comes_out_clean_or_the_table_says_why_not(file: str) -> None:
    row = expected()[file]
    assert row["why"] or (_accepted(row) and row["faults"] == "0")
    rejected = [word for word in row["business"].split() if not word.startswith(("(", "x"))]
    assert not rejected, "no claim of a valid file may be turned away"


@pytest.mark.parametrize("file", sorted(file for file, row in index().items() if row["status"] in REFUSED))
def test_what_is_marked_faulty_is_refused_or_the_table_says_why_not(file: str) -> None:
    row = expected()[file]
    assert row["why"] or not _accepted(row)


def test_other_guides_are_refused_by_their_version() -> None:
    others = [file for file, row in index().items() if row["how"].startswith("other guide")]
    assert others
    assert {(expected()[file]["answer"], expected()[file]["codes"]) for file in others} == {("R", "AK9:2")}
