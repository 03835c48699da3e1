"""Topic 10: what a service costs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claims.simulation.scenarios import LineWords, Rate
from tests.claims.adjudication.engine.oracles import (
    DAY,
    Case,
    D,
    Run,
    a_claim,
    a_line,
    a_plan,
    cases_of,
    decide,
    needs_oracles,
    run_case,
)

pytestmark = needs_oracles


def lesser_of(case: Case) -> None:
    (decision,) = decide(a_plan(), a_claim(a_line(case["inputs"]["contract"], case["inputs"]["billed"])))
    assert decision.figures.allowed_amount == D(case["expected"]["allowed"])


def per_diem(case: Case) -> None:
    given = case["inputs"]
    line = LineWords(
        revenue="120",
        billed=D(given["charges"][0]),
        units=D(given["days"]),
        rate=Rate(method="per_diem", amount=D(given["per_diem"]), kind="revenue"),
    )
    stay = a_claim(line, kind="I", bill_type="11", admitted=DAY, through=DAY + timedelta(days=given["days"]))
    (decision,) = decide(a_plan(), stay)
    assert decision.figures.allowed_amount == D(case["expected"]["payment"][0])


RUN: dict[str, Run] = {
    "LESSER-OF": lesser_of,
    "PER-DIEM": per_diem,
}


@pytest.mark.parametrize("name", RUN)
def test_oracle(name: str) -> None:
    run_case(cases_of("10")[name], RUN[name])
