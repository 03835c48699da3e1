"""The TPA's own screens and the employer's home: months, invoices, contracts, audit, and who lands where."""

from __future__ import annotations

from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.queries import few_queries
from tests.factories.screens import World, make_claim, make_contract, make_invoice, make_world
from tests.factories.users import make_user
from tpa.foundation.audit import Actor, record
from tpa.foundation.models import AuditEvent, Document, Role
from tpa.models import Invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(families=3)


@pytest.fixture
def invoice(world: World) -> Invoice:
    return make_invoice(world, make_contract(world), make_claim(world, world.members[0], status="paid"))


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


@pytest.mark.parametrize(
    ("role", "lands"),
    [
        (Role.EXAMINER, "/claims/"),
        (Role.AUDITOR, "/claims/"),
        (Role.EMPLOYER_HR, "/portal/"),
        (Role.SETUP, "/admin/"),
        (Role.PARTNER, "/api/docs/"),
    ],
)
def test_everybody_starts_where_their_work_is(client: Client, world: World, role: Role, lands: str) -> None:
    client.force_login(make_user(role, employer_id=world.employer.pk))
    assert client.get(reverse("tpa:start"))["Location"] == lands


def test_the_home_answers_what_is_owed_and_whose_coverage_is_wrong(
    client: Client, world: World, invoice: Invoice
) -> None:
    manager = make_user(Role.TPA_MANAGER)
    world.employer.account_manager_id = manager.pk
    world.employer.save(update_fields=["account_manager_id"])
    client.force_login(make_user(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE, employer_id=world.employer.pk))
    with few_queries():
        page = client.get(reverse("tpa:home")).content.decode()
    assert "$190.90" in page
    assert "not covered from" in page
    assert manager.full_name in page
    assert invoice.number in page


def test_an_empty_home_says_that_nothing_is_due(client: Client) -> None:
    world = make_world(families=0)
    client.force_login(make_user(Role.EMPLOYER_HR, employer_id=world.employer.pk))
    page = client.get(reverse("tpa:home")).content.decode()
    assert "Nothing is due" in page
    assert "Everything fits" in page


def test_an_invoice_adds_up_and_goes_down_to_claims_for_staff(manager: Client, invoice: Invoice) -> None:
    with few_queries():
        assert invoice.number in manager.get(reverse("tpa:invoices")).content.decode()
    with few_queries():
        page = manager.get(reverse("tpa:invoice", args=[invoice.pk]), {"line": "1"}).content.decode()
    assert "adds up" in page
    assert invoice.lines.get(number=1).claims.get().claim_number in page
    with few_queries():
        page = manager.get(reverse("tpa:invoice", args=[invoice.pk]), {"line": "2"}).content.decode()
    assert "Lindqvist" in page
    assert manager.get(reverse("tpa:invoice", args=[999])).status_code == 404


def test_for_the_employer_claims_are_one_sum(client: Client, world: World, invoice: Invoice) -> None:
    client.force_login(make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk))
    with few_queries():
        assert invoice.number in client.get(reverse("tpa:my_invoices")).content.decode()
    url = reverse("tpa:my_invoice", args=[invoice.pk])
    with few_queries():
        page = client.get(url, {"line": "1"}).content.decode()
    assert invoice.lines.get(number=1).claims.get().claim_number not in page
    assert "one sum" in page
    assert "Ana" in client.get(url, {"line": "2"}).content.decode()


def test_another_employers_invoice_and_papers_do_not_exist(client: Client, world: World, invoice: Invoice) -> None:
    paper = Document.objects.create(
        kind="INVOICE_PDF", name="invoice.pdf", sha256="0" * 64, size_bytes=1, media_type="application/pdf",
        employer_id=world.employer.pk, subject_type="tpa.invoice", subject_id=invoice.pk,
        created_at="2026-11-01T00:00Z",
    )  # fmt: skip
    stranger = make_world("Bayside Logistics")
    client.force_login(make_user(Role.EMPLOYER_FINANCE, employer_id=stranger.employer.pk))
    assert client.get(reverse("tpa:my_invoice", args=[invoice.pk])).status_code == 404
    assert client.get(reverse("tpa:invoice_document", args=[paper.pk])).status_code == 404
    assert invoice.number not in client.get(reverse("tpa:my_invoices")).content.decode()


def test_months_that_are_over_can_be_closed_and_followed(manager: Client, world: World) -> None:
    contract = make_contract(world)
    with few_queries():
        page = manager.get(reverse("tpa:month_close")).content.decode()
    assert "January 2026" in page
    with mock.patch("tpa.web.staff.month_close.ring") as bell:
        response = manager.post(reverse("tpa:month_close"), {"contract": contract.pk})
    assert bell.call_args.args[1] == contract.pk
    assert "watch=" in response["Location"]
    assert 'hx-trigger="every 2s"' in manager.get(response["Location"]).content.decode()


def test_auditors_close_nothing(client: Client, world: World) -> None:
    make_contract(world)
    client.force_login(make_user(Role.AUDITOR))
    assert "Close all" not in client.get(reverse("tpa:month_close")).content.decode()
    assert client.post(reverse("tpa:month_close")).status_code == 403


def test_a_contract_with_its_fees_limits_and_months(manager: Client, invoice: Invoice) -> None:
    with few_queries():
        assert "ASA-" in manager.get(reverse("tpa:contracts")).content.decode()
    with few_queries(22):
        page = manager.get(reverse("tpa:contract", args=[invoice.contract_id])).content.decode()
    assert "$34.50" in page
    assert "$10,000.00" in page
    assert invoice.number in page


def test_the_auditor_reads_the_trail_and_proves_it(client: Client, invoice: Invoice) -> None:
    client.force_login(make_user(Role.AUDITOR))
    with few_queries():
        page = client.get(reverse("tpa:audit")).content.decode()
    assert "foundation.approvallimit.set" in page
    assert "unbroken" in client.post(reverse("tpa:audit")).content.decode()
    assert AuditEvent.objects.filter(action="foundation.audit.verified").exists()
    only = client.get(reverse("tpa:audit"), {"action": "foundation.audit.verified"}).content.decode()
    assert "Show all" in only


def test_what_an_event_tells_may_be_called_anything(client: Client) -> None:
    record("foundation.approvallimit.set", by=Actor.system("tests"), detail={"items": 2, "keys": 3})
    client.force_login(make_user(Role.AUDITOR))
    page = client.get(reverse("tpa:audit")).content.decode()
    assert '<span class="muted">items</span> 2' in page
