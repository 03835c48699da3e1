"""Who gets what at every address: the table access_matrix.yaml, tried at each door by each role on what is theirs, what
is another employer's (for a partner: another partner's), and what does not exist.

A new address fails here until it stands in the table. Look at what it gives to whom, then:

    WRITE_ACCESS_MATRIX=1 ./run test tests/house/test_access_matrix.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from django.http import HttpResponse

from tests.factories.api import become_web
from tests.house.doors import KNOCKERS, NONE, OTHER, OWN, Door, Knockers, doors
from tpa.foundation.models import Role
from tpa.foundation.models.scoped import ScopedQuerySet

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("access_matrix.yaml")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Between them they may enter everywhere.
ENTER = (Role.TPA_MANAGER, Role.EMPLOYER_HR, Role.PARTNER, Role.SETUP)
CLOSED = {"302", "401", "403", "404", "405"}

# Whole subtrees that one rule guards: every address below is tried, and shares a row. `*` is whatever it likes.
SUBTREES = ("admin/",)
METHODS_OF_SUBTREES = ("GET", "POST")
# What stands below is nobody's but the person's own.
OF_NO_EMPLOYER = ("accounts/", "api/problems/")

HEAD = """\
# Who gets what at every address; tested by tests/house/test_access_matrix.py, which also says how to write it anew.
#
# A cell is the status that somebody with only this role gets. Where three stand in it they are for what is their own,
# what is another employer's (for a partner: another partner's), and what does not exist: 200/404/404 is isolation,
# 200/200/404 is somebody who works for all employers. The last column: whose reading was written into the audit trail.
#
# A method that is not here does not exist at that address (405). 302 is the way to the entrance, or to another page.
"""


@pytest.fixture(autouse=True)
def _nobody_knocks_too_often(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False


def test_the_table_says_what_every_door_gives_to_whom() -> None:
    found = _try_all(Knockers())
    assert not [row for row, cells in found.items() if "500" in " ".join(cells)]
    if os.environ.get("WRITE_ACCESS_MATRIX"):
        TABLE.write_text(_written(found))
    stands = {row: str(cells).split() for row, cells in yaml.safe_load(TABLE.read_text())["doors"].items()}
    told = [f"not in the table: {row}: {' '.join(cells)}" for row, cells in found.items() if row not in stands]
    told += [f"no such door any more: {row}" for row in stands if row not in found]
    for row in stands.keys() & found.keys():
        told += [
            f"{row}: {column} gets {is_}, and the table says {says}"
            for column, says, is_ in zip((*KNOCKERS, "recorded"), stands[row], found[row], strict=True)
            if says not in (is_, "*")
        ]
    assert not told, "\n".join(["", *sorted(told)])


def test_what_is_another_s_looks_like_what_does_not_exist() -> None:
    """The same words and the same headers, so that nobody learns what is there."""
    knockers, tried = Knockers(), 0
    for door in doors():
        if not door.parameters or door.label.startswith(SUBTREES):
            continue
        for who in (Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE, Role.PARTNER):
            other, _read = knockers.knock(who, "GET", door, OTHER)
            none, _read = knockers.knock(who, "GET", door, NONE)
            if other.status_code == 404:
                tried += 1
                assert _plain(other) == _plain(none), f"{who} at {door.label}"
    assert tried > 15


def test_a_forgotten_filter_shows_nothing() -> None:
    """Without the filter of the selectors, row-level security still keeps employers apart."""
    knockers, tried = Knockers(), 0
    own = {door: knockers.knock(Role.EMPLOYER_HR, "GET", door, OWN)[0].status_code for door in doors()}
    with mock.patch.object(ScopedQuerySet, "visible_to", lambda self, scope: self.all()):
        leaky = {
            door
            for door, status in own.items()
            if status == 200
            and door.parameters
            and not door.label.startswith(OF_NO_EMPLOYER)
            and _status(knockers, Role.EMPLOYER_HR, door, OTHER) == 200
        }
        assert len(leaky) > 5, "the filter was the only thing that stood before these doors"
        become_web()
        for door, status in own.items():
            if status != 200 or door.label.startswith(SUBTREES):
                continue
            assert _status(knockers, Role.EMPLOYER_HR, door, OWN) == 200, door.label
            if door in leaky:
                tried += 1
                assert _status(knockers, Role.EMPLOYER_HR, door, OTHER) == 404, door.label
        for door, status in own.items():
            if status == 200 and not door.parameters and not door.label.startswith(SUBTREES):
                answer, _read = knockers.knock(Role.EMPLOYER_HR, "GET", door, OWN)
                assert b"Theirs" not in answer.content if not answer.streaming else True, door.label
    assert tried == len(leaky)


def _status(knockers: Knockers, who: str, door: Door, which: int) -> int:
    answer, _read = knockers.knock(who, "GET", door, which)
    return int(answer.status_code)


def _try_all(knockers: Knockers) -> dict[str, list[str]]:
    """Row → a cell for each knocker, and what was recorded."""
    rows: dict[str, list[str]] = {}
    for door in doors():
        subtree = next((one for one in SUBTREES if door.label.startswith(one)), None)
        for method in METHODS if subtree is None else METHODS_OF_SUBTREES:
            if subtree is None and _is_no_method(knockers, method, door):
                continue
            cells, recorded = _row(knockers, method, door, of_subtree=subtree is not None)
            if not _exists(cells):
                continue
            if subtree is None:
                rows[f"{method} /{door.label}"] = [*cells, recorded]
            else:
                shared = rows.setdefault(f"{method} /{subtree}**", [*cells, "*"])
                shared[:] = [one if one == other else "*" for one, other in zip(shared, [*cells, "*"], strict=True)]
    return rows


def _is_no_method(knockers: Knockers, method: str, door: Door) -> bool:
    """Somebody who may enter hears that there is no such method: then there is none for anybody."""
    return any(knockers.knock(who, method, door, OWN)[0].status_code == 405 for who in ENTER)


def _row(knockers: Knockers, method: str, door: Door, *, of_subtree: bool) -> tuple[list[str], str]:
    cells, recorded = [], "-"
    for who in KNOCKERS:
        statuses = []
        for which in (OWN, OTHER, NONE) if door.parameters and not of_subtree else (OWN,):
            answer, read = knockers.knock(who, method, door, which)
            statuses.append(str(answer.status_code))
            if which == OWN and answer.status_code == 200 and read and recorded == "-":
                recorded = ",".join(read)
        cells.append(statuses[0] if len(set(statuses)) == 1 else "/".join(statuses))
    return cells, recorded


def _exists(cells: list[str]) -> bool:
    """A method that nobody gets anywhere with is none, if it says so to anybody."""
    statuses = {status for cell in cells for status in cell.split("/")}
    return not ("405" in statuses and statuses <= CLOSED)


def _plain(answer: HttpResponse) -> tuple[int, str, str]:
    """An answer without what differs each time: ids of requests, tokens of forms, and its own address."""
    text = re.sub(r"[0-9a-f]{32}|\"\w{64}\"", "", answer.content.decode())
    text = text.replace(str(answer.wsgi_request.path), "")
    return answer.status_code, str(answer["Content-Type"]), text


def _written(rows: dict[str, list[str]]) -> str:
    width = max(len(row) for row in rows) + 2
    columns = [*KNOCKERS, "recorded"]
    widths = [
        max(len(column), *(len(cells[place]) for cells in rows.values())) + 2 for place, column in enumerate(columns)
    ]

    def line(name: str, cells: list[Any]) -> str:
        padded = "".join(str(cell).ljust(size) for cell, size in zip(cells, widths, strict=True))
        return f"  {name.ljust(width)}{padded}".rstrip()

    lines = [HEAD, "doors:", f"# {line('', columns)[2:]}"]
    lines += [line(f"{row}:", rows[row]) for row in sorted(rows, key=lambda row: (row.split()[-1], row))]
    return "\n".join(lines) + "\n"
