"""Eight workers on five hundred claims of one family end with exactly its deductible and out-of-pocket maximum.

The nearest open system took 909 and 2,424 of a deductible of 500 from eight claims that were decided at once.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from django.db import connection, connections

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.accept_submissions import Door, accept_submissions
from claims.models import Claim
from employers.models import Family
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.models import FeeRate, Plan
from tests.factories.employers import make_coverage, make_employer, make_family, make_member
from tests.factories.plans import make_network, make_participation, make_provider, make_schedule
from tpa.foundation.audit import Actor
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db(transaction=True)
PLAN = Path(__file__).parents[3] / "plans/design/demo/cascade-ppo.yaml"
TESTER = Actor.system("tests")
CLAIMS, WORKERS = 500, 8
NAMES = ("Ines", "Otto", "Mara", "Theo")


@pytest.fixture
def submissions() -> list[Submission]:
    """Claims of a family of four that use up everything: imaging in the network, deductible and then 20 %."""
    load_parameters()
    plan = Plan.objects.create(code="cascade-ppo", name="Cascade PPO")
    version = draft_plan_version(plan_id=plan.pk, source=PLAN.read_text(), by=TESTER)
    publish_plan_version(version_id=version.pk, by=TESTER)
    family = make_family(make_employer(code="RACE"), subscriber_number="RACE1")
    for place, name in enumerate(NAMES):
        member = make_member(family, first_name=name, relationship="18" if place == 0 else "19")
        make_coverage(member, plan, tier="FAM")
    provider = make_provider()
    schedule = make_schedule()
    FeeRate.objects.create(
        schedule=schedule,
        code_kind="any",
        method="percent_of_billed",
        percent=Decimal(80),
        period=(date(2020, 1, 1), None),
        recorded_at=datetime(2025, 12, 1, tzinfo=UTC),
    )
    make_participation(provider, make_network("evergreen"), schedule)
    return [_claim(number, provider.npi, provider.payee.tin) for number in range(CLAIMS)]


def _claim(number: int, npi: str, tin: str) -> Submission:
    billed = Decimal(900) + Decimal(number) / 4
    on = date(2026, 6, 10) + timedelta(days=number % 160)  # within the plan's filing limit
    subscriber = SubmittedPerson(
        last_name="Hollander", first_name=NAMES[0], number="RACE1", birth_on=date(1984, 3, 9), sex="F"
    )
    name = NAMES[number % len(NAMES)]
    patient = SubmittedPerson(last_name="Hollander", first_name=name, birth_on=date(1984, 3, 9), sex="F")
    return Submission(
        kind="P",
        patient_control_number=f"RACE{number}",
        billed_amount=billed,
        subscriber=subscriber,
        patient=None if name == NAMES[0] else patient,
        relationship="18" if name == NAMES[0] else "19",
        billing_provider=SubmittedProvider(name="Imaging", npi=npi, tin=tin),
        facility_code="11",
        group_number="RACE",
        diagnoses=("R0789",),
        lines=(
            SubmittedLine(
                number=1,
                billed_amount=billed,
                service_from=on,
                service_to=on,
                procedure_qualifier="HC",
                procedure_code=str(70010 + number),  # never the same service twice
                place_of_service="11",
                diagnosis_pointers=(1,),
            ),
        ),
    )


@pytest.mark.parametrize("seed", range(4))
def test_racing_workers_end_with_exactly_the_limits(submissions: list[Submission], seed: int) -> None:
    random = Random(seed)
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    accepted, rejected = accept_submissions(submissions, Door("837", received_at=at, received_on=at.date(), by=TESTER))
    assert not rejected
    ids = [claim.claim_id for claim in accepted]
    random.shuffle(ids)
    pieces = _pieces(ids, random)
    errors: list[BaseException] = []

    def worker() -> None:
        try:
            while pieces:
                adjudicate_claims(claim_ids=pieces.pop())
        except Exception as error:  # noqa: BLE001 (whatever it is, the test shows it)
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=worker) for _ in range(WORKERS)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert not errors
    assert Claim.objects.filter(status="approved").count() == CLAIMS
    sums = _sums()
    assert sums["family", "deductible:in"] == Decimal("1500.00")
    assert sums["family", "oop:in"] == Decimal("8000.00")
    assert max(amount for (who, bucket), amount in sums.items() if who != "family" and "deductible" in bucket) <= 750
    assert max(amount for (who, bucket), amount in sums.items() if who != "family" and "oop" in bucket) <= 4000
    assert offences() == []


def _pieces(ids: list[int], random: Random) -> list[list[int]]:
    """The claims in batches of one to thirty: what different files, doors and examiners would bring at once."""
    pieces = []
    while ids:
        size = random.randint(1, 30)
        pieces.append(ids[:size])
        del ids[:size]
    return pieces


def _sums() -> dict[tuple[object, str], Decimal]:
    family = Family.objects.get(subscriber_number="RACE1")
    sums: dict[tuple[object, str], Decimal] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, bucket, sum(amount) FROM claims_accumulatorentry WHERE family_id = %s GROUP BY 1, 2",
            [family.pk],
        )
        for member_id, bucket, amount in cursor.fetchall():
            sums[member_id, bucket] = amount
            sums["family", bucket] = sums.get(("family", bucket), Decimal(0)) + amount
    return sums
