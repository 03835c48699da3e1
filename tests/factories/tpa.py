"""Invented contracts with fees, and who is enrolled when: what a month's invoice is made of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from employers.models import Coverage, Member
from tests.factories.payments import ENGINE, World, make_family
from tpa.contracts.add_fee import FeeTerms, add_fee
from tpa.contracts.draft_contract import ContractTerms, draft_contract
from tpa.contracts.licences import ExemptionWords, record_exemption
from tpa.contracts.sign_contract import sign_contract
from tpa.models import Contract, ContractFee, LicenceExemption

LONG_AGO = datetime(2025, 12, 1, tzinfo=UTC)
JANUARY = date(2026, 1, 1)


def make_contract(world: World, *fees: FeeTerms, starts_on: date = JANUARY, **terms: Any) -> Contract:
    """A signed contract; without fees given, one per employee of 40.00."""
    number = f"ASA-{world.employer.code}-{starts_on:%y%m}"
    contract = draft_contract(
        employer_id=world.employer.pk, terms=ContractTerms(number=number, starts_on=starts_on, **terms), by=ENGINE
    )
    for fee in fees or (pepm("40.00", starts_on=starts_on),):
        add_fee(contract_id=contract.pk, terms=fee, by=ENGINE)
    exempt(world.employer.state)
    return sign_contract(contract_id=contract.pk, signed_on=date(2025, 12, 15), by=ENGINE)


def exempt(state: str) -> None:
    """No licence is wanted in a state."""
    if not LicenceExemption.objects.filter(state=state).exists():
        words = ExemptionWords(state, "invented", "no law", date(2020, 1, 1))
        record_exemption(words=words, by=ENGINE)


def pepm(
    amount: str, *, tier: str = "", name: str = "Administration", starts_on: date = JANUARY, **more: Any
) -> FeeTerms:
    """A fee per employee and month."""
    return FeeTerms(
        kind=ContractFee.Kind.PEPM,
        name=name,
        amount=Decimal(amount),
        section="4.1",
        starts_on=starts_on,
        tier=tier,
        **more,
    )


def per_claim(amount: str) -> FeeTerms:
    """A fee for each claim settled."""
    return FeeTerms(
        kind=ContractFee.Kind.PER_CLAIM, name="Claim handling", amount=Decimal(amount), section="4.2", starts_on=JANUARY
    )


def flat(amount: str) -> FeeTerms:
    """A fee a month."""
    return FeeTerms(
        kind=ContractFee.Kind.FLAT, name="Reporting", amount=Decimal(amount), section="4.3", starts_on=JANUARY
    )


def enrol(
    world: World,
    tier: str = "EE",
    *,
    starts_on: date = JANUARY,
    ends_on: date | None = None,
    recorded_at: datetime = LONG_AGO,
    member: Member | None = None,
) -> Coverage:
    """An employee covered by the world's plan; a new one unless given."""
    if member is None:
        _family, member = make_family(world.employer)
    return Coverage.objects.create(
        employer=world.employer, family=member.family, member=member, plan=world.plan, tier=tier,
        period=(starts_on, ends_on), recorded_at=recorded_at,
    )  # fmt: skip


def correct(coverage: Coverage, *, at: datetime, ends_on: date | None = None, tier: str = "") -> Coverage | None:
    """What was believed is superseded at a moment by another end or tier; ending before it began, by nothing."""
    Coverage.objects.filter(pk=coverage.pk).update(superseded_at=at)
    starts_on = coverage.period[0] if isinstance(coverage.period, tuple) else coverage.period.lower
    if ends_on is not None and ends_on <= starts_on:
        return None
    return Coverage.objects.create(
        employer_id=coverage.employer_id, family_id=coverage.family_id, member_id=coverage.member_id,
        plan_id=coverage.plan_id, tier=tier or coverage.tier, period=(starts_on, ends_on), recorded_at=at,
    )  # fmt: skip
