"""/api/v1/recoveries: what was paid too much, read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from claims.payments.run_payments import run_payments
from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from tests.factories.api import make_caller
from tests.factories.payments import ENGINE, make_decided, make_world
from tests.factories.users import make_scope
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db


def test_an_overpayment_is_read_with_where_its_dollars_are() -> None:
    world = make_world()
    claim = make_decided(world, "150.00")
    run_payments(employer_id=world.employer.pk, on=date(2026, 3, 12), by=ENGINE)
    open_overpayment(
        found=[FoundLine(claim.claim_number, Decimal("25.00"))], reason="duplicate", because="paid twice",
        by=make_scope(Role.SENIOR_EXAMINER),
    )  # fmt: skip
    caller = make_caller(Role.EXAMINER)
    listed = caller.get("recoveries?status=open").json()["items"]
    assert [(one["open_amount"], one["status"]) for one in listed] == [("25.00", "open")]
    one = caller.get(f"recoveries/{listed[0]['number']}").json()
    assert (one["found_amount"], one["refunded_amount"]) == ("25.00", "0.00")
    assert one["lines"] == [{"claim_number": claim.claim_number, "line_number": None, "amount": "25.00"}]
    assert [entry["kind"] for entry in one["entries"]] == ["found"]
    assert caller.get("recoveries/R999999999").status_code == 404
