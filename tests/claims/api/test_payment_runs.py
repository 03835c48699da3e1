"""/api/v1/payment-runs: staff read runs, payments and papers; reading whose is recorded."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories.api import make_caller
from tests.factories.screens import make_claim, make_world
from tpa.foundation.documents.keep_document import EDI, Written, keep_document
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid():
    world = make_world()
    return make_claim(world, world.members[0], status="paid").payment_items.get().payment


def paper_of(payment, data=b"ISA*835~"):
    return keep_document(
        Written(
            kind="835",
            name="remittance.835",
            data=data,
            media_type=EDI,
            subject_type="claims.payment",
            subject_id=payment.pk,
            employer_id=payment.employer_id,
        ),
        at=timezone.now(),
    )


def test_runs_payments_and_papers_are_read(paid):
    paper = paper_of(paid)
    caller = make_caller(Role.EXAMINER)
    [run] = caller.get(f"payment-runs?employer=employer_{paid.employer_id}").json()["items"]
    assert (run["id"], run["paid_amount"], run["payment_count"]) == (f"run_{paid.run_id}", "87.40", 1)
    assert caller.get(f"payment-runs/{run['id']}").json() == run | {"documents": []}
    [payment] = caller.get(f"payment-runs/{run['id']}/payments").json()["items"]
    assert (payment["trace_number"], payment["amount"]) == (paid.trace_number, "87.40")
    assert payment["recipient"] == paid.payee.name
    [document] = payment["documents"]
    answer = caller.get(f"payment-runs/{run['id']}/documents/{document['id']}", Accept="*/*")
    assert b"".join(answer.streaming_content) == b"ISA*835~"
    actions = AuditEvent.objects.filter(purpose__startswith="api").order_by("id").values_list("action", "subject_ids")
    assert list(actions) == [("claims.payment.read", [paid.pk]), ("foundation.document.read", [paper.pk])]


def test_a_paper_of_another_run_is_none_of_this_one(paid):
    other = make_world("Other")
    elsewhere = make_claim(other, other.members[0], status="paid").payment_items.get().payment
    paper = paper_of(elsewhere)
    caller = make_caller(Role.EXAMINER)
    assert caller.get(f"payment-runs/run_{paid.run_id}/documents/document_{paper.pk}").status_code == 404
    assert caller.get(f"payment-runs/run_{elsewhere.run_id}/documents/document_{paper.pk}").status_code == 200
    assert caller.get("payment-runs/run_0").status_code == 404


@pytest.mark.parametrize("role", [Role.PARTNER, Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE, Role.SETUP])
def test_nobody_else_reads_them(paid, role):
    caller = make_caller(role, employer_id=paid.employer_id)
    for door in ("payment-runs", f"payment-runs/run_{paid.run_id}", f"payment-runs/run_{paid.run_id}/payments"):
        assert caller.get(door).status_code == 403
