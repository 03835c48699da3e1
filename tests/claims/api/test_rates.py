"""/api/v1/claims/…/rates: recorded by who may, refused for a line that is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from claims.models import Claim, Resolution
from tests.factories.api import Caller, make_caller
from tests.factories.engine import make_quarry
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db
SAID = {"line_number": 1, "amount": "90.50", "how": "determined", "because": "IDR 4711"}


@pytest.fixture
def claim() -> Claim:
    quarry = make_quarry(deductible=0)
    (member,) = quarry.family()
    return quarry.send(member)


def post(caller: Caller, claim: Claim, **changes: Any) -> Any:
    return caller.post(f"claims/{claim.claim_number}/rates", json.dumps(SAID | changes))


def test_a_rate_is_recorded(claim: Claim) -> None:
    caller = make_caller(Role.SENIOR_EXAMINER)
    made = post(caller, claim)
    assert made.status_code == 201
    assert made.json()["because"] == "determined: IDR 4711"
    post(caller, claim, amount="80")
    listed = caller.get(f"claims/{claim.claim_number}/rates").json()
    assert [(one["line_number"], one["amount"]) for one in listed] == [(1, "90.50"), (1, "80.00")]


def test_what_is_wrong_is_told(claim: Claim) -> None:
    caller = make_caller(Role.TPA_MANAGER)
    refused = post(caller, claim, line_number=2)
    assert (refused.status_code, refused.json()["code"]) == (422, "dispute.no_such_line")
    assert post(caller, claim, amount="-1").status_code == 400
    assert caller.post("claims/99999999999/rates", json.dumps(SAID)).status_code == 404
    assert post(make_caller(Role.EXAMINER), claim).status_code == 403
    assert not Resolution.objects.exists()
