"""Invented employers with decided claims, made without the engine: what payments and adjustments start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import transaction

from claims.adjudication.claims_to_decide import lock_families_of, take_claims
from claims.adjudication.engine.decision import Adjustment, ClaimDecision, Consumption, Figures, LineDecision, Step
from claims.adjudication.engine.facts import Accumulated, ClaimFacts
from claims.adjudication.save_decisions import Decided, save_decisions
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.claim_numbers import claim_number
from claims.models import Claim
from claims.packing import pack
from employers.facts import MemberFact
from employers.funding.open_claims_account import open_claims_account
from employers.models import ClaimsAccount, Employer, Family, Member
from plans.models import Payee, Plan, Provider
from tpa.foundation.audit import Actor
from tpa.foundation.values.identifiers import npi_check_digit
from tpa.foundation.values.money import ZERO

ENGINE = Actor.system("engine")
YEAR = date(2026, 1, 1)
_number = count(1)


@dataclass(slots=True)
class World:
    """One employer with a plan, an account, a family and a provider."""

    employer: Employer
    plan: Plan
    account: ClaimsAccount
    family: Family
    member: Member
    payee: Payee
    provider: Provider


def make_world(funding_mode: str = Employer.FundingMode.PAY_AS_PRESENTED, **account: Any) -> World:
    """An employer of one family; its account has no limit unless `overdraft_limit_amount` is given."""
    n = next(_number)
    employer = Employer.objects.create(
        code=f"E{n:05d}",
        name=f"Foundry {n}",
        ein=f"12{n:07d}",
        state="OH",
        address_line="1 Mill Street",
        city="Dayton",
        postal_code="45402",
        funding_mode=funding_mode,
    )
    plan = Plan.objects.create(code=f"plan-{n}", name=f"PPO Plan {n}")
    values: dict[str, Any] = {"bank_routing_number": "122000030", "bank_account_number": f"88{n:08d}"} | account
    account_id = open_claims_account(
        employer_id=employer.pk, plan_id=plan.pk, name=f"Claims account {n}", by=ENGINE, **values
    )
    claims_account = ClaimsAccount.objects.get(pk=account_id)
    family, member = make_family(employer)
    payee, provider = make_provider()
    return World(employer, plan, claims_account, family, member, payee, provider)


def make_family(employer: Employer) -> tuple[Family, Member]:
    """A family with its subscriber."""
    n = next(_number)
    family = Family.objects.create(employer=employer, subscriber_number=f"S{n:08d}")
    member = Member.objects.create(
        employer=employer,
        family=family,
        person_number="01",
        relationship="18",
        last_name="Larkin",
        first_name=f"Maren{n}",
        birth_on=date(1980, 5, 17),
        sex="F",
        address_line="27 Elm Street",
        city="Dayton",
        state="OH",
        postal_code="45402",
    )
    return family, member


def make_provider(method: str = "check") -> tuple[Payee, Provider]:
    """An organisation that is paid by check, or by ACH."""
    n = next(_number)
    nine = f"1{n:08d}"
    npi = nine + npi_check_digit(nine)
    payee = Payee.objects.create(
        tin=f"34{n:07d}",
        npi=npi,
        name=f"Riverbend Clinic {n}",
        address_line="500 River Road",
        city="Dayton",
        state="OH",
        postal_code="454020001",
        method=method,
        bank_routing_number="021000089" if method == "ach" else "",
        bank_account_number=f"77{n:08d}" if method == "ach" else "",
    )
    provider = Provider.objects.create(npi=npi, entity="2", name=payee.name, taxonomy_code="261QM1300X", payee=payee)
    return payee, provider


def make_submission(
    world: World,
    billed: Sequence[Decimal],
    *,
    frequency_code: str = "1",
    original_claim_number: str = "",
    patient_control_number: str = "",
    benefits_assigned: bool = True,
    on: date = date(2026, 3, 2),
) -> Submission:
    """A professional claim of one line per amount."""
    return Submission(
        kind="P",
        patient_control_number=patient_control_number or f"PCN{next(_number)}",
        billed_amount=sum(billed, ZERO),
        subscriber=SubmittedPerson(
            last_name=world.member.last_name, first_name=world.member.first_name, number=world.family.subscriber_number
        ),
        billing_provider=SubmittedProvider(name=world.provider.name, npi=world.provider.npi, tin=world.payee.tin),
        lines=tuple(
            SubmittedLine(
                number=number,
                billed_amount=amount,
                service_from=on,
                service_to=on,
                procedure_qualifier="HC",
                procedure_code="99213",
                place_of_service="11",
                control_number=f"L{number}",
            )
            for number, amount in enumerate(billed, 1)
        ),
        frequency_code=frequency_code,
        original_claim_number=original_claim_number,
        facility_code="11",
        benefits_assigned=benefits_assigned,
        diagnoses=("Z0000",),
    )


def receive(world: World, submission: Submission, *, received_on: date = date(2026, 3, 5)) -> Claim:
    """A claim as intake leaves it."""
    at = datetime.combine(received_on, datetime.min.time(), UTC)
    claim = Claim.objects.create(
        claim_number=f"x{next(_number):013d}",
        employer=world.employer,
        family=world.family,
        member=world.member,
        kind=submission.kind,
        origin="837",
        patient_control_number=submission.patient_control_number,
        frequency_code=submission.frequency_code,
        billing_provider=world.provider,
        payee=world.payee,
        service_from=submission.service_from,
        service_to=submission.service_to,
        received_on=received_on,
        received_at=at,
        billed_amount=submission.billed_amount,
        submission=pack(submission),
        status_at=at,
        due_on=received_on + timedelta(days=30),
    )
    claim.claim_number = claim_number(claim.pk)
    claim.save(update_fields=["claim_number"])
    return claim


def decide(world: World, claims: Sequence[Claim], *, paid_percent: int = 80, outcome: str = "approved") -> None:
    """Decide received claims: a fifth is the provider's discount, 20 of each line the deductible, of the rest the plan
    pays so many per cent and the member owes coinsurance. Denied: the provider's own loss (CO 29)."""
    with transaction.atomic():
        lock_families_of([claim.pk for claim in claims])
        batch = []
        for claim in take_claims([claim.pk for claim in claims], [Claim.Status.RECEIVED]):
            lines = tuple(_line(line, paid_percent, outcome) for line in claim.submission.lines)
            figures = Figures(
                **{
                    name: sum((getattr(line.figures, name) for line in lines), ZERO)
                    for name in Figures.__struct_fields__
                }
            )
            used = figures.deductible_amount
            decision = ClaimDecision(
                claim_number=claim.claim_number,
                engine_version="test",
                plan_hash="",
                outcome=outcome,
                figures=figures,
                lines=lines,
                consumptions=(Consumption(year_on=YEAR, bucket="deductible:in", amount=used),) if used else (),
            )
            facts = ClaimFacts(
                claim_number=claim.claim_number,
                received_on=claim.received_on,
                decided_on=claim.received_on,
                submission=claim.submission,
                billing_provider_id=claim.billing_provider_id,
                member=MemberFact(
                    member_id=claim.member_id,
                    family_id=claim.family_id,
                    employer_id=claim.employer_id,
                    relationship="18",
                ),
                accumulated=(
                    Accumulated(
                        year_on=YEAR,
                        bucket="deductible:in",
                        member_amount=Decimal("100.00"),
                        family_amount=Decimal("150.00"),
                    ),
                ),
            )
            batch.append(Decided(claim, facts, decision, world.plan.pk))
        save_decisions(batch, at=datetime(2026, 3, 10, 12, tzinfo=UTC), by=ENGINE, origin="engine")
    for row in claims:
        row.refresh_from_db()


