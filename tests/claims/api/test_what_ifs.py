"""/api/v1/what-ifs: managers ask, staff read, nobody sees another employer's; the answer holds no member's name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claims.models import WhatIf
from claims.tasks import work_what_ifs
from claims.trials.selectors import what_ifs_of
from tests.factories.api import make_caller
from tests.factories.decided_year import make_decided_year
from tests.factories.users import as_web
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db
STOP_LOSS = {
    "incurred_from": "2026-01-01",
    "incurred_through": "2026-12-31",
    "paid_from": "2026-01-01",
    "paid_through": "2099-12-31",
    "specific_amount": "400.00",
}


def _body(employer, **more):
    period = {"starts_on": "2026-01-01", "last_on": "2026-12-31"}
    return {"employer": f"employer_{employer.pk}", "name": "Stop-loss at 400", **period, **more}


def test_it_is_asked_for_and_answered_in_a_while():
    employer = make_decided_year(claims=40)
    caller = make_caller(Role.TPA_MANAGER)
    asked = caller.post("what-ifs", _body(employer, stop_loss=STOP_LOSS | {"lasers": []}))
    assert asked.status_code == 202, asked.json()
    where = asked.headers["Location"].removeprefix("/api/v1/")
    assert caller.get(where).json() == asked.json() | {"answer": None}
    work_what_ifs()
    said = caller.get(where).json()
    assert (said["status"], said["done_count"]) == ("done", said["piece_count"])
    answer = said["answer"]
    assert (answer["claims"], answer["changed"]) == (40, 0)
    assert [row["party"] for row in answer["parties"]] == ["plan", "stop_loss", "member", "provider", "others"]
    [listed] = caller.get("what-ifs").json()["items"]
    assert "answer" not in listed


def test_a_laser_names_a_member():
    employer = make_decided_year(claims=20)
    caller = make_caller(Role.SENIOR_EXAMINER)
    lasers = [{"member": "member_17", "amount": "90000.00"}]
    assert caller.post("what-ifs", _body(employer, stop_loss=STOP_LOSS | {"lasers": lasers})).status_code == 202
    assert WhatIf.objects.get().tried["stop_loss"]["lasers"] == {"17": "90000.00"}


def test_who_may_only_read_may_not_ask():
    employer = make_decided_year(claims=3, families=2)
    for role in (Role.EXAMINER, Role.AUDITOR):
        assert make_caller(role).post("what-ifs", _body(employer)).status_code == 403


def test_of_another_employer_there_is_nothing():
    """Should somebody of the administrator ever work for one employer only: the scope holds here too."""
    employer = make_decided_year(claims=3, families=2)
    make_caller(Role.TPA_MANAGER).post("what-ifs", _body(employer))
    mine = Scope(
        actor=Actor.system("tests"), roles=frozenset({Role.TPA_MANAGER}), employer_ids=frozenset({employer.pk})
    )
    assert what_ifs_of(mine).count() == 1
    assert what_ifs_of(replace(mine, employer_ids=frozenset({employer.pk + 1}))).count() == 0
    with as_web(replace(mine, employer_ids=frozenset({employer.pk + 1}))):
        assert WhatIf.objects.count() == 0
    assert (
        make_caller(Role.TPA_MANAGER).post("what-ifs", _body(employer) | {"employer": "employer_0"}).status_code == 404
    )


def test_what_can_not_be_tried_is_said():
    employer = make_decided_year(claims=3, families=2)
    caller = make_caller(Role.TPA_MANAGER)
    answer = caller.post("what-ifs", _body(employer, networks={"evergreen": "nowhere"}))
    assert (answer.status_code, answer.json()["code"]) == (422, "what_if.no_such_network")
    answer = caller.post("what-ifs", _body(employer, stop_loss=STOP_LOSS | {"specific_amount": "-1"}))
    assert answer.status_code == 400
