"""An employer's finance person disputes a line in the portal; the TPA reads, writes and answers; others may not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from employers.models import Employer
from tests.factories.payments import World, make_decided, make_world
from tests.factories.queries import few_queries
from tests.factories.tpa import flat, make_contract
from tests.factories.users import make_user
from tests.tpa.test_close_month import JANUARY, close, pay
from tpa.foundation.models import Role
from tpa.models import Invoice, InvoiceDispute

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


@pytest.fixture
def invoice(world: World) -> Invoice:
    """80.00 of claims and a fee of 150.00."""
    contract = make_contract(world, flat("150.00"))
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    return close(contract, JANUARY)


@pytest.fixture
def finance(world: World) -> Client:
    client = Client()
    client.force_login(make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk))
    return client


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def dispute(finance: Client, invoice: Invoice, **more: str) -> str:
    line = invoice.lines.get(kind="fee")
    form = {"do": "dispute", "line": str(line.pk), "amount": "50", "because": "never agreed", **more}
    return finance.post(reverse("tpa:my_invoice", args=[invoice.pk]), form, follow=True).content.decode()


def test_a_line_is_disputed_written_about_and_credited(finance: Client, manager: Client, invoice: Invoice) -> None:
    mine, theirs = reverse("tpa:my_invoice", args=[invoice.pk]), reverse("tpa:invoice", args=[invoice.pk])
    line = invoice.lines.get(kind="fee")
    with few_queries():
        page = finance.get(mine, {"line": line.number}).content.decode()
    assert 'value="150.00"' in page
    assert "The line is disputed" in dispute(finance, invoice)
    assert "disputed already" in dispute(finance, invoice)
    row = InvoiceDispute.objects.get()
    finance.post(mine, {"do": "note", "dispute": row.pk, "text": "Which section?"})
    with few_queries():
        page = manager.get(theirs).content.decode()
    assert "never agreed" in page
    assert "Which section?" in page
    page = manager.get(reverse("tpa:receivables")).content.decode()
    assert "Disputed lines to answer" in page
    assert "$50.00" in page
    assert "$50.00" in manager.get(reverse("tpa:receivable", args=[invoice.employer_id])).content.decode()
    manager.post(theirs, {"do": "note", "dispute": row.pk, "text": "Section 4.3"})
    form = {"do": "answer", "dispute": row.pk, "outcome": "credit", "amount": "$30.00", "answer": "half of it was ours"}
    assert "The dispute is answered" in manager.post(theirs, form, follow=True).content.decode()
    assert "meanwhile" in manager.post(theirs, form, follow=True).content.decode()
    page = finance.get(mine).content.decode()
    assert "Section 4.3" in page
    assert "half of it was ours" in page
    assert f"{invoice.number}-C1" in page


def test_a_dispute_is_withdrawn_or_upheld(finance: Client, manager: Client, invoice: Invoice) -> None:
    mine, theirs = reverse("tpa:my_invoice", args=[invoice.pk]), reverse("tpa:invoice", args=[invoice.pk])
    dispute(finance, invoice)
    finance.post(mine, {"do": "withdraw", "dispute": InvoiceDispute.objects.get().pk})
    assert InvoiceDispute.objects.get().status == "withdrawn"
    dispute(finance, invoice)
    row = InvoiceDispute.objects.get(status="open")
    manager.post(theirs, {"do": "answer", "dispute": row.pk, "outcome": "uphold", "amount": "50", "answer": "see 4.3"})
    row.refresh_from_db()
    assert (row.status, row.answer) == ("upheld", "see 4.3")


def test_who_may_not(finance: Client, client: Client, world: World, invoice: Invoice) -> None:
    mine, theirs = reverse("tpa:my_invoice", args=[invoice.pk]), reverse("tpa:invoice", args=[invoice.pk])
    client.force_login(make_user(Role.EMPLOYER_HR, employer_id=world.employer.pk))
    assert "Dispute this line" not in client.get(mine, {"line": 2}).content.decode()
    assert client.post(mine, {"do": "dispute"}).status_code == 403
    client.force_login(make_user(Role.AUDITOR))
    assert client.post(theirs, {"do": "credit"}).status_code == 403
    stranger = make_world()
    client.force_login(make_user(Role.EMPLOYER_FINANCE, employer_id=stranger.employer.pk))
    assert client.post(mine, {"do": "dispute"}).status_code == 404
    assert "no amount" in dispute(finance, invoice, amount="much")
    assert not InvoiceDispute.objects.exists()


def test_an_invoice_is_credited_and_billed_again_on_screen(manager: Client, invoice: Invoice) -> None:
    url, line = reverse("tpa:invoice", args=[invoice.pk]), invoice.lines.get(kind="fee")
    form = {"do": "credit", f"line-{line.pk}": "20.00", "because": "too much"}
    assert "The credit is issued" in manager.post(url, form, follow=True).content.decode()
    manager.post(url, {**form, "do": "rebill", f"line-{line.pk}": "5"})
    amounts = invoice.credits.order_by("pk").values_list("kind", "total_amount", "because")
    assert list(amounts) == [("credit", D("-20.00"), "too much"), ("rebill", D("5.00"), "too much")]
    assert "Say why" in manager.post(url, {**form, "because": ""}, follow=True).content.decode()
    assert "no more than is left" in manager.post(url, {**form, f"line-{line.pk}": "200"}, follow=True).content.decode()
    assert manager.post(reverse("tpa:invoice", args=[0]), form).status_code == 404
    rebill = invoice.credits.get(kind="rebill")
    assert "This bills again" in manager.get(reverse("tpa:invoice", args=[rebill.pk])).content.decode()
