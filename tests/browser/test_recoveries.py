"""The desk of recoveries, an overpayment and a third-party case in a browser: wide, narrow, dark, empty and full."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from claims.recoveries.open_overpayment import FoundLine, open_overpayment
from claims.recoveries.open_third_party_case import open_third_party_case
from claims.recoveries.pick_claims import judge_claim
from claims.recoveries.request_overpayment import request_overpayment
from tests.factories.payments import make_world
from tests.factories.stoploss import pay_claim
from tests.factories.users import make_scope, make_user
from tpa.foundation.models import Role

Visit = Callable[..., Any]
Check = Callable[[Any], None]


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_recoveries_are_accessible(visit: Visit, accessible: Check, width: int, dark: bool) -> None:
    page = visit("/recoveries/", as_=make_user(Role.TPA_MANAGER), width=width, dark=dark)
    accessible(page)
    world, senior = make_world(), make_scope(Role.SENIOR_EXAMINER)
    claim = pay_claim(world, "1500.00", on=date(2026, 3, 12))
    row = open_overpayment(
        found=[FoundLine(claim.claim_number, Decimal("60.00"))],
        reason="audit",
        because="Four units, not two.",
        by=senior,
    )
    request_overpayment(number=row.number, revision=row.revision, by=senior)
    case = open_third_party_case(
        member_id=world.member.pk, accident_on=date(2026, 3, 12), kind="auto", because="police report", by=senior
    )
    judge_claim(
        number=case.number, revision=0, claim_number=claim.claim_number, is_related=True, because="same day", by=senior
    )
    ours = ["recoveries/", f"recoveries/{row.number}/", "recoveries/terms/"]
    for place in (*ours, "third-parties/", f"third-parties/{case.number}/"):
        page.goto(f"/{place}")
        accessible(page)
