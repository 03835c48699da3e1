"""The engine against a second opinion, on plans and claims by chance."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from claims.adjudication.engine.years import LIFETIME
from tests.claims.adjudication.engine import invented
from tests.claims.adjudication.reference_model import Model, Result


@pytest.mark.parametrize("coordinated", [False, True], ids=["alone", "after another payer"])
@pytest.mark.parametrize("seed", range(60))
def test_agrees(seed: int, coordinated: bool) -> None:
    random = Random(seed)
    document = invented.a_plan(random)
    claims = invented.a_year(random, 25, coordinated=coordinated)
    family, decided = invented.decide(invented.compiled(document), claims)
    model = Model(document)
    for facts, decision in decided:
        assert decision.outcome != "pended", decision.questions
        expected = model.decide(facts)
        found = [
            Result(
                *(
                    int(amount * 100)
                    for amount in (
                        line.figures.allowed_amount,
                        line.figures.not_covered_amount,
                        line.figures.copay_amount,
                        line.figures.deductible_amount,
                        line.figures.coinsurance_amount,
                        line.figures.plan_paid_amount,
                    )
                )
            )
            for line in decision.lines
        ]
        assert found == expected, (seed, decision.claim_number)
    for (year, bucket), parts in model.ledger.sums.items():
        key = LIFETIME if year == "lifetime" else year
        for name, member_id in zip(invented.PEOPLE, (1, 2, 3), strict=True):
            mine, _ours = family.sum_of(name, bucket, key)
            assert mine == Decimal(parts[member_id]) / 100, (seed, bucket, name)
