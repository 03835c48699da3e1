"""/api/v1/authorizations: asked for, answered, extended and closed, with what is left."""

from __future__ import annotations

import json

import pytest

from tests.factories.api import make_caller
from tests.factories.engine import make_quarry
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


def test_from_the_request_to_the_close() -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    examiner, senior = make_caller(Role.EXAMINER), make_caller(Role.SENIOR_EXAMINER)
    asked = {
        "member": f"member_{member.pk}", "npi": quarry.provider.npi, "code_from": "97010", "code_to": "97799",
        "first_on": "2026-03-01", "last_on": "2026-06-30", "units_count": "6", "because": "knee surgery",
    }  # fmt: skip
    made = examiner.post("authorizations", json.dumps(asked))
    assert made.status_code == 201
    number = made.json()["number"]
    assert (made.json()["status"], made.json()["last_on"]) == ("requested", "2026-06-30")
    answer = {"revision": 0, "because": "needed"}
    assert examiner.post(f"authorizations/{number}/approval", json.dumps(answer)).status_code == 403
    assert senior.post(f"authorizations/{number}/approval", json.dumps(answer)).json()["status"] == "approved"
    quarry.send(member, "200.00", code="97110", units=2)
    read = senior.get(f"authorizations/{number}").json()
    assert read["balance"] == {
        "granted_count": "6.00", "used_count": "2.00", "reserved_count": "0.00", "left_count": "4.00",
    }  # fmt: skip
    more = {"revision": read["revision"], "because": "swelling", "units_count": "8"}
    extended = senior.post(f"authorizations/{number}/extension", json.dumps(more)).json()
    assert extended["balance"]["left_count"] == "6.00"
    closing = {"revision": extended["revision"], "because": "moved", "last_on": "2026-05-31"}
    assert senior.post(f"authorizations/{number}/closing", json.dumps(closing)).json()["status"] == "closed"
    [listed] = senior.get(f"authorizations?member=member_{member.pk}&status=closed").json()["items"]
    assert listed["number"] == number
    other = examiner.post("authorizations", json.dumps(asked)).json()["number"]
    assert senior.post(f"authorizations/{other}/refusal", json.dumps(answer)).json()["status"] == "denied"
    assert senior.get("authorizations/A000000000").status_code == 404