def make_decided(
    world: World, *billed: str, outcome: str = "approved", paid_percent: int = 80, **submitted: object
) -> Claim:
    """A decided claim with a line for each amount."""
    claim = receive(world, make_submission(world, [Decimal(amount) for amount in billed], **submitted))  # type: ignore[arg-type]
    decide(world, [claim], outcome=outcome, paid_percent=paid_percent)
    return claim


def _line(line: SubmittedLine, paid_percent: int, outcome: str) -> LineDecision:
    billed = line.billed_amount
    adjustments: tuple[Adjustment, ...]
    if outcome == "denied":
        adjustments = (Adjustment(group="CO", carc="29", amount=billed),)
        figures = _figures(billed, allowed=ZERO, not_covered=billed)
        return LineDecision(number=line.number, figures=figures, adjustments=adjustments, trace=_trace(figures))
    discount = (billed / 5).quantize(Decimal("0.01"))
    allowed = billed - discount
    deductible = min(Decimal("20.00"), allowed)
    paid = ((allowed - deductible) * paid_percent / 100).quantize(Decimal("0.01"))
    coinsurance = allowed - deductible - paid
    figures = _figures(billed, allowed=allowed, deductible=deductible, coinsurance=coinsurance, paid=paid)
    adjustments = tuple(
        Adjustment(group=group, carc=carc, amount=amount)
        for group, carc, amount in (("CO", "45", discount), ("PR", "1", deductible), ("PR", "2", coinsurance))
        if amount
    )
    return LineDecision(
        number=line.number,
        figures=figures,
        adjustments=adjustments,
        benefit="office-visit",
        network_tier="in",
        trace=_trace(figures),
    )


def _figures(
    billed: Decimal,
    *,
    allowed: Decimal,
    not_covered: Decimal = ZERO,
    deductible: Decimal = ZERO,
    coinsurance: Decimal = ZERO,
    paid: Decimal = ZERO,
) -> Figures:
    return Figures(
        billed_amount=billed,
        allowed_amount=allowed,
        not_covered_amount=not_covered,
        copay_amount=ZERO,
        deductible_amount=deductible,
        coinsurance_amount=coinsurance,
        other_payer_amount=ZERO,
        member_amount=deductible + coinsurance,
        plan_paid_amount=paid,
    )


def _trace(figures: Figures) -> tuple[Step, ...]:
    return tuple(
        Step(rule="test", figure=name, amount=getattr(figures, name))
        for name in Figures.__struct_fields__
        if getattr(figures, name)
    )
