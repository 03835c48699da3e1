"""The simulated year in small: lived through by the doors and verbs of life, and everything that must hold at its end.

The second reckoning of what stop-loss carriers owe (`bench/_year/recomputed.py`) shares no code with what it checks.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bench._year import recomputed
from bench._year.checks import check
from bench._year.lived import Size, live
from tpa.foundation.parameters import load_parameters


def test_the_second_reckoning_shares_no_code_with_the_house() -> None:
    tree = ast.parse(Path(recomputed.__file__).read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    parts = {name.split(".")[0] for name in imported}
    assert parts <= {"__future__", "collections", "datetime", "typing", "django"}
    assert not {name for name in imported if name.startswith("django") and name != "django.db"}


# Ids from one on: what chance does in the year goes by the order of its rows, and is the same in every run.
@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_a_year_of_twelve_contracts_ends_with_everything_in_its_place() -> None:
    load_parameters()
    lived = live(Size(claims=320, families=84, costly_each=3, twice_every=12, weeks=6, papers_every=5))
    found = check(lived)
    assert {one.name: one.offences for one in found if not one.holds} == {}
    assert len(found) >= 20
    assert lived.counts["runs"] > 50
    assert lived.closed.twice > 5
