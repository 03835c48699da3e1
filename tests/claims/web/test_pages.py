"""The other screens of claims: each opens for its roles with few queries, says what it must, stays shut for others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.models import Claim
from claims.web.claim_picture import claim_picture
from plans.design.terms import Cap, PlanTerms
from tests.factories.queries import few_queries
from tests.factories.screens import World, make_claim, make_file, make_world
from tests.factories.users import make_scope, make_user
from tpa.foundation.models import AuditEvent, Document, EdiFile, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(families=2)


@pytest.fixture
def examiner(client: Client) -> Client:
    client.force_login(make_user(Role.EXAMINER))
    return client


@pytest.mark.parametrize("status", ["received", "pended", "approved", "paid"])
def test_a_claim_in_each_state(examiner: Client, world: World, status: str) -> None:
    claim = make_claim(world, world.members[0], status=status)
    # Of one that is approved: where it stands among what its account is to pay.
    with few_queries(22 if status == "approved" else 14):
        response = examiner.get(reverse("claims:claim", args=[claim.pk]))
    page = response.content.decode()
    assert claim.claim_number in page
    assert ("Being decided" in page) == (status == "received")
    assert ("waits" in page and "Approve" in page) == (status == "pended")
    assert ("Trace number" in page) == (status == "paid")


def test_the_explanation_sums_up_to_what_was_billed(world: World) -> None:
    claim = make_claim(world, world.members[0])
    bucket = "deductible:in"
    cap = Cap(bucket=bucket, counts=(bucket,), person_amount=Decimal("500.00"), family_amount=Decimal("1000.00"))
    terms = PlanTerms(
        plan="p", title="P", content_hash="", effective_from=date(2026, 1, 1), effective_to=None, year_month=1,
        year_day=1, tiers=(), benefits=(), deductibles=(cap,),
    )  # fmt: skip
    with mock.patch("claims.web.claim_picture.plan_terms", return_value=terms):
        picture = claim_picture(claim_id=claim.pk, scope=make_scope(Role.EXAMINER), purpose="test")
    assert picture is not None
    assert all(line.adds_up for line in picture.lines)
    assert [words for _index, words in picture.columns] == [
        "Billed", "Allowed", "Deductible", "Copay", "Member owes", "Plan pays",
    ]  # fmt: skip
    assert picture.lines[0].sums == "87.40 + 67.60 + 25.00"
    assert picture.totals_shown[0] == claim.billed_amount
    [own, family] = picture.meters
    assert (own["before"], own["added"], own["limit"]) == (420, Decimal("18.22"), 500)
    assert (family["before"], family["added"], family["limit"]) == (610, Decimal("18.22"), 1000)
    assert [differs for *_row, differs in picture.twins[0]["rows"]] == [False, False, False, True, False, False, False]


def test_there_is_no_such_claim(examiner: Client) -> None:
    assert examiner.get(reverse("claims:claim", args=[999])).status_code == 404


def test_the_wait_for_a_decision_ends_by_itself(examiner: Client, world: World) -> None:
    claim = make_claim(world, world.members[0], status="received")
    asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "div#standing"}
    url = reverse("claims:claim", args=[claim.pk])
    assert "HX-Refresh" not in examiner.get(url, **asked).headers
    Claim.objects.filter(pk=claim.pk).update(status="approved")
    assert examiner.get(url, **asked)["HX-Refresh"] == "true"


@pytest.mark.parametrize("typed", ["Lindqist", "okafor", "ana reyes"])
def test_find_forgives_a_slip_and_never_puts_words_into_an_address(examiner: Client, typed: str) -> None:
    world = make_world(families=3)
    names = {"Lindqist": "Lindqvist", "okafor": "Okafor", "ana reyes": "Reyes"}
    wanted = next(member for member in world.members if member.last_name == names[typed])
    claim = make_claim(world, wanted)
    with few_queries():
        response = examiner.post(reverse("claims:find"), {"q": typed})
    assert claim.claim_number in response.content.decode()
    assert examiner.get(reverse("claims:find"), {"q": typed}).context["find_q"] == ""


def test_find_goes_to_the_one_claim_and_knows_providers_checks_and_traces(examiner: Client, world: World) -> None:
    claim = make_claim(world, world.members[0], status="paid")
    response = examiner.post(reverse("claims:find"), {"q": claim.claim_number})
    assert response["Location"] == reverse("claims:claim", args=[claim.pk])
    payment = claim.payment_items.get().payment
    for number in (world.provider.npi, payment.trace_number, payment.check_number, claim.patient_control_number):
        page = examiner.post(reverse("claims:find"), {"q": number}).content.decode()
        assert claim.claim_number in page or payment.trace_number in page
    assert "Nothing found" in examiner.post(reverse("claims:find"), {"q": "zzzz"}).content.decode()


def test_files_are_listed_kept_and_shown(examiner: Client, django_capture_on_commit_callbacks) -> None:
    file = make_file()
    assert file.name in examiner.get(reverse("claims:edi_files")).content.decode()
    with few_queries():
        page = examiner.get(reverse("claims:edi_file", args=[file.pk])).content.decode()
    assert "CLM05" in page
    assert "Part of the file was rejected" in page
    original = examiner.get(reverse("claims:edi_file_original", args=[file.pk]))
    assert b"".join(original.streaming_content).startswith(b"ISA*")
    answer = Document.objects.get(answers=file)
    assert examiner.get(reverse("claims:edi_file_answer", args=[file.pk, answer.pk])).status_code == 200
    assert AuditEvent.objects.filter(action="foundation.edifile.read", purpose="download").count() == 1


def test_an_upload_is_kept_once(examiner: Client) -> None:
    with mock.patch("claims.web.staff.edi_files.ring") as bell:
        for _time in range(2):
            sent = SimpleUploadedFile("a.837", b"ISA*something~")
            response = examiner.post(reverse("claims:edi_files"), {"file": sent})
            assert response.status_code == 302
    assert EdiFile.objects.get().again_count == 1
    assert bell.called
    refused = examiner.post(reverse("claims:edi_files"), {"file": SimpleUploadedFile("b.837", b"")})
    assert refused.status_code == 422
    assert refused["X-Problem"]


def test_a_file_on_its_way_shows_its_progress(examiner: Client) -> None:
    file = make_file(status="working")
    asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "div#progress"}
    part = examiner.get(reverse("claims:edi_file", args=[file.pk]), **asked)
    assert "hx-trigger" in part.content.decode()
    EdiFile.objects.filter(pk=file.pk).update(status="answered")
    assert examiner.get(reverse("claims:edi_file", args=[file.pk]), **asked)["HX-Refresh"] == "true"


def test_payment_runs_start_and_drill_down(client: Client, world: World) -> None:
    paid = make_claim(world, world.members[0], status="paid")
    make_claim(world, world.members[1], status="approved")
    client.force_login(make_user(Role.TPA_MANAGER))
    with few_queries():
        page = client.get(reverse("claims:payment_runs")).content.decode()
    assert "Pay now" in page
    with mock.patch("claims.web.staff.payment_runs.ring") as bell:
        client.post(reverse("claims:payment_runs"), {"employer": world.employer.pk})
    assert bell.call_args.args[1] == world.employer.pk
    item = paid.payment_items.get()
    with few_queries():
        url = reverse("claims:payment_run", args=[item.payment.run_id])
        page = client.get(url, {"payment": item.payment_id}).content.decode()
    assert paid.claim_number in page


def test_examiners_start_no_payments(examiner: Client, world: World) -> None:
    make_claim(world, world.members[1], status="approved")
    assert "Pay now" not in examiner.get(reverse("claims:payment_runs")).content.decode()
    assert examiner.post(reverse("claims:payment_runs"), {"employer": world.employer.pk}).status_code == 403


def test_documents_are_for_claims_staff(client: Client, world: World) -> None:
    file = make_file()
    document = Document.objects.get(answers=file)
    client.force_login(make_user(Role.EXAMINER))
    assert client.get(reverse("claims:document", args=[document.pk])).status_code == 200
    client.force_login(make_user(Role.EMPLOYER_HR, employer_id=world.employer.pk))
    assert client.get(reverse("claims:document", args=[document.pk])).status_code == 403


def keyed(world: World, **changes: str) -> dict[str, str]:
    member = world.members[0]
    return {
        "kind": "P", "received_on": "2026-11-20", "patient_control_number": "P1", "frequency_code": "1",
        "subscriber_number": member.family.subscriber_number, "relationship": "18", "last_name": member.last_name,
        "first_name": member.first_name, "birth_on": "1984-05-02", "sex": "F", "billing_npi": "1234567893",
        "billing_tin": "341234567", "billing_name": "Lakeside", "facility_code": "11", "diagnoses": "J06.9",
        "benefits_assigned": "on", "line-TOTAL_FORMS": "1", "line-INITIAL_FORMS": "0",
        "line-0-service_from": "2026-11-02", "line-0-procedure_code": "99213", "line-0-units_count": "1",
        "line-0-billed_amount": "180.00", **changes,
    }  # fmt: skip


def test_a_paper_claim_is_keyed_through_the_same_door(examiner: Client, world: World) -> None:
    with mock.patch("claims.web.staff.key_claim.ring_for_decision") as bell:
        response = examiner.post(reverse("claims:key_claim"), keyed(world))
    claim = Claim.objects.get()
    assert response["Location"] == reverse("claims:claim", args=[claim.pk])
    assert (claim.origin, claim.billed_amount, claim.received_on.isoformat()) == ("paper", 180, "2026-11-20")
    bell.assert_called_once_with(claim.family_id)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"billing_npi": "1234567890"}, "check digit"),
        ({"line-0-procedure_code": ""}, "procedure or a revenue code"),
        ({"line-0-service_from": "2026-11-22"}, "after the day"),
        ({"subscriber_number": "NOBODY"}, "P1"),
        ({"line-0-billed_amount": "x"}, "Enter a number"),
        ({"diagnoses": "?"}, "Not a diagnosis code"),
    ],
)
def test_what_is_wrong_is_said_and_the_text_stays(
    examiner: Client, world: World, changes: dict[str, str], said: str
) -> None:
    response = examiner.post(reverse("claims:key_claim"), keyed(world, **changes))
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert 'value="P1"' in page
    assert not Claim.objects.exists()


def test_an_empty_form(examiner: Client) -> None:
    assert examiner.get(reverse("claims:key_claim")).status_code == 200
