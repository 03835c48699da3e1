"""GET /api/v1/claims…: lists, one claim, the explanation; partners see what they sent; reading is recorded."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import payments
from tests.factories.api import make_caller
from tests.factories.payments import make_decided
from tests.factories.screens import make_claim, make_world
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def numbers(answer):
    return [item["claim_number"] for item in answer.json()["items"]]


def test_a_decided_claim_is_read_with_its_lines(world):
    claim = make_claim(world, world.members[0], status="paid")
    body = make_caller(Role.EXAMINER).get(f"claims/{claim.claim_number}").json()
    assert (body["status"], body["outcome"], body["decision_number"]) == ("paid", "approved", 1)
    assert (body["billed_amount"], body["plan_paid_amount"]) == ("244.00", "87.40")
    [payment] = body["payments"]
    assert (payment["method"], payment["amount"]) == ("check", "87.40")
    assert body["waits_for"] == []
    assert body["member"] == f"member_{world.members[0].pk}"
    assert "submission" not in body


def test_what_waits_for_a_person_is_told(world):
    claim = make_claim(world, world.members[0], status="pended")
    body = make_caller(Role.EXAMINER).get(f"claims/{claim.claim_number}").json()
    [question] = body["waits_for"]
    pend = claim.pends.get()
    assert (question["reason"], question["line_number"]) == (pend.reason, pend.line_number)


def test_lines_balance_and_the_explanation_adds_up_to_each_of_their_figures():
    claim = make_decided(payments.make_world(), "120.00", "80.00")
    caller = make_caller(Role.EXAMINER)
    said = caller.get(f"claims/{claim.claim_number}").json()["lines"]
    why = caller.get(f"claims/{claim.claim_number}/explanation").json()["lines"]
    assert [line["number"] for line in said] == [line["number"] for line in why] == [1, 2]
    for line, trace in zip(said, why, strict=True):
        adjusted = sum(Decimal(adjustment["amount"]) for adjustment in line["adjustments"])
        assert Decimal(line["billed_amount"]) == Decimal(line["plan_paid_amount"]) + adjusted
        for figure in ("allowed_amount", "deductible_amount", "coinsurance_amount", "plan_paid_amount"):
            steps = [Decimal(step["amount"]) for step in trace["steps"] if step["figure"] == figure]
            assert sum(steps) == Decimal(line[figure])
        assert trace["steps"][0]["says"] == f"Test: Billed more by {line['billed_amount']}."
        assert [one["amount"] for one in trace["adjustments"]] == [one["amount"] for one in line["adjustments"]]
        assert all(one["says"] for one in (*trace["steps"], *trace["adjustments"]))


def test_before_its_decision_a_claim_is_not_explained(world):
    claim = make_claim(world, world.members[0], status="received")
    caller = make_caller(Role.EXAMINER)
    answer = caller.get(f"claims/{claim.claim_number}/explanation")
    assert (answer.status_code, answer.json()["code"]) == (404, "claim.not_decided")
    body = caller.get(f"claims/{claim.claim_number}").json()
    assert (body["decision_number"], body["outcome"], body["lines"]) == (None, None, [])


def test_partners_see_what_they_sent_and_nothing_else(world):
    partner, other = make_caller(Role.PARTNER), make_caller(Role.PARTNER)
    mine = make_claim(world, world.members[0], sent_by_id=partner.user.pk)
    theirs = make_claim(world, world.members[0], sent_by_id=other.user.pk)
    assert numbers(partner.get("claims")) == [mine.claim_number]
    unknown = partner.get("claims/00000000000").json()
    for door in ("", "/explanation"):
        assert partner.get(f"claims/{mine.claim_number}{door}").status_code == 200
        answer = partner.get(f"claims/{theirs.claim_number}{door}")
        assert answer.status_code == 404
        assert answer.json() | {"request_id": ""} == unknown | {"request_id": ""}
    assert numbers(make_caller(Role.AUDITOR).get("claims")) == [theirs.claim_number, mine.claim_number]


@pytest.mark.parametrize("role", [Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE])
def test_employers_read_no_claims(world, role):
    claim = make_claim(world, world.members[0])
    caller = make_caller(role, employer_id=world.employer.pk)
    for door in ("claims", f"claims/{claim.claim_number}", f"claims/{claim.claim_number}/explanation"):
        assert caller.get(door).status_code == 403


def test_the_list_is_narrowed_and_walked(world):
    caller = make_caller(Role.EXAMINER)
    paid = make_claim(world, world.members[0], status="paid")
    pended = [make_claim(world, world.members[0]) for _ in range(3)]
    other = make_claim(make_world("Other"), make_world("Third").members[0])
    assert numbers(caller.get("claims?status=paid")) == [paid.claim_number]
    found = numbers(caller.get(f"claims?patient_control_number={other.patient_control_number}"))
    assert found == [other.claim_number]
    assert other.claim_number not in numbers(caller.get(f"claims?employer=employer_{world.employer.pk}"))
    page = caller.get("claims?status=pended&limit=2").json()
    assert page["items"][0]["claim_number"] == other.claim_number
    rest = numbers(caller.get(page["next"]))
    assert rest == [claim.claim_number for claim in reversed(pended[:2])]
    for wrong in ("status=lost", "employer=3", "employer=employer_x", "colour=red", "limit=0"):
        assert caller.get(f"claims?{wrong}").status_code == 400, wrong


def test_a_page_costs_the_same_however_many_rows_it_has(world):
    caller = make_caller(Role.EXAMINER)
    caller.get("claims")
    counts = []
    for _ in range(2):
        make_claim(world, world.members[0])
        with CaptureQueriesContext(connection) as queries:
            caller.get("claims")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_who_has_the_state_already_gets_no_body(world):
    claim = make_claim(world, world.members[0])
    caller = make_caller(Role.EXAMINER)
    first = caller.get(f"claims/{claim.claim_number}")
    again = caller.get(f"claims/{claim.claim_number}", If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_each_reading_is_in_the_trail(world):
    claim = make_claim(world, world.members[0], status="approved")
    caller = make_caller(Role.EXAMINER)
    for door in ("claims", f"claims/{claim.claim_number}", f"claims/{claim.claim_number}/explanation"):
        caller.get(door)
    events = list(AuditEvent.objects.filter(action="claims.claim.read").order_by("id"))
    assert [event.purpose for event in events] == ["api list", "api", "api"]
    assert {tuple(event.subject_ids) for event in events} == {(claim.pk,)}
    assert {event.actor for event in events} == {f"user:{caller.user.pk}"}
    assert all(event.request_id for event in events)
