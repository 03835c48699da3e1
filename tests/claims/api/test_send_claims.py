"""POST /api/v1/claims: the same door as a file's claims, all faults at once, done once under a key."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from claims.adjudication.ask_decision import DECIDE
from claims.facts import OtherPayerLine, PriorAdjustment
from claims.models import Claim
from claims.packing import unpack_submission
from tests.factories.api import claim_body, make_caller, make_case
from tests.factories.plans import an_npi
from tpa.foundation.models import AuditEvent, Role, WorkChunk

pytestmark = pytest.mark.django_db


def faults_of(answer):
    return {place["pointer"]: place["code"] for place in answer.json()["errors"]}


def test_a_claim_is_received_and_asked_to_be_decided(case, bells, role_of_process):
    partner = make_caller(Role.PARTNER)
    role_of_process()
    answer = partner.post("claims", claim_body(case))
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert answer["Location"] == f"/api/v1/claims/{body['claim_number']}"
    assert (body["status"], body["billed_amount"], body["currency"]) == ("received", "135.50", "USD")
    assert (body["plan_paid_amount"], body["patient_control_number"]) == (None, "PC-1")
    assert bells == ["decide_now"]
    assert partner.get(answer["Location"]).json()["claim_number"] == body["claim_number"]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    claim = Claim.objects.get()
    assert (claim.origin, claim.sent_by_id, claim.member_id) == ("api", partner.user.pk, case.member.pk)
    assert (claim.service_from, claim.service_to) == (date(2026, 5, 4), date(2026, 5, 4))
    assert WorkChunk.objects.get(kind=DECIDE).payload["claims"] == [claim.pk]
    assert AuditEvent.objects.filter(action="claims.claim.received", actor=f"user:{partner.user.pk}").exists()


def test_a_partner_for_one_employer_finds_only_its_members(case, bells, role_of_process):
    partner = make_caller(Role.PARTNER, employer_id=make_case().member.employer_id)
    role_of_process()
    answer = partner.post("claims", claim_body(case))
    assert answer.status_code in (403, 422), answer.content
    assert not bells
    assert not Claim.objects.exists()


def test_everything_a_claim_can_say_arrives(case, bells):
    adjustments = [{"group": "PR", "carc": "2", "amount": "20.00"}]
    body = claim_body(
        case,
        patient={"last_name": case.member.last_name, "first_name": case.member.first_name, "birth_on": "1984-03-09"},
        relationship="18",
        frequency_code="1",
        payer_sequence="S",
        other_payers=[
            {
                "name": "LAKESIDE MUTUAL",
                "number": "LM1",
                "sequence": "P",
                "paid_amount": "80.00",
                "paid_on": "2026-05-20",
                "adjustments": adjustments,
            }
        ],
        accident_codes=["AA"],
        accident_on="2026-05-01",
        benefits_assigned=False,
        notes=["SEEN AFTER A FALL"],
        occurrences=[{"code": "11", "on": "2026-05-01"}],
        values=[{"code": "80", "amount": "3.00"}],
        attending_npi=an_npi(),
    )
    body["lines"][0] |= {
        "units_count": "2.5",
        "modifiers": ["25", "LT"],
        "is_emergency": True,
        "other_payers": [{"payer_number": "LM1", "paid_amount": "80.00", "adjustments": adjustments}],
    }
    answer = make_caller(Role.PARTNER).post("claims", body)
    assert answer.status_code == 201, answer.content
    said = unpack_submission(Claim.objects.get().submission)
    assert said.other_payers[0].paid_amount == Decimal("80.00")
    assert said.lines[0].units_count == Decimal("2.5")
    assert said.lines[0].modifiers == ("25", "LT")
    assert said.lines[0].other_payers == (
        OtherPayerLine(
            payer_number="LM1",
            paid_amount=Decimal("80.00"),
            adjustments=(PriorAdjustment(group="PR", carc="2", amount=Decimal("20.00")),),
        ),
    )
    assert (said.benefits_assigned, said.accident_on, said.notes) == (False, date(2026, 5, 1), ("SEEN AFTER A FALL",))


def test_all_faults_of_form_are_told_at_once_with_their_places(case, bells):
    body = claim_body(case, kind="X", colour="red", diagnoses=["J06.9"])
    body["billing_provider"]["npi"] = "1234567890"
    body["lines"][0] |= {"billed_amount": 120, "service_from": "04.05.2026", "is_emergency": "yes"}
    body["lines"][1] |= {"number": "2", "modifiers": [1], "rendering_npi": "12", "billed": "1.00"}
    del body["lines"][1]["service_to"]
    answer = make_caller(Role.PARTNER).post("claims", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
    assert faults_of(answer) == {
        "#/kind": "invalid_choice",
        "#/colour": "unknown",
        "#/diagnoses/0": "pattern",
        "#/billing_provider/npi": "npi",
        "#/lines/0/billed_amount": "invalid",
        "#/lines/0/service_from": "invalid",
        "#/lines/0/is_emergency": "invalid",
        "#/lines/1/number": "invalid",
        "#/lines/1/modifiers/0": "invalid",
        "#/lines/1/rendering_npi": "pattern",
        "#/lines/1/billed": "unknown",
        "#/lines/1/service_to": "required",
    }
    assert not Claim.objects.exists()


def test_all_contradictions_are_told_at_once_with_their_places(case, bells):
    body = claim_body(case, billed_amount="999.00", frequency_code="7")
    body["lines"][0] |= {"service_to": "2026-05-01", "diagnosis_pointers": [9]}
    body["lines"][1].pop("procedure_code")
    body["lines"][1]["service_from"] = body["lines"][1]["service_to"] = "2099-01-01"
    answer = make_caller(Role.PARTNER).post("claims", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "claim.faults")
    assert faults_of(answer) == {
        "#/billed_amount": "sum",
        "#/original_claim_number": "missing",
        "#/lines/0/service_to": "order",
        "#/lines/0/diagnosis_pointers": "range",
        "#/lines/1/service_from": "future",
        "#/lines/1/procedure_code": "missing",
    }


def test_a_line_number_stands_once_and_a_patient_is_somebody_s(case, bells):
    twice = claim_body(case)
    twice["lines"][1]["number"] = 1
    assert faults_of(make_caller(Role.PARTNER).post("claims", twice)) == {"#/lines/1/number": "twice"}
    patient = claim_body(case, patient={"last_name": "Hollander"})
    assert faults_of(make_caller(Role.PARTNER).post("claims", patient)) == {"#/relationship": "required"}


@pytest.mark.parametrize("body", [[], "claim", None, 7, {}])
def test_what_is_no_claim_is_refused_as_such(case, bells, body):
    assert make_caller(Role.PARTNER).post("claims", body).status_code == 400


def test_nobody_of_ours_is_refused_with_the_place_and_leaves_nothing(case, bells):
    body = claim_body(case)
    body["subscriber"] = {"last_name": "Elsewhere", "first_name": "Ann", "number": "NOBODY", "birth_on": "1990-01-01"}
    body["group_number"] = "GRPX"
    answer = make_caller(Role.PARTNER).post("claims", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "claim.member_not_found")
    assert faults_of(answer) == {"#/subscriber": "claim.member_not_found"}
    assert not Claim.objects.exists()
    assert not bells


def test_auditors_and_keys_for_reading_send_nothing(case, bells):
    for caller in (make_caller(Role.AUDITOR), make_caller(Role.PARTNER, scopes=("claims:read",))):
        answer = caller.post("claims", claim_body(case))
        assert answer.status_code == 403
    assert not Claim.objects.exists()


def test_the_same_request_under_a_key_is_done_once(case, bells, role_of_process):
    partner = make_caller(Role.PARTNER)
    role_of_process()
    first = partner.post("claims", claim_body(case), Idempotency_Key="k1")
    again = partner.post("claims", claim_body(case), Idempotency_Key="k1")
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.content == again.content
    assert again["Location"] == first["Location"]
    other = partner.post("claims", claim_body(case, patient_control_number="PC-2"), Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.other_request")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert Claim.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_twins_at_once_make_one_claim(case, bells):
    """F6: one effect; one 201 of its own, the rest identical to it or 409."""
    partner = make_caller(Role.PARTNER)
    body = claim_body(case)
    answers = []

    def post():
        answers.append(partner.post("claims", body, Idempotency_Key="k1"))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Claim.objects.count() == 1
    assert WorkChunk.objects.filter(kind=DECIDE).count() == 1
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in done}) == 1
    assert len([answer for answer in done if "Idempotency-Replayed" not in answer]) == 1
    refused = {(answer.status_code, answer.json()["code"]) for answer in answers if answer.status_code != 201}
    assert refused <= {(409, "idempotency.under_way")}
