"""/api/v1/invoices: what is owed adds up on every level; employers see their own, and never whose claims."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories.api import become_web, make_caller
from tests.factories.screens import make_claim, make_contract, make_invoice, make_world
from tpa.foundation.api import rate_limits
from tpa.foundation.documents.keep_document import PDF, Written, keep_document
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch):
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


def an_invoice(name="Harbor Tool Works"):
    world = make_world(name, families=2)
    paid = make_claim(world, world.members[0], status="paid")
    invoice = make_invoice(world, make_contract(world), paid)
    keep_document(
        Written(
            kind="INVOICE_PDF",
            name=f"{invoice.number}.pdf",
            data=f"%PDF {invoice.number}".encode(),
            media_type=PDF,
            subject_type="tpa.invoice",
            subject_id=invoice.pk,
            employer_id=invoice.employer_id,
        ),
        at=timezone.now(),
    )
    return invoice


@pytest.fixture
def invoice():
    return an_invoice()


@pytest.fixture(params=["owner", "web"])
def finance(request, invoice):
    """The employer's finance, before a process of the owner and one of the web."""
    other = an_invoice("Other")
    caller = make_caller(Role.EMPLOYER_FINANCE, employer_id=invoice.employer_id)
    if request.param == "web":
        become_web()
    yield caller, invoice.pk, invoice.number, other.pk
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_an_employer_reads_its_own_down_to_the_members(finance):
    caller, pk, number, _other = finance
    [found] = caller.get("invoices").json()["items"]
    assert (found["id"], found["number"], found["currency"]) == (f"invoice_{pk}", number, "USD")
    body = caller.get(f"invoices/{found['id']}").json()
    assert sum(Decimal(line["amount"]) for line in body["lines"]) == Decimal(body["total_amount"])
    assert body["open_amount"] == body["total_amount"]
    claims, fees = body["lines"]
    assert (claims["claims_count"], claims["members_count"]) == (1, 0)
    assert (fees["claims_count"], fees["members_count"]) == (0, 2)
    members = caller.get(f"invoices/{found['id']}/lines/2/members").json()["items"]
    assert sum(Decimal(row["amount"]) for row in members) == Decimal(fees["amount"])
    assert {row["count"] for row in members} == {1}
    [paper] = body["documents"]
    told = caller.get(f"invoices/{found['id']}/documents/{paper['id']}", Accept=PDF)
    assert (told.status_code, told["Content-Type"]) == (200, PDF)
    assert b"".join(told.streaming_content) == f"%PDF {number}".encode()
    assert told["Content-Disposition"] == f'attachment; filename="{number}.pdf"'


def test_another_employer_s_invoice_is_like_none(finance):
    caller, _pk, _number, other = finance
    unknown = caller.get("invoices/invoice_0").json()
    for door in ("", "/lines/2/members", "/documents/document_1"):
        answer = caller.get(f"invoices/invoice_{other}{door}")
        assert answer.status_code == 404
        assert answer.json() | {"request_id": ""} == unknown | {"request_id": ""}


def test_whose_claims_they_are_stays_with_the_administrator(finance):
    caller, pk, _number, _other = finance
    assert caller.get(f"invoices/invoice_{pk}/lines/1/claims").status_code == 403


def test_staff_go_down_to_the_claims(invoice):
    caller = make_caller(Role.AUDITOR)
    [claim] = caller.get(f"invoices/invoice_{invoice.pk}/lines/1/claims").json()["items"]
    assert claim["amount"] == "87.40"
    assert caller.get(f"claims/{claim['claim_number']}").status_code == 200
    assert caller.get(f"invoices/invoice_{invoice.pk}/lines/9/claims").status_code == 404


def test_the_list_is_narrowed(invoice):
    an_invoice("Other")
    caller = make_caller(Role.TPA_MANAGER)
    for query in (f"employer=employer_{invoice.employer_id}", f"number={invoice.number}"):
        items = caller.get(f"invoices?{query}").json()["items"]
        assert [item["number"] for item in items] == [invoice.number]
    assert len(caller.get("invoices?status=issued&month_on=2026-10-01").json()["items"]) == 2
    assert caller.get("invoices?status=settled").json()["items"] == []


def test_reading_whose_is_in_the_trail(invoice):
    caller = make_caller(Role.EMPLOYER_HR, employer_id=invoice.employer_id)
    caller.get(f"invoices/invoice_{invoice.pk}/lines/2/members")
    event = AuditEvent.objects.get(action="employers.member.read")
    assert (event.employer_id, event.purpose, len(event.subject_ids)) == (invoice.employer_id, "api list", 2)


@pytest.mark.parametrize("role", [Role.EXAMINER, Role.SETUP, Role.PARTNER])
def test_nobody_else_reads_them(invoice, role):
    caller = make_caller(role, employer_id=invoice.employer_id)
    assert caller.get("invoices").status_code == 403
