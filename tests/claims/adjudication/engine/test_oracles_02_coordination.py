"""Topic 02: how the plan pays after another payer, and who pays first."""

from __future__ import annotations

from typing import Any

import pytest

from claims.simulation.scenarios import OtherPayment
from tests.claims.adjudication.engine.oracles import (
    Case,
    D,
    Run,
    a_claim,
    a_deductible,
    a_line,
    a_plan,
    assert_all_are_run_or_say_why_not,
    cases_of,
    decide,
    needs_oracles,
    run_case,
)

pytestmark = needs_oracles


def coordination(case: Case) -> None:
    """Our own price, per cent and deductible, and what the first payer did: whatever of these the case names."""
    given, expected = case["inputs"], case["expected"]
    ours = given.get("secondary_allowed", given.get("allowable", given.get("primary_allowed", given.get("charge"))))
    billed = given.get("charge", given.get("ucr", ours))
    share = 100 - 100 * given.get("secondary_pct", 1)
    if "secondary_own" in given:
        share = 100 - 100 * given["secondary_own"] / given["allowable"]
    pays: list[Any] = ["deductible"] if "secondary_deductible" in given else []
    method = {"basic": "standard", None: "standard"}.get(given.get("method"), given.get("method"))
    document = a_plan(
        deductibles=a_deductible(given.get("secondary_deductible", 0)),
        coordination={"method": method, "section": "1"},
        pays=[*pays, {"coinsurance": share}],
    )
    paid = given.get("primary_paid", given.get("prior_payers_total"))
    left = D(str(given["primary_allowed"])) - D(str(paid)) if "primary_allowed" in given else None
    (decision,) = decide(document, a_claim(a_line(ours, billed, other=OtherPayment(paid=D(str(paid)), left=left))))
    wanted = next(expected[name] for name in ("secondary_pays", "tertiary_pays", "secondary_max") if name in expected)
    assert decision.figures.plan_paid_amount == D(str(wanted))
    adjusted = {f"{one.group}-{one.carc}": one.amount for one in decision.lines[0].adjustments}
    if "oa23" in expected:
        assert adjusted["OA-23"] == D(expected["oa23"])
    if "patient" in expected:
        assert decision.figures.member_amount == D(expected["patient"])
    if "write_off" in expected:
        assert adjusted["CO-45"] == D(expected["write_off"])


_MSP = "Medicare's own payment as second payer; a plan of ours is never Medicare"
_ORDER = "who pays first is stored with the other coverage; the engine does not derive it"

RUN: dict[str, Run] = {
    "COB-TR3-3A": coordination,
    "COB-TR3-TERTIARY": coordination,
    "COB-OD-BASIC": coordination,
    "COB-OD-STANDARD": coordination,
    "COB-OD-CARVEOUT-DED": coordination,
    "COB-DX-CARVE": coordination,
    "COB-DX-TRAD": coordination,
    "COB-TOTAL-CAP": coordination,
}

NOT_RUN: dict[str, str] = {
    **dict.fromkeys(("MSP-411.33-B", "MSP-OTAF", "MSP-DEDUCTIBLE", "MSP-MENTAL-62.5"), _MSP),
    **dict.fromkeys(
        (
            "OBD-ACTIVE-RETIRED",
            "OBD-BIRTHDAY",
            "OBD-COURT",
            "OBD-GENDER",
            "OBD-TWO-JOBS",
            "OBD-MSP-50",
            "OBD-COBRA",
            "OBD-LONGER-SHORTER",
        ),
        _ORDER,
    ),
    "COB-HDHP-ALLOWABLE": "whether all a member's plans are HDHPs is no fact that is stored",
}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("02")[name], RUN[name])


def test_every_case_is_run_or_says_why_not() -> None:
    assert_all_are_run_or_say_why_not("02", RUN, NOT_RUN)
