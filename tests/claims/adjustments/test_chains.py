"""Chains of corrections, decided by the engine: however they come, what stands is their last state and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.adjustments.reverse_decisions import reverse_decisions
from claims.facts import Submission
from claims.models import Claim, Pend
from employers.models import Member
from tests.factories.employers import TESTER
from tests.factories.engine import Quarry, decide, make_quarry, used_by
from tpa.foundation.values.money import ZERO
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

# The quarry stays, each example has a family of its own.
LAWS = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
FIRST, REPLACEMENT, VOID = "1", "7", "8"


@pytest.fixture
def quarry() -> Quarry:
    return make_quarry()


def link(quarry: Quarry, member: Member, code: str, billed: str, control: str, **changes: Any) -> Submission:
    """One claim of a chain."""
    return quarry.submission(member, billed, frequency_code=code, patient_control_number=control, **changes)


def standing(member: Member) -> list[Claim]:
    return list(Claim.objects.filter(member=member).exclude(status__in=["reversed", "pended"]))


def end_of(links: list[tuple[str, str]]) -> str | None:
    """What a chain comes to: the amount of its last word, None when that is a void or nothing was first."""
    amount: str | None = None
    for code, billed in links:
        if code == FIRST or (code == REPLACEMENT and amount is not None):
            amount = billed
        elif code == VOID:
            amount = None
    return amount


def alone(quarry: Quarry, billed: str | None) -> tuple[list[Decimal | None], list[Decimal]]:
    """What one claim of this amount, and no chain, would leave standing."""
    (member,) = quarry.family()
    if billed is not None:
        decide(*quarry.receive(link(quarry, member, FIRST, billed, "ALONE")))
    return left_by(member)


def left_by(member: Member) -> tuple[list[Decimal | None], list[Decimal]]:
    claims = standing(member)
    assert {claim.status for claim in claims} <= {"approved", "denied"}
    return [claim.plan_paid_amount for claim in claims], sorted(used_by(member.family_id).values())


corrections = st.lists(
    st.tuples(st.sampled_from([REPLACEMENT, REPLACEMENT, VOID]), st.sampled_from(["90.00", "640.00", "1200.00"])),
    max_size=4,
)


@LAWS
@given(chain=corrections, cuts=st.lists(st.booleans(), min_size=8, max_size=8), twice=st.booleans(), data=st.data())
def test_any_chain_in_any_batches_ends_as_its_last_state_alone(
    quarry: Quarry, chain: list[tuple[str, str]], cuts: list[bool], twice: bool, data: st.DataObject
) -> None:
    """One by one, in one file or cut anywhere; each correction sent once or twice; naming whatever of the chain."""
    (member,) = quarry.family()
    links = [(FIRST, "700.00")]
    for one in chain:
        links += [one, one] if twice else [one]
    batch: list[Claim] = []
    numbers: list[str] = [""]
    for (code, billed), cut in zip(links, cuts * 2, strict=False):
        named = "" if code == FIRST else data.draw(st.sampled_from(numbers))
        batch += quarry.receive(link(quarry, member, code, billed, "CHAIN", original_claim_number=named))
        numbers += [batch[-1].claim_number] if code != VOID else []
        if cut:
            decide(*batch)
            batch = []
    decide(*batch)
    assert left_by(member) == alone(quarry, end_of(links))
    assert offences(only=["I3", "I4", "I8", "I14"]) == []


@LAWS
@given(
    chain=st.lists(st.sampled_from(["90.00", "640.00", "1200.00"]), max_size=3),
    is_void=st.booleans(),
    twice=st.booleans(),
    cuts=st.lists(st.booleans(), min_size=9, max_size=9),
)
def test_corrections_that_overtake_their_original_are_carried_out_when_it_comes(
    quarry: Quarry, chain: list[str], is_void: bool, twice: bool, cuts: list[bool]
) -> None:
    """Replacements, perhaps a void after them, each once or twice; the first claim comes last."""
    (member,) = quarry.family()
    links = [(REPLACEMENT, billed) for billed in chain] + [(VOID, "700.00")] * is_void
    early = [one for one in links for _time in range(1 + twice)]
    batch: list[Claim] = []
    for (code, billed), cut in zip([*early, (FIRST, "700.00")], cuts, strict=False):
        batch += quarry.receive(link(quarry, member, code, billed, "EARLY"))
        if cut:
            decide(*batch)
            assert code == FIRST or standing(member) == []
            batch = []
    decide(*batch)
    assert left_by(member) == alone(quarry, end_of([(FIRST, "700.00"), *early]))
    assert not Pend.objects.filter(claim__member=member, status="open").exists()
    assert offences(only=["I3", "I4", "I8"]) == []


def test_a_replacement_of_a_void_asks_a_person(quarry: Quarry) -> None:
    (member,) = quarry.family()
    original, void, late = quarry.receive(
        link(quarry, member, FIRST, "700.00", "V"),
        link(quarry, member, VOID, "700.00", "V"),
        link(quarry, member, REPLACEMENT, "90.00", "V"),
    )
    decide(original)
    decide(void, late)
    assert [claim.status for claim in (void, late)] == ["reversed", "pended"]
    assert Pend.objects.get(claim=late).reason == "original_void"
    assert used_by(member.family_id) == {}


def test_a_control_number_used_again_for_another_visit_waits_for_nobody(quarry: Quarry) -> None:
    """The void is of a claim we never had; the visit in May has nothing to do with it."""
    (member,) = quarry.family()
    (void,) = quarry.receive(link(quarry, member, VOID, "700.00", "ACCT-9"))
    decide(void)
    (later,) = quarry.receive(link(quarry, member, FIRST, "700.00", "ACCT-9", on=date(2026, 5, 4)))
    decide(later)
    assert (later.status, Claim.objects.get(pk=void.pk).status) == ("approved", "pended")


@LAWS
@given(amounts=st.lists(st.sampled_from(["90.00", "640.00", "1200.00"]), min_size=1, max_size=4), data=st.data())
def test_decide_reverse_decide_leaves_everything_equal(quarry: Quarry, amounts: list[str], data: st.DataObject) -> None:
    (member,) = quarry.family()
    claims = [quarry.send(member, billed, code=str(12000 + place)) for place, billed in enumerate(amounts)]
    before, sums = [claim.plan_paid_amount for claim in claims], used_by(member.family_id)
    ids = data.draw(st.integers(0, len(claims) - 1).map(lambda place: [claim.pk for claim in claims[place:]]))
    reverse_decisions(claim_ids=ids, by=TESTER, because="again", decide_again=True)
    decide(*claims)
    assert [claim.plan_paid_amount for claim in claims] == before
    assert used_by(member.family_id) == sums
    assert sum(sums.values(), ZERO) > 0
    assert offences(only=["I3", "I4", "I8", "I14"]) == []
