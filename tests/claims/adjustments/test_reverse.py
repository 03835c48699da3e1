"""Reversal by a mirrored decision: figures, lines, accumulators; again and again the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from claims.adjustments.reverse_decision import reverse_decision
from claims.adjustments.reverse_decisions import reverse_decisions
from claims.adjustments.void_claim import void_claim
from claims.models import AccumulatorEntry, Claim, ClaimEvent, ClaimLine, Decision
from claims.packing import unpack_decision
from tests.factories.payments import ENGINE, decide, make_decided, make_submission, make_world, receive
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import ZERO
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

FIGURES = [field.name for field in Decision._meta.get_fields() if field.name.endswith("_amount")]


def test_a_reversal_mirrors_every_figure_line_and_consumption() -> None:
    world = make_world()
    claim = make_decided(world, "150.00", "80.55")

    reversed_claim = reverse_decision(claim_id=claim.pk, by=ENGINE, because="keyed twice")

    assert reversed_claim.status == Claim.Status.REVERSED
    assert reversed_claim.plan_paid_amount == ZERO
    first, second = Decision.objects.filter(claim=claim).order_by("number")
    assert (second.outcome, second.number, second.reverses_id) == ("reversed", 2, first.pk)
    for rows in (Decision.objects.filter(claim=claim), ClaimLine.objects.filter(claim=claim)):
        sums = rows.aggregate(**{name: Sum(name) for name in FIGURES})
        assert set(sums.values()) == {ZERO}
    assert AccumulatorEntry.objects.filter(family=world.family).aggregate(left=Sum("amount"))["left"] == ZERO
    assert AccumulatorEntry.objects.filter(decision=second).get().amount == Decimal("-40.00")
    lines = ClaimLine.objects.filter(decision=second).order_by("number")
    assert [line.adjustments[0][:3] for line in lines] == [["CO", "45", "-30.00"], ["CO", "45", "-16.11"]]
    assert offences(only=["I3", "I4", "I5", "I6", "I8"]) == []


def test_what_the_reversal_says_is_what_its_columns_hold() -> None:
    world = make_world()
    claim = make_decided(world, "150.00", "80.55")
    reverse_decision(claim_id=claim.pk, by=ENGINE, because="x")
    row: Any = Decision.objects.get(claim=claim, outcome="reversed")
    says = unpack_decision(row.says)
    assert says.outcome == "reversed"
    assert says.figures.plan_paid_amount == row.plan_paid_amount < 0
    for line in says.lines:
        for name in line.figures.__struct_fields__:
            traced = sum((step.amount or ZERO for step in line.trace if step.figure == name), ZERO)
            assert traced == getattr(line.figures, name)
        assert line.figures.billed_amount == line.figures.plan_paid_amount + sum(a.amount for a in line.adjustments)


def test_decided_again_after_a_reversal_the_sums_are_those_of_one_decision() -> None:
    world = make_world()
    claim = make_decided(world, "150.00")
    before = AccumulatorEntry.objects.aggregate(left=Sum("amount"))["left"]
    again = reverse_decision(claim_id=claim.pk, by=ENGINE, because="price corrected", decide_again=True)
    assert (again.status, again.plan_paid_amount) == (Claim.Status.RECEIVED, None)
    decide(world, [again])
    assert again.status == Claim.Status.APPROVED
    assert list(Decision.objects.filter(claim=claim).order_by("number").values_list("number", "outcome")) == [
        (1, "approved"),
        (2, "reversed"),
        (3, "approved"),
    ]
    assert AccumulatorEntry.objects.aggregate(left=Sum("amount"))["left"] == before
    assert offences(only=["I3", "I8"]) == []


def test_reversed_once_and_refused_twice() -> None:
    world = make_world()
    claim = make_decided(world, "150.00")
    void_claim(claim_id=claim.pk, by=ENGINE, because="not our member")
    with pytest.raises(Conflict, match="already"):
        void_claim(claim_id=claim.pk, by=ENGINE, because="not our member")
    with pytest.raises(NotFound):
        reverse_decision(claim_id=claim.pk + 999, by=ENGINE, because="x")
    with pytest.raises(Invalid):
        void_claim(claim_id=claim.pk, by=ENGINE, because="  ")
    assert Decision.objects.filter(claim=claim).count() == 2


def test_an_undecided_claim_is_voided_without_a_decision() -> None:
    world = make_world()
    claim = receive(world, make_submission(world, [Decimal(90)]))
    void_claim(claim_id=claim.pk, by=ENGINE, because="sent in error")
    assert not Decision.objects.exists()
    event = ClaimEvent.objects.get(claim=claim)
    assert (event.from_status, event.to_status, event.because) == ("received", "reversed", "sent in error")


def test_many_are_reversed_with_as_many_queries_as_one() -> None:
    world = make_world()
    counts = []
    for size in (1, 7):
        claims = [make_decided(world, "150.00", "20.00") for _ in range(size)]
        with CaptureQueriesContext(connection) as queries:
            reverse_decisions(claim_ids=[claim.pk for claim in claims], by=ENGINE, because="x")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 19
    assert offences(only=["I3", "I5", "I8"]) == []
