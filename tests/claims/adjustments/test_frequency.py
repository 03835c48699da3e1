"""Replacements and voids: which claim they mean, chains of them, and what a person is asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.facts import ClaimFacts, LinePrice, ResolutionFact
from claims.adjustments.replace_claim import replace_claim
from claims.adjustments.settle_frequency import ORIGINAL_NOT_FOUND, Settled, settle_frequency
from claims.models import AccumulatorEntry, Claim, ClaimEvent, Pend, Resolution
from employers.facts import CoverageFact, MemberFact
from plans.design.read_plan import read_plan
from plans.facts import RateFact
from tests.factories.payments import (
    ENGINE,
    World,
    decide,
    make_decided,
    make_family,
    make_provider,
    make_submission,
    make_world,
    receive,
)
from tpa.foundation.errors import Conflict, Invalid
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

PLANS = Path(__file__).parents[3] / "plans" / "design" / "demo"


def correction(world: World, code: str, names: str = "", control: str = "", amount: str = "70.00") -> Claim:
    """A replacement (7) or void (8), received."""
    return receive(
        world,
        make_submission(
            world, [Decimal(amount)], frequency_code=code, original_claim_number=names, patient_control_number=control
        ),
    )


def settle(*claims: Claim) -> Settled:
    settled = settle_frequency(claim_ids=[claim.pk for claim in claims])
    for claim in Claim.objects.filter(pk__in=[claim.pk for claim in claims]):
        next(row for row in claims if row.pk == claim.pk).refresh_from_db()
    return settled


def statuses(*claims: Claim) -> list[str]:
    return [Claim.objects.get(pk=claim.pk).status for claim in claims]


def used() -> Decimal:
    return sum(AccumulatorEntry.objects.values_list("amount", flat=True), Decimal(0))


def test_a_void_by_our_number_takes_the_claim_back_and_is_done() -> None:
    world = make_world()
    original = make_decided(world, "150.00")
    void = correction(world, "8", names=original.claim_number)
    settled = settle(void)
    assert settled == Settled(voided=(original.pk,), voids=(void.pk,))
    assert statuses(original, void) == ["reversed", "reversed"]
    assert void.original_claim_id == original.pk
    assert ClaimEvent.objects.get(claim=void).because == "void"
    assert used() == 0
    assert offences(only=["I3", "I8"]) == []


def test_a_replacement_reverses_its_original_and_is_decided_as_new() -> None:
    world = make_world()
    original = make_decided(world, "150.00")
    replacement = correction(world, "7", names=original.claim_number, amount="15.00")
    settled = settle(replacement)
    assert settled == Settled(replaced=(original.pk,))
    assert statuses(original, replacement) == ["reversed", "received"]
    decide(world, [replacement])
    assert used() == Decimal("12.00")
    assert settle(replacement) == Settled()


def test_without_our_number_the_provider_and_its_control_number_tell() -> None:
    world = make_world()
    earlier = make_decided(world, "150.00", patient_control_number="ACCT-7")
    later = make_decided(world, "160.00", patient_control_number="ACCT-7")
    void = correction(world, "8", names="UNKNOWN", control="ACCT-7")
    assert settle(void).voided == (later.pk,)
    assert statuses(earlier, later) == ["approved", "reversed"]


def test_a_replacement_of_a_replacement_means_the_last_one_whichever_it_names() -> None:
    world = make_world()
    original = make_decided(world, "150.00")
    first = correction(world, "7", names=original.claim_number)
    settle(first)
    decide(world, [first])
    second = correction(world, "7", names=original.claim_number)
    assert settle(second).replaced == (first.pk,)
    decide(world, [second])
    void = correction(world, "8", names=first.claim_number)
    assert settle(void).voided == (second.pk,)
    assert statuses(original, first, second, void) == ["reversed"] * 4
    assert [row.original_claim_id for row in (first, second, void)] == [original.pk, first.pk, second.pk]
    assert used() == 0
    assert offences(only=["I3", "I8"]) == []


def test_a_whole_chain_in_one_batch_ends_as_if_it_came_one_by_one() -> None:
    world = make_world()
    original = receive(world, make_submission(world, [Decimal(100)], patient_control_number="A1"))
    first = correction(world, "7", control="A1")
    second = correction(world, "7", control="A1")
    settled = settle(original, first, second)
    assert settled.replaced == (original.pk, first.pk)
    assert statuses(original, first, second) == ["reversed", "reversed", "received"]
    void = correction(world, "8", control="A1")
    other = correction(world, "7", names="99999999999", control="nobody")
    void_of_other = correction(world, "8", names=other.claim_number)
    settled = settle(second, void, other, void_of_other)
    assert settled.pended == (void_of_other.pk,)
    assert statuses(second, void, other, void_of_other) == ["reversed", "reversed", "reversed", "pended"]
    assert [pend.reason for pend in Pend.objects.all()] == ["original_not_found"]


def test_an_original_that_is_not_found_asks_a_person_once() -> None:
    world = make_world()
    replacement = correction(world, "7", names="12345678901")
    assert settle(replacement).pended == (replacement.pk,)
    pend = Pend.objects.get(claim=replacement)
    assert (pend.reason, pend.evidence["named"], pend.queue) == ("original_not_found", "12345678901", "examiner")

    Resolution.objects.create(
        claim=replacement, employer=world.employer, reason=pend.reason, answer="allow", because="first we see of it",
        by_name="user:1", at=timezone.now(),
    )  # fmt: skip
    Claim.objects.filter(pk=replacement.pk).update(status="received")
    assert settle(replacement) == Settled()
    assert statuses(replacement) == ["received"]


@pytest.mark.parametrize(("answer", "outcome"), [("allow", "approved"), ("deny", "denied")])
def test_what_the_person_says_is_what_the_engine_does(answer: str, outcome: str) -> None:
    terms = read_plan((PLANS / "cascade-ppo.yaml").read_text()).terms
    world = make_world()
    facts = ClaimFacts(
        claim_number="1",
        received_on=date(2026, 3, 5),
        decided_on=date(2026, 3, 6),
        submission=make_submission(world, [Decimal(100)], frequency_code="7"),
        member=MemberFact(member_id=1, family_id=1, employer_id=1, relationship="18"),
        billing_provider_id=1,
        coverages=(CoverageFact(member_id=1, plan_id=1, tier="EE", starts_on=date(2026, 1, 1)),),
        prices=(
            LinePrice(
                line_number=1,
                network="evergreen",
                rate=RateFact(
                    rate_id=1,
                    schedule="s",
                    method="fee",
                    code="99213",
                    amount=Decimal("80.00"),
                    starts_on=date(2026, 1, 1),
                ),
            ),
        ),
        resolutions=(ResolutionFact(reason=ORIGINAL_NOT_FOUND, answer=answer, because="asked the clinic"),),
    )
    decision = adjudicate(facts, terms)
    assert decision.outcome == outcome
    codes = {(one.group, one.carc, one.rarcs) for line in decision.lines for one in line.adjustments}
    assert (("CO", "16", ("M47",)) in codes) == (answer == "deny")


def test_a_person_names_the_original() -> None:
    world = make_world()
    original = make_decided(world, "150.00")
    replacement = correction(world, "7", names="12345678901")
    settle(replacement)
    claim = replace_claim(claim_id=replacement.pk, original_claim_id=original.pk, by=ENGINE, because="same visit")
    assert (claim.status, claim.original_claim_id) == ("received", original.pk)
    assert statuses(original) == ["reversed"]
    assert Pend.objects.get().status == "resolved"
    assert settle(replacement) == Settled()
    decide(world, [replacement])
    with pytest.raises(Conflict):
        replace_claim(claim_id=replacement.pk, original_claim_id=original.pk, by=ENGINE, because="again")
    with pytest.raises(Invalid):
        replace_claim(claim_id=original.pk, original_claim_id=replacement.pk, by=ENGINE, because="wrong way")


def test_a_claim_that_is_void_can_be_voided_again_and_not_replaced() -> None:
    world = make_world()
    original = make_decided(world, "150.00")
    settle(correction(world, "8", names=original.claim_number))
    again = correction(world, "8", names=original.claim_number)
    late = correction(world, "7", names=original.claim_number)
    settled = settle(again, late)
    assert (settled.voided, settled.voids, settled.pended) == ((), (again.pk,), (late.pk,))
    assert Pend.objects.get().reason == "original_void"
    assert ClaimEvent.objects.get(claim=again).because == "nothing_to_void"


def test_nobody_reaches_the_claim_of_another_family_or_provider() -> None:
    world = make_world()
    original = make_decided(world, "150.00")
    stranger = make_world()
    assert settle(correction(stranger, "8", names=original.claim_number)).pended
    world.payee, world.provider = make_provider()
    assert settle(correction(world, "8", names=original.claim_number)).pended
    world.family, world.member = make_family(world.employer)
    assert settle(correction(world, "7", names=original.claim_number)).pended
    assert statuses(original) == ["approved"]


def test_a_batch_without_corrections_costs_one_query() -> None:
    world = make_world()
    claims = [receive(world, make_submission(world, [Decimal(10)])) for _ in range(3)]
    with CaptureQueriesContext(connection) as queries:
        assert settle_frequency(claim_ids=[claim.pk for claim in claims]) == Settled()
    assert len(queries) == 1


def test_ten_corrections_cost_as_many_queries_as_two() -> None:
    counts = []
    for pairs in (1, 5):
        world = make_world()
        batch = []
        for _ in range(pairs):
            replaced, voided = make_decided(world, "150.00"), make_decided(world, "50.00")
            batch.append(correction(world, "7", names=replaced.claim_number))
            batch.append(correction(world, "8", names=voided.claim_number))
        with CaptureQueriesContext(connection) as queries:
            settle_frequency(claim_ids=[claim.pk for claim in batch])
        counts.append(len(queries))
    assert counts[0] == counts[1]
