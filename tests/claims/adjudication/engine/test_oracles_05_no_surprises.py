"""Topic 05: the No Surprises Act."""

from __future__ import annotations

import pytest

from tests.claims.adjudication.engine.oracles import (
    Case,
    D,
    Run,
    a_claim,
    a_deductible,
    a_line,
    a_plan,
    cases_of,
    decide,
    figures_of,
    needs_oracles,
    run_case,
)

pytestmark = needs_oracles


def protected(case: Case) -> None:
    given, expected = case["inputs"], case["expected"]
    coinsurance = given.get("in_network_coinsurance", given.get("coinsurance"))
    document = a_plan(
        deductibles=a_deductible(float(given["deductible_remaining"])),
        pays=["deductible", {"coinsurance": 100 * coinsurance}],
    )
    line = a_line(
        1, given["billed"], qualifying=D(given["qpa"]), agreed=D(given["agreed_oon_rate"]), facility_network="net"
    )
    (decision,) = decide(document, a_claim(line, network=""))
    assert figures_of(decision)[2:] == (D(expected["member"]), D(expected["plan"]))
    if "provider_total" in expected:
        assert decision.figures.member_amount + decision.figures.plan_paid_amount == D(expected["provider_total"])
    if "credited_in_network_deductible" in expected:
        used = {one.bucket: one.amount for one in decision.consumptions}
        assert used["deductible:in"] == D(expected["credited_in_network_deductible"])


RUN: dict[str, Run] = {
    "NSA-COST-SHARE": protected,
    "NSA-DEDUCTIBLE": protected,
}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("05")[name], RUN[name])
