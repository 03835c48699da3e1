"""Edits on real tables: a batch reads what speaks of it, decides across claims, and replays to the byte."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjudication.replay_decision import replay_decision
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.accept_submissions import Door, accept_submissions
from claims.models import Claim, ClaimLine, Decision, Pend
from claims.packing import unpack_facts
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.design.yaml_document import load_yaml
from plans.editing.load_edit_files import load_edit_files
from plans.models import FeeRate, Plan, Provider
from tests.factories.employers import make_coverage, make_employer, make_family, make_member
from tests.factories.plans import make_network, make_participation, make_provider, make_schedule
from tests.plans.editing.published import add_on_file, pairs_file, units_file
from tpa.foundation.audit import Actor
from tpa.foundation.codes import CodeRow, CodeSet, load_release
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db

SCENARIOS = Path(__file__).parents[2] / "scenarios" / "edits.yaml"
BY = Actor.system("tests")
ON = date(2026, 6, 10)
AT = datetime(2026, 6, 20, 12, tzinfo=UTC)


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    """A plan that applies every edit, a member, a provider in its network, and tables."""
    load_parameters()
    document, _places = load_yaml(SCENARIOS.read_text())
    # Nothing of the law's is of interest here.
    source = msgspec.json.encode(document["plan"] | {"excepted": True}).decode()
    plan = Plan.objects.create(code="edited", name="Edited")
    version = draft_plan_version(plan_id=plan.pk, source=source, by=BY)
    publish_plan_version(version_id=version.pk, by=BY)
    member = make_member(make_family(make_employer(code="EDITED"), subscriber_number="EDIT1"), first_name="Ines")
    make_coverage(member, plan, tier="EE")
    schedule = make_schedule()
    FeeRate.objects.create(
        schedule=schedule,
        code_kind="any",
        method="percent_of_billed",
        percent=Decimal(80),
        period=(date(2020, 1, 1), None),
        recorded_at=datetime(2025, 12, 1, tzinfo=UTC),
    )
    one = make_provider()
    make_participation(one, make_network("near"), schedule)
    for path in (
        pairs_file(tmp_path, ["29881 29870 20200101 * 0", "29881 64447 20200101 * 1"]),
        units_file(tmp_path, ["80053,1,2,x", "96372,3,3,x"]),
        add_on_file(tmp_path, ["64461 64447 1 2016001 - - -"]),
    ):
        load_edit_files(paths=[path], by=BY)
    load_release(CodeSet.HCPCS, [CodeRow("J1885")], source="hcpcs", effective_on=None)
    return one


def submission(provider: Provider, *codes: str, on: date = ON, number: str = "1") -> Submission:
    lines = tuple(
        SubmittedLine(
            number=place,
            billed_amount=Decimal(100 + 10 * place),
            service_from=on,
            service_to=on,
            procedure_qualifier="HC",
            procedure_code=code,
            place_of_service="11",
            diagnosis_pointers=(1,),
        )
        for place, code in enumerate(codes, start=1)
    )
    return Submission(
        kind="P",
        patient_control_number=f"EDIT{number}",
        billed_amount=sum((line.billed_amount for line in lines), Decimal(0)),
        subscriber=SubmittedPerson(
            last_name="Hollander", first_name="Ines", number="EDIT1", birth_on=date(1984, 3, 9), sex="F"
        ),
        billing_provider=SubmittedProvider(name="Orthopaedics", npi=provider.npi, tin=provider.payee.tin),
        facility_code="11",
        group_number="EDITED",
        diagnoses=("M5450",),
        lines=lines,
    )


def decide(*submissions: Submission, together: bool = False) -> list[int]:
    door = Door("837", received_at=AT, received_on=AT.date(), by=BY)
    accepted, rejected = accept_submissions(list(submissions), door)
    assert not rejected
    ids = [claim.claim_id for claim in accepted]
    for piece in [ids] if together else [[one] for one in ids]:
        assert adjudicate_claims(claim_ids=piece) == len(piece)
    return ids


def adjustments(claim_id: int) -> list[list[str]]:
    lines = ClaimLine.objects.filter(claim_id=claim_id).order_by("number")
    return [[f"{group}-{carc}" for group, carc, _amount, _rarcs in line.adjustments] for line in lines]


@pytest.mark.parametrize("together", [False, True])
def test_edits_hold_within_a_claim_and_across_claims_of_the_day(provider: Provider, together: bool) -> None:
    first, second, third = decide(
        submission(provider, "29881", "29870", "J9999"),
        submission(provider, "64447", "64461", number="2"),
        submission(provider, "29870", on=date(2026, 6, 11), number="3"),
        together=together,
    )
    assert adjustments(first) == [["CO-45"], ["CO-236"], ["CO-181"]]
    assert adjustments(second) == [["CO-236"], ["CO-107"]]
    assert adjustments(third) == [["CO-45"]]


def stay(provider: Provider, starts_on: date, ends_on: date, number: str) -> Submission:
    line = SubmittedLine(
        number=1,
        billed_amount=Decimal(4000),
        service_from=starts_on,
        service_to=ends_on,
        units_count=Decimal((ends_on - starts_on).days),
        unit_basis="DA",
        revenue_code="0120",
    )
    return msgspec.structs.replace(
        submission(provider, number=number),
        kind="I",
        billed_amount=line.billed_amount,
        facility_code="11",
        lines=(line,),
        admitted_on=starts_on,
        discharged_on=ends_on,
        discharge_status="01",
        admission_type="3",
        statement_from=starts_on,
        statement_to=ends_on,
    )


@pytest.mark.parametrize("together", [False, True])
def test_two_stays_on_one_night_are_asked_about_and_others_are_not(provider: Provider, together: bool) -> None:
    first, touching, overlapping = decide(
        stay(provider, date(2026, 6, 1), date(2026, 6, 4), "1"),
        stay(provider, date(2026, 6, 4), date(2026, 6, 6), "2"),
        stay(provider, date(2026, 6, 5), date(2026, 6, 8), "3"),
        together=together,
    )
    assert Claim.objects.get(pk=first).status == Claim.objects.get(pk=touching).status == "approved"
    pend = Pend.objects.get(claim_id=overlapping)
    assert pend.reason == "edit_stays"
    assert pend.evidence["claim_number"] == Claim.objects.get(pk=touching).claim_number
    assert pend.evidence["its_stay"] == "2026-06-04 2026-06-06"


def test_what_is_for_a_clinician_waits_in_the_clinical_queue_with_its_evidence(provider: Provider) -> None:
    one = submission(provider, "96372")
    (claim,) = decide(
        msgspec.structs.replace(one, lines=(msgspec.structs.replace(one.lines[0], units_count=Decimal(5)),))
    )
    pend = Pend.objects.get(claim_id=claim)
    assert (pend.reason, pend.queue, pend.line_number) == ("edit_units_per_day", "clinical", 1)
    assert pend.evidence == {
        "procedure": "96372",
        "units": "5",
        "most": "3",
        "table": "practitioner",
        "on": "2026-06-10",
        "mended_by": "clinician",
    }


def test_decisions_with_edits_replay_to_the_byte_and_stay_small(provider: Provider) -> None:
    decide(submission(provider, "29881", "29870", "64447", "80053"), submission(provider, "80053", number="2"))
    for decision in Decision.objects.all():
        replay = replay_decision(decision=decision)
        assert replay.stored == replay.replayed
        facts = unpack_facts(decision.facts)
        assert facts.edits is not None
        assert len(msgspec.json.encode(facts.edits)) < 600
    # Later tables decide nothing that was decided before.
    assert Claim.objects.filter(status="approved").count() == 1


def test_a_batch_asks_as_often_as_a_claim(provider: Provider) -> None:
    def asked(count: int, first: int) -> int:
        door = Door("837", received_at=AT, received_on=AT.date(), by=BY)
        many = [submission(provider, "29881", "29870", number=str(first + one)) for one in range(count)]
        accepted, _rejected = accept_submissions(many, door)
        with CaptureQueriesContext(connection) as captured:
            adjudicate_claims(claim_ids=[claim.claim_id for claim in accepted])
        return len(captured)

    one, many = asked(1, 0), asked(25, 1)
    assert one == many <= 31, "savepoints, the plan's document and the audit included"
