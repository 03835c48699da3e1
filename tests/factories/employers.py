"""Invented employers, families, coverage and claims accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from psycopg2.extras import DateRange

from employers.funding.open_claims_account import open_claims_account
from employers.models import Coverage, Division, Employer, Family, Member, OtherCoverage, PlanOffering
from plans.models import Plan
from tests.factories.plans import make_plan
from tpa.foundation.audit import Actor

RECORDED_AT = datetime(2025, 11, 15, 12, tzinfo=UTC)
YEAR_2026 = DateRange(date(2026, 1, 1), date(2027, 1, 1))
TESTER = Actor.system("tests")
_number = count(1)


def make_employer(**fields: Any) -> Employer:
    """An employer that pays in before."""
    number = next(_number)
    given = {"code": f"GRP{number:04}", "name": f"Employer {number}", "ein": f"45{number:07}", "state": "OH"}
    return Employer.objects.create(**given | {"funding_mode": Employer.FundingMode.PREFUND} | fields)


def make_division(employer: Employer, code: str = "MAIN") -> Division:
    """A division of the employer."""
    return Division.objects.create(employer=employer, code=code, name=code.title())


def offer(employer: Employer, plan: Plan | None = None, *, starts_on: date = date(2020, 1, 1)) -> Plan:
    """The employer offers the plan (a new one when none is given) from a day on."""
    plan = plan or make_plan()
    PlanOffering.objects.create(employer=employer, plan=plan, period=DateRange(starts_on, None))
    return plan


def make_family(employer: Employer | None = None, *, subscriber_number: str | None = None) -> Family:
    """A family without members."""
    employer = employer or make_employer()
    return Family.objects.create(employer=employer, subscriber_number=subscriber_number or f"S{next(_number):08}")


def make_member(family: Family | None = None, **fields: Any) -> Member:
    """A member of the family, the subscriber unless said otherwise."""
    family = family or make_family()
    given = {
        "employer_id": family.employer_id,
        "family": family,
        "person_number": f"{family.members.count() + 1:02}",
        "relationship": "18",
        "last_name": "Hollander",
        "first_name": "Ines",
        "birth_on": date(1984, 3, 9),
        "sex": "F",
    }
    return Member.objects.create(**given | fields)


def make_coverage(member: Member, plan: Plan, **fields: Any) -> Coverage:
    """Coverage of the member by the plan, through 2026 unless said otherwise."""
    given = {
        "employer_id": member.employer_id,
        "family_id": member.family_id,
        "member": member,
        "plan": plan,
        "tier": "EE",
        "period": YEAR_2026,
        "recorded_at": RECORDED_AT,
    }
    return Coverage.objects.create(**given | fields)


def make_other_coverage(member: Member, **fields: Any) -> OtherCoverage:
    """Another group plan that pays first."""
    given = {
        "employer_id": member.employer_id,
        "member": member,
        "kind": "group",
        "payer_name": "Lakeside Mutual",
        "pays_first": True,
        "because": "covers the patient as an employee",
        "period": YEAR_2026,
        "recorded_at": RECORDED_AT,
    }
    return OtherCoverage.objects.create(**given | fields)


def make_claims_account(
    employer: Employer | None = None, *, plan: Plan | None = None, overdraft_limit_amount: Decimal | None = None
) -> int:
    """A claims account with its chart; returns its id."""
    employer = employer or make_employer()
    return open_claims_account(
        employer_id=employer.pk,
        plan_id=plan.pk if plan else None,
        name="Claims",
        overdraft_limit_amount=overdraft_limit_amount,
        by=TESTER,
    )
