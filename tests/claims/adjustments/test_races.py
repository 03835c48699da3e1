"""Payment runs, reversals, voids and new decisions of one family at once: no deadlock, and the sums of some order."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from claims.adjustments.reverse_decision import reverse_decision
from claims.adjustments.settle_frequency import settle_frequency
from claims.models import AccumulatorEntry, Claim, PaymentItem
from claims.payments.pay_employer import pay_employer
from tests.factories.payments import ENGINE, decide, make_decided, make_submission, make_world, receive
from tpa.foundation.errors import Conflict
from tpa.foundation.values.money import ZERO
from tpa.invariants.check import offences

TODAY = date(2026, 3, 12)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_at_once(seed: int) -> None:
    world = make_world()
    claims = [make_decided(world, "150.00") for _ in range(12)]
    failures: list[BaseException] = []

    def pay(chance: random.Random) -> None:
        pay_employer(employer_id=world.employer.pk, on=TODAY)

    def take_back(chance: random.Random) -> None:
        claim, again = chance.choice(claims), chance.random() < 0.5
        with suppress(Conflict):  # reversed already, or paid meanwhile
            reverse_decision(claim_id=claim.pk, by=ENGINE, because="race", decide_again=again)

    def decide_what_waits(chance: random.Random) -> None:
        decide(world, list(Claim.objects.filter(status="received", frequency_code="1")))

    def void(chance: random.Random) -> None:
        named = chance.choice(claims).claim_number
        submission = make_submission(world, [Decimal(150)], frequency_code="8", original_claim_number=named)
        with transaction.atomic():
            settle_frequency(claim_ids=[receive(world, submission).pk])

    def keep_on(do: Callable[[random.Random], None], number: int) -> None:
        chance = random.Random(seed * 100 + number)
        try:
            for _ in range(8):
                do(chance)
        except BaseException as failure:  # noqa: BLE001 (told by the main thread)
            failures.append(failure)
        finally:
            connection.close()

    doers = [pay, pay, take_back, take_back, decide_what_waits, void]
    threads = [threading.Thread(target=keep_on, args=(do, number)) for number, do in enumerate(doers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures
    decide(world, list(Claim.objects.filter(status="received")))
    while pay_employer(employer_id=world.employer.pk, on=TODAY):
        pass
    assert offences(only=["I1", "I2", "I3", "I4", "I5", "I8", "I9", "I12"]) == []
    paid = dict(PaymentItem.objects.values_list("claim_id").annotate(Sum("amount")).order_by())
    standing = Claim.objects.filter(frequency_code="1")
    assert {claim.status for claim in standing} <= {"paid", "reversed"}
    for claim in standing:
        assert paid.get(claim.pk, ZERO) == (Decimal("80.00") if claim.status == "paid" else ZERO)
    used = AccumulatorEntry.objects.aggregate(sum=Sum("amount"))["sum"]
    assert used == Decimal(20) * sum(claim.status == "paid" for claim in standing)
