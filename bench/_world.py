"""A world for benches: an invented population enrolled under one employer, with a plan, networks and prices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction
from psycopg2.extras import DateRange

from claims.simulation.population import Population, invent_population
from employers.models import ClaimsAccount, Coverage, Employer, Family, Member, PlanOffering
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.models import FeeRate, FeeSchedule, Network, NetworkParticipation, Payee, Plan, Provider
from tpa.foundation.audit import Actor

PLAN = Path(__file__).parents[1] / "plans/design/demo/cascade-ppo.yaml"
GROUP = "GRP100"
ALWAYS = DateRange(date(2020, 1, 1), None)
RECORDED_AT = datetime(2025, 12, 1, tzinfo=UTC)
NETWORKS = {"evergreen": "contract"}
REFERENCES = ("medicare",)


def build_world(*, families: int, seed: int = 1) -> Population:
    """Put the population into the database; returns it, for claims to be made of."""
    population = invent_population(seed=seed, families=families, groups=(GROUP,))
    with transaction.atomic():
        plan = _plan()
        employer = Employer.objects.create(
            code=GROUP,
            name="Bench Works",
            ein="450000001",
            state="OH",
            funding_mode=Employer.FundingMode.PAY_AS_PRESENTED,
        )
        PlanOffering.objects.create(employer=employer, plan=plan, period=ALWAYS)
        ClaimsAccount.objects.create(employer=employer, plan=plan, name="Claims account")
        _enrol(population, employer, plan)
        _contract(population)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum has, of a world that stands for long
    return population


def _plan() -> Plan:
    plan = Plan.objects.create(code="cascade-ppo", name="Cascade PPO")
    # The document governs 2026; the made-up services of a year reach back into the one before.
    source = PLAN.read_text().replace("{from: 2026-01-01,", "{from: 2025-01-01,")
    by = Actor.system("bench")
    publish_plan_version(version_id=draft_plan_version(plan_id=plan.pk, source=source, by=by).pk, by=by)
    return plan


def _enrol(population: Population, employer: Employer, plan: Plan) -> None:
    families = Family.objects.bulk_create(
        [Family(employer=employer, subscriber_number=one.subscriber_number) for one in population.families],
        batch_size=2000,
    )
    members = Member.objects.bulk_create(
        [
            Member(
                employer=employer,
                family=family,
                person_number=f"{place:02}",
                relationship=member.relationship,
                last_name=member.last_name,
                first_name=member.first_name,
                birth_on=member.birth_on,
                sex=member.sex,
            )
            for family, one in zip(families, population.families, strict=True)
            for place, member in enumerate(one.members, start=1)
        ],
        batch_size=2000,
    )
    Coverage.objects.bulk_create(
        [
            Coverage(
                employer=employer,
                family_id=member.family_id,
                member=member,
                plan=plan,
                tier="FAM",
                period=ALWAYS,
                recorded_at=RECORDED_AT,
            )
            for member in members
        ],
        batch_size=2000,
    )


def _contract(population: Population) -> None:
    """Every billing provider takes part in the plan's network; a price for anything."""
    schedules = {code: FeeSchedule.objects.create(code=code, name=code) for code in (*NETWORKS.values(), *REFERENCES)}
    for schedule in schedules.values():
        FeeRate.objects.create(
            schedule=schedule,
            code_kind="any",
            method="percent_of_billed" if schedule.code not in REFERENCES else "fee",
            percent=Decimal(65) if schedule.code not in REFERENCES else None,
            amount=Decimal("80.00") if schedule.code in REFERENCES else None,
            period=ALWAYS,
            recorded_at=RECORDED_AT,
        )
    for code, priced_by in NETWORKS.items():
        network = Network.objects.create(code=code, name=code)
        for one in population.providers:
            payee, _ = Payee.objects.get_or_create(tin=one.tin, npi=one.npi, defaults={"name": one.name})
            provider, _ = Provider.objects.get_or_create(
                npi=one.npi, defaults={"entity": one.entity, "name": one.name, "payee": payee}
            )
            NetworkParticipation.objects.create(
                network=network,
                provider=provider,
                schedule=schedules[priced_by],
                period=ALWAYS,
                recorded_at=RECORDED_AT,
            )
