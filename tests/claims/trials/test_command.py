"""`manage what_if` tells the answer in words or as JSON, and says what is not there."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.factories.decided_year import make_decided_year

pytestmark = pytest.mark.django_db
PERIOD = ("--from", "2026-01-01", "--through", "2026-12-31", "--processes", "1")
TERMS = """
incurred_from: 2026-01-01
incurred_through: 2026-12-31
paid_from: 2026-01-01
paid_through: 2099-12-31
specific_amount: 400
lasers: {1: 1000}
"""


def _run(*arguments: str) -> str:
    out = StringIO()
    call_command("what_if", *arguments, *PERIOD, stdout=out)
    return out.getvalue()


def test_it_tells_dollars_by_party_and_who_is_hurt(tmp_path: Path) -> None:
    employer = make_decided_year(claims=60)
    terms = tmp_path / "terms.yaml"
    terms.write_text(TERMS)
    said = _run("--employer", employer.code, "--plan", "cascade-ppo", "--stop-loss", str(terms))
    assert "60 claims decided again, 0 come out otherwise" in said
    assert "\nby party\n  plan  " in said
    assert "members: 0 helped by 0.00, 0 hurt by 0.00" in said
    answer = json.loads(_run("--employer", employer.code, "--stop-loss", str(terms), "--json"))
    [reimbursed] = [row for row in answer["parties"] if row["party"] == "stop_loss"]
    assert float(reimbursed["before"]) == 0 < float(reimbursed["after"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--employer", "NOBODY"), "no employer NOBODY"),
        (("--employer", "GRP100", "--plan", "none:1"), "no such version of a plan none"),
        (("--employer", "GRP100", "--network", "evergreen"), "say ONE=OTHER"),
        (("--employer", "GRP100", "--stop-loss", "/nowhere"), "No such file"),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, ...], says: str) -> None:
    make_decided_year(claims=3, families=2)
    with pytest.raises(CommandError, match=says):
        _run(*arguments)
