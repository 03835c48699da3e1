"""A small plan that is really in force, families under it and a clinic in its network: claims decided by the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.models import Sum

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjustments.settle_frequency import settle_frequency
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.accept_submissions import Door, accept_submissions
from claims.models import AccumulatorEntry, Claim
from employers.models import Employer, Family, Member
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.models import FeeSchedule, Network, Plan, Provider
from tests.factories.employers import (
    TESTER,
    make_claims_account,
    make_coverage,
    make_employer,
    make_family,
    make_member,
)
from tests.factories.plans import make_network, make_participation, make_provider, make_rate, make_schedule
from tpa.foundation.parameters import load_parameters

PLAN = """
plan: {plan}
title: Quarry plan
effective: {{from: 2025-01-01}}
plan_year: {{starts: 01-01, section: "1"}}
reprocessing: {{order: {order}, section: "1.2"}}
tiers:
  - {{tier: in, networks: [{network}], section: "2"}}
  - {{tier: out, section: "2"}}
deductibles:
  - {{name: in, tiers: [in, out], individual: {deductible}, family: 1000, type: embedded, section: "3"}}
out_of_pocket_maximums:
  - {{name: in, tiers: [in, out], individual: 3000, family: 6000, type: embedded, section: "4"}}
out_of_network: {{prices: [{{percent_of_billed: 60}}], section: "2"}}
no_surprises: {{pay_as: in, section: "2"}}
coordination: {{method: standard, section: "5"}}
benefits:
  - benefit: preventive
    title: Preventive care
    section: "6.0"
    preventive: true
    when: [{{procedures: [99381-99397]}}]
    pays: {{in: [], out: []}}
  - benefit: emergency
    title: Emergencies
    section: "6.1"
    emergency: true
    when: [{{procedures: [99281-99285]}}]
    pays: {{in: [deductible], out: {{as: in}}}}
  - benefit: therapy
    title: Therapy
    section: "6.2"
    when: [{{procedures: [97010-97799]}}]
    authorization: {{tiers: [in, out], when_missing: {missing}, section: "7"}}
    pays: {{in: [{{coinsurance: 10}}], out: {{as: in}}}}
  - benefit: care
    title: All other care
    section: "6.3"
    pays: {{in: [deductible, {{coinsurance: {coinsurance}}}], out: {{as: in}}}}
"""
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
_number = count(1)


@dataclass(slots=True)
class Quarry:
    """An employer whose plan is in force, with a clinic paid by a schedule of 80 % of what it bills."""

    employer: Employer
    plan: Plan
    network: Network
    schedule: FeeSchedule
    provider: Provider
    source: str
    account_id: int
    families: list[Family] = field(default_factory=list)

    def family(self, *names: str, covered: bool = True) -> list[Member]:
        """A family covered through 2026: the subscriber and children."""
        family = make_family(self.employer)
        self.families.append(family)
        members = []
        for place, name in enumerate(names or ("Ines",)):
            member = make_member(family, first_name=name, relationship="19" if place else "18")
            members.append(member)
            if covered:
                make_coverage(member, self.plan, tier="FAM" if len(names) > 1 else "EE")
        return members

    def submission(self, member: Member, billed: str = "100.00", **changes: Any) -> Submission:
        """A professional claim of one line. `on` is its day, `code` the procedure, `units` how many."""
        on: date = changes.pop("on", date(2026, 3, 2))
        code, units = changes.pop("code", "12001"), Decimal(changes.pop("units", 1))
        provider: Provider = changes.pop("provider", self.provider)
        subscriber = member if member.relationship == "18" else member.family.members.get(relationship="18")
        line = SubmittedLine(
            number=1,
            billed_amount=Decimal(billed),
            service_from=on,
            service_to=on,
            units_count=units,
            procedure_qualifier="HC",
            procedure_code=code,
            place_of_service="11",
            diagnosis_pointers=(1,),
            authorization_number=changes.pop("authorization", ""),
        )
        given: dict[str, Any] = {
            "kind": "P",
            "patient_control_number": f"Q{next(_number)}",
            "billed_amount": Decimal(billed),
            "subscriber": _person(subscriber),
            "patient": None if member is subscriber else _person(member, number=""),
            "relationship": member.relationship,
            "billing_provider": SubmittedProvider(name=provider.name, npi=provider.npi, tin=provider.payee.tin),
            "facility_code": "11",
            "group_number": self.employer.code,
            "diagnoses": ("R0789",),
            "lines": (line,),
        }
        return Submission(**given | changes)

    def receive(self, *submissions: Submission, at: datetime = AT) -> list[Claim]:
        """The claims as intake leaves them."""
        door = Door("api", received_at=at, received_on=at.date(), by=TESTER)
        accepted, rejected = accept_submissions(list(submissions), door)
        assert not rejected, rejected
        by_id = {claim.pk: claim for claim in Claim.objects.filter(pk__in=[one.claim_id for one in accepted])}
        return [by_id[one.claim_id] for one in accepted]

    def send(self, member: Member, billed: str = "100.00", **changes: Any) -> Claim:
        """A claim, received and decided."""
        (claim,) = self.receive(self.submission(member, billed, **changes))
        decide(claim)
        return claim


def make_quarry(
    *, order: str = "service", deductible: int = 500, coinsurance: int = 20, missing: str = "pend"
) -> Quarry:
    """The plan published, the clinic in its network from 2025 on."""
    load_parameters()
    number = next(_number)
    code, network = f"quarry-{number}", make_network(f"quarry-net-{number}")
    plan = Plan.objects.create(code=code, name="Quarry plan")
    source = PLAN.format(
        plan=code, network=network.code, order=order, deductible=deductible, coinsurance=coinsurance, missing=missing
    )
    publish(plan, source)
    schedule = make_schedule()
    make_rate(schedule, method="percent_of_billed", code_kind="any", percent=Decimal(80), starts_on=date(2025, 1, 1))
    provider = make_provider()
    make_participation(provider, network, schedule, starts_on=date(2025, 1, 1))
    employer = make_employer(funding_mode=Employer.FundingMode.PAY_AS_PRESENTED)
    account_id = make_claims_account(employer, plan=plan)
    return Quarry(employer, plan, network, schedule, provider, source, account_id)


def publish(plan: Plan, source: str) -> None:
    """Put a wording in force for its dates."""
    version = draft_plan_version(plan_id=plan.pk, source=source, by=TESTER)
    publish_plan_version(version_id=version.pk, by=TESTER)


def decide(*claims: Claim) -> None:
    """As the pipeline does: corrections first, then every claim of the batch."""
    ids = [claim.pk for claim in claims]
    settled = settle_frequency(claim_ids=ids)
    adjudicate_claims(claim_ids=[*ids, *settled.received])
    for claim in claims:
        claim.refresh_from_db()


def used_by(family_id: int) -> dict[tuple[int, date, str], Decimal]:
    """What a family has used up, by member, year and bucket; nothing where it comes to zero."""
    rows = AccumulatorEntry.objects.filter(family_id=family_id).values_list("member_id", "year_on", "bucket")
    sums = rows.annotate(amount=Sum("amount")).order_by()
    return {(member, year, bucket): amount for member, year, bucket, amount in sums if amount}


def _person(member: Member, *, number: str | None = None) -> SubmittedPerson:
    return SubmittedPerson(
        last_name=member.last_name,
        first_name=member.first_name,
        number=member.family.subscriber_number if number is None else number,
        birth_on=member.birth_on,
        sex=member.sex,
    )
