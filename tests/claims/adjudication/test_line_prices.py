"""Prices on real tables: contract, reference, locality and law, through a batch, and replayed to the byte."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjudication.replay_decision import replay_decision
from claims.disputes.record_rate import OutOfNetworkRate, record_rate
from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.accept_submissions import Door, accept_submissions
from claims.models import Claim, ClaimLine, Decision
from claims.packing import unpack_decision, unpack_facts
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.models import FeeSchedule, Network, Plan, Provider
from plans.networks.load_published import PublishedFile, load_published
from plans.networks.load_qualifying_amounts import QualifyingYear, load_qualifying_amounts
from plans.networks.published_terms import shipped_terms
from plans.networks.set_terms import set_terms
from tests.factories.employers import make_coverage, make_employer, make_family, make_member
from tests.factories.plans import make_network, make_participation, make_provider, make_rate, make_schedule
from tests.plans.networks.test_load_published import ANES, GPCI, PPRRVU, TABLE_5, ZIP5
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.parameters import load_parameters
from tpa.foundation.values.periods import Period

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
ON = date(2026, 6, 10)
AT = datetime(2026, 6, 20, 12, tzinfo=UTC)
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
DOCUMENT = {
    "plan": "priced",
    "title": "Priced",
    "excepted": True,
    "effective": {"from": "2026-01-01"},
    "plan_year": {"starts": "01-01", "section": "1"},
    "tiers": [{"tier": "in", "networks": ["near"], "section": "2"}, {"tier": "out", "section": "2"}],
    "out_of_pocket_maximums": [],
    "out_of_network": {"prices": [{"percent_of_reference": 110, "schedule": "medicare-physicians"}], "section": "3"},
    "no_surprises": {"pay_as": "in", "section": "4"},
    "benefits": [
        {
            "benefit": "all",
            "title": "All",
            "section": "5",
            "pays": {"in": [{"coinsurance": 20}], "out": [{"coinsurance": 40}]},
        }
    ],
}


@pytest.fixture
def providers() -> dict[str, Provider]:
    """Two in the network, one paid by a share of Medicare and one with fees of its own, and one in none."""
    load_parameters()
    plan = Plan.objects.create(code="priced", name="Priced")
    version = draft_plan_version(plan_id=plan.pk, source=msgspec.json.encode(DOCUMENT).decode(), by=BY)
    publish_plan_version(version_id=version.pk, by=BY)
    member = make_member(make_family(make_employer(code="PRICED"), subscriber_number="PRICE1"), first_name="Ines")
    make_coverage(member, plan, tier="EE")
    make_schedule("medicare-physicians", is_reference=True)
    for one in shipped_terms():
        period = Period(one.starts_on, one.ends_on)
        set_terms(schedule_code=one.schedule, document=one.document, period=period, by=BY)
    for layout, text, into in (
        ("pprrvu", PPRRVU, "medicare-physicians"),
        ("anaesthesia-base-units", "Code,Base Units\n01402,7\n", "medicare-physicians"),
        ("gpci", GPCI, "medicare"),
        ("anaesthesia-factors", ANES, "medicare"),
        ("zip5", ZIP5, "medicare"),
    ):
        assert not load_published(file=PublishedFile(layout, into, YEAR), lines=text.splitlines(True), by=BY).problems
    near = make_network("near")
    share, own = make_schedule("share"), make_schedule("own")
    medicare = FeeSchedule.objects.get(code="medicare-physicians")
    make_rate(share, method="percent_of_reference", percent=Decimal(140), reference_schedule=medicare)
    make_rate(own, "1000.00", code="27447")
    make_rate(own, "400.00", code="29881")
    terms = {
        "indicators_from": "medicare-physicians",
        "multiple_procedures": [{"percents": [100, 50], "codes": ["10004-69990"], "section": "B 5"}],
        "modifiers": [
            {"modifiers": ["62"], "percent": 62.5, "indicator": "co_surgeon", "values": ["2"], "section": "B 3"}
        ],
    }
    set_terms(schedule_code="own", document=terms, period=YEAR, by=BY)
    found = {name: make_provider() for name in ("share", "own", "none")}
    make_participation(found["share"], near, share)
    make_participation(found["own"], near, own)
    return found


def submission(provider: Provider, *codes: str, number: str = "1", **more: object) -> Submission:
    lines = tuple(
        SubmittedLine(
            number=place,
            billed_amount=Decimal(5000),
            service_from=ON,
            service_to=ON,
            procedure_qualifier="HC",
            procedure_code=code.split("-")[0],
            modifiers=tuple(code.split("-")[1:]),
            place_of_service=str(more.get("place", "11")),
            units_count=Decimal(str(more.get("minutes", 1))),
            unit_basis="MJ" if "minutes" in more else "UN",
            diagnosis_pointers=(1,),
            is_emergency=bool(more.get("emergency", False)),
        )
        for place, code in enumerate(codes, start=1)
    )
    return Submission(
        kind="P",
        patient_control_number=f"PRICE{number}",
        billed_amount=sum((line.billed_amount for line in lines), Decimal(0)),
        subscriber=SubmittedPerson(
            last_name="Hollander", first_name="Ines", number="PRICE1", birth_on=date(1984, 3, 9), sex="F"
        ),
        billing_provider=SubmittedProvider(
            name="Surgeons", npi=provider.npi, tin=provider.payee.tin, state="AK", postal_code="995011234"
        ),
        facility_code="11",
        group_number="PRICED",
        diagnoses=("M5450",),
        lines=lines,
    )


def decide(*submissions: Submission) -> list[int]:
    door = Door("837", received_at=AT, received_on=AT.date(), by=BY)
    accepted, rejected = accept_submissions(list(submissions), door)
    assert not rejected
    ids = [claim.claim_id for claim in accepted]
    assert adjudicate_claims(claim_ids=ids) == len(ids)
    return ids


def allowed(claim_id: int) -> list[Decimal]:
    decision = Decision.objects.filter(claim_id=claim_id).latest("number")
    return list(ClaimLine.objects.filter(decision=decision).order_by("number").values_list("allowed_amount", flat=True))


def test_a_share_of_medicare_by_locality_place_and_units(providers: dict[str, Provider]) -> None:
    office, hospital, sleep = decide(
        submission(providers["share"], "99213", number="1"),
        submission(providers["share"], "99213-25", number="2", place="22"),
        submission(providers["share"], "01402-QK", number="3", minutes=129),
    )
    # (1.30 x 1.5 + 1.46 x 1.065 + 0.10 x 0.551) x 33.4009 = 118.91; in a facility 0.52 for 1.46.
    assert allowed(office) == [Decimal("166.47")]
    assert allowed(hospital) == [Decimal("119.66")]
    # (7 + 8.6) x 27.97, half of it under medical direction.
    assert allowed(sleep) == [Decimal("305.44")]
    decision = Decision.objects.get(claim_id=office)
    facts = unpack_facts(bytes(decision.facts))
    assert [one.schedule for one in facts.contracts] == ["medicare-physicians"]
    assert replay_decision(decision=decision).is_same


def test_fees_of_its_own_with_published_indicators(providers: dict[str, Provider]) -> None:
    (surgery,) = decide(submission(providers["own"], "29881", "27447-62"))
    assert allowed(surgery) == [Decimal("200.00"), Decimal("625.00")]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
def test_procedures_of_a_day_are_ranked_on_however_many_claims_they_come(
    providers: dict[str, Provider], together: bool
) -> None:
    knee, hip = submission(providers["own"], "29881"), submission(providers["own"], "27447", number="2")
    first, second = decide(knee, hip) if together else (*decide(knee), *decide(hip))
    # 1000 and half of 400 would be due together; 400 are paid.
    assert (allowed(first), allowed(second)) == ([Decimal("400.00")], [Decimal("800.00")])
    for claim_id in (first, second):
        assert replay_decision(decision=Decision.objects.get(claim_id=claim_id)).is_same
    says = unpack_decision(bytes(Decision.objects.get(claim_id=second).says))
    (step,) = [step for step in says.lines[0].trace if step.rule == "price.earlier_procedures"]
    number = Claim.objects.get(pk=first).claim_number
    assert dict(step.inputs) == {"earlier_claims": number, "paid_earlier": "400.00", "due_together": "200.00"}


def test_a_share_of_medicare_is_ranked_by_medicare_s_indicators_over_claims(providers: dict[str, Provider]) -> None:
    (first,) = decide(submission(providers["share"], "27447"))
    (second,) = decide(submission(providers["share"], "27447-59", number="2"))
    # Half of the reference's price, then 140 per cent of it: to the cent as on one claim.
    assert (allowed(first), allowed(second)) == ([Decimal("2172.48")], [Decimal("1086.25")])


def test_out_of_network_the_reference_prices_by_its_own_terms(providers: dict[str, Provider]) -> None:
    (visit,) = decide(submission(providers["none"], "99213"))
    assert allowed(visit) == [Decimal("130.80")]


def test_an_emergency_is_paid_by_the_qualifying_amount_until_a_rate_is_recorded(
    providers: dict[str, Provider],
) -> None:
    rates = ["code,region,amount\n", *["99213,AK,200\n"] * 3]
    load_qualifying_amounts(year=QualifyingYear(2026, 2025), lines=rates, by=BY)
    (claim_id,) = decide(submission(providers["none"], "99213", emergency=True))
    assert allowed(claim_id) == [Decimal("205.31")]  # 200 x 1.0265311701
    by = Scope(actor=Actor.user(1), user_id=1, sees_all_employers=True, sees_claims=True)
    with pytest.raises(Invalid):
        record_rate(claim_id=claim_id, rate=OutOfNetworkRate(1, Decimal("-1")), because="x", by=by)
    record_rate(claim_id=claim_id, rate=OutOfNetworkRate(1, Decimal("900.00")), because="negotiation of 1 July", by=by)
    Claim.objects.filter(pk=claim_id).update(status=Claim.Status.RECEIVED)
    adjudicate_claims(claim_ids=[claim_id])
    says = unpack_decision(bytes(Decision.objects.filter(claim_id=claim_id).latest("number").says))
    assert (says.figures.allowed_amount, says.figures.member_amount) == (Decimal("900.00"), Decimal("41.06"))
    assert says.figures.plan_paid_amount == Decimal("858.94")


def test_anaesthesia_in_an_emergency_is_shared_on_its_conversion_factor(providers: dict[str, Provider]) -> None:
    rates = ["code,region,amount,base_units\n", *["01402,AK,60,7\n"] * 3]
    load_qualifying_amounts(year=QualifyingYear(2026, 2025), lines=rates, by=BY)
    (claim_id,) = decide(submission(providers["none"], "01402-P3", emergency=True, minutes=80))
    # 60 x 1.0265311701 x (7 + 80 / 15 + 1), once rounded
    assert allowed(claim_id) == [Decimal("821.22")]
    assert replay_decision(decision=Decision.objects.get(claim_id=claim_id)).is_same


def test_a_drg_is_priced_by_its_weight_of_the_reference(providers: dict[str, Provider]) -> None:
    make_schedule("medicare-inpatient", is_reference=True)
    file = PublishedFile("drg-weights", "medicare-inpatient", YEAR)
    load_published(file=file, lines=TABLE_5.splitlines(True), by=BY)
    terms = {"drg": {"base_amount": 7000, "section": "42 CFR 412.64"}}
    set_terms(schedule_code="medicare-inpatient", document=terms, period=YEAR, by=BY)
    hospital, schedule = make_provider(), make_schedule("hospital")
    reference = FeeSchedule.objects.get(code="medicare-inpatient")
    make_rate(
        schedule, code_kind="drg", method="percent_of_reference", percent=Decimal(200), reference_schedule=reference
    )
    make_participation(hospital, Network.objects.get(code="near"), schedule)
    visit = submission(hospital, "99213")
    room = msgspec.structs.replace(
        *visit.lines, revenue_code="0120", procedure_code="", procedure_qualifier="", billed_amount=Decimal(90000)
    )
    stay = msgspec.structs.replace(
        visit,
        kind="I",
        facility_code="11",
        drg_code="470",
        admission_type="3",
        admitted_on=ON,
        discharge_status="01",
        statement_from=ON,
        statement_to=ON,
        lines=(room,),
        billed_amount=Decimal(90000),
    )
    (claim_id,) = decide(stay)
    assert allowed(claim_id) == [Decimal("26600.00")]  # 1.9 x 7,000 x 2


def test_as_many_queries_for_many_claims_as_for_one(providers: dict[str, Provider]) -> None:
    def asked(count: int, first: int) -> int:
        door = Door("837", received_at=AT, received_on=AT.date(), by=BY)
        given = [
            submission(providers[("share", "own", "none")[place % 3]], "99213", "27447", number=f"{first + place}")
            for place in range(count)
        ]
        accepted, _rejected = accept_submissions(given, door)
        with CaptureQueriesContext(connection) as queries:
            adjudicate_claims(claim_ids=[claim.claim_id for claim in accepted])
        return len(queries)

    asked(3, 1)  # the plan is read once a process
    assert asked(3, 10) == asked(30, 100)
