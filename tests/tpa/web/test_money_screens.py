"""Receivables, one employer's account with us, licences, and a contract with its guarantees: shown and worked on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from employers.models import Employer
from tests.factories.payments import ENGINE, World, make_decided, make_world
from tests.factories.queries import few_queries
from tests.factories.tpa import enrol, flat, make_contract, pepm
from tests.factories.users import make_user
from tests.tpa.test_close_month import FEBRUARY, JANUARY, MARCH, close, pay
from tests.tpa.test_guarantees import decided_after, measure, words
from tpa.billing.open_amounts import open_amount
from tpa.billing.record_receipt import Pays, ReceiptWords, record_receipt
from tpa.billing.write_off import ask_write_off
from tpa.contracts.add_guarantee import add_guarantee
from tpa.foundation.audit import Actor
from tpa.foundation.models import Document, Role
from tpa.foundation.parameters import load_parameters
from tpa.models import Contract, Invoice, Licence, LicenceExemption, Receipt, ShortPayment, WriteOff

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


@pytest.fixture
def contract(world: World) -> Contract:
    return make_contract(world, flat("150.00"), pepm("40.00"), write_off_limit_amount=D("100.00"))


@pytest.fixture
def invoice(world: World, contract: Contract) -> Invoice:
    """80.00 of claims and a fee of 150.00."""
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    return close(contract, JANUARY)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def test_receivables_show_what_is_open_by_age(manager: Client, world: World, invoice: Invoice) -> None:
    with few_queries():
        page = manager.get(reverse("tpa:receivables")).content.decode()
    assert invoice.number in page
    assert "$230.00" in page
    assert world.employer.name in page


def test_nothing_owed_says_so(manager: Client) -> None:
    page = manager.get(reverse("tpa:receivables")).content.decode()
    assert "Nobody owes anything" in page


def test_a_write_off_is_approved_by_another_and_by_nobody_twice(
    manager: Client, client: Client, invoice: Invoice
) -> None:
    asked = ask_write_off(invoice_id=invoice.pk, amount=D("130.00"), because="gone", by=Actor.system("x"))
    url = reverse("tpa:receivables")
    assert "gone" in manager.get(url).content.decode()
    manager.post(url, {"do": "approve", "write_off": asked.pk})
    page = manager.post(url, {"do": "approve", "write_off": asked.pk}, follow=True).content.decode()
    assert "another person is wanted" in page
    client.force_login(make_user(Role.TPA_MANAGER))
    client.post(url, {"do": "approve", "write_off": asked.pk})
    assert WriteOff.objects.get().status == "done"
    assert open_amount(invoice) == D("100.00")


def test_auditors_approve_nothing(client: Client, invoice: Invoice) -> None:
    asked = ask_write_off(invoice_id=invoice.pk, amount=D("30.00"), because="gone", by=Actor.system("x"))
    client.force_login(make_user(Role.AUDITOR))
    url = reverse("tpa:receivables")
    assert 'value="approve"' not in client.get(url).content.decode()
    assert client.post(url, {"do": "approve", "write_off": asked.pk}).status_code == 403


def test_a_receipt_is_booked_and_pays(manager: Client, world: World, invoice: Invoice) -> None:
    url = reverse("tpa:receivable", args=[world.employer.pk])
    with few_queries(30):
        assert invoice.number in manager.get(url).content.decode()
    form = {
        "do": "receipt", "amount": "$250.00", "received_on": "2026-02-10", "method": "wire", "bank_reference": "W1",
        f"pay-{invoice.pk}": "200", f"short-{invoice.pk}": "on", "short_because": "four people left",
    }  # fmt: skip
    page = manager.post(url, form, follow=True).content.decode()
    assert "The receipt is booked" in page
    assert ShortPayment.objects.get().amount == D("30.00")
    assert "four people left" in manager.get(reverse("tpa:receivables")).content.decode()
    receipt = Receipt.objects.get()
    assert "$50.00" in page
    page = manager.post(url, {"do": "reverse", "receipt": receipt.pk, "because": "NSF"}, follow=True).content.decode()
    assert "taken back" in page
    assert "is no amount" in manager.post(url, {**form, "amount": "much"}, follow=True).content.decode()


def test_the_820_of_what_is_open_is_handed_out(client: Client, manager: Client, world: World, invoice: Invoice) -> None:
    answer = manager.get(reverse("tpa:receivable", args=[world.employer.pk]), {"as": "820"})
    assert answer["Content-Type"] == "application/edi-x12"
    assert f"RMR*IK*{invoice.number}*PI*230*230".encode() in answer.content
    client.force_login(make_user(Role.EMPLOYER_FINANCE, employer_id=world.employer.pk))
    url = reverse("tpa:my_invoices")
    assert "820 of what is open" in client.get(url).content.decode()
    assert client.get(url, {"as": "820", "employer": world.employer.pk}).content == answer.content
    assert client.get(url, {"as": "820", "employer": make_world().employer.pk}).status_code == 404
    client.force_login(make_user(Role.EMPLOYER_HR, employer_id=world.employer.pk))
    assert "820 of what is open" not in client.get(url).content.decode()
    assert client.get(url, {"as": "820", "employer": world.employer.pk}).status_code == 403


def test_a_statement_is_a_pdf(manager: Client, world: World, invoice: Invoice) -> None:
    url = reverse("tpa:receivable", args=[world.employer.pk])
    answer = manager.get(url, {"from": "2026-01-01", "to": "2026-12-31", "as": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert manager.get(url, {"from": "2026-13-45"}).status_code == 200
    assert manager.get(reverse("tpa:receivable", args=[999_999])).status_code == 404


def test_another_employers_receipt_is_not_taken_back(manager: Client, world: World, invoice: Invoice) -> None:
    receipt = record_receipt(
        employer_id=world.employer.pk,
        words=ReceiptWords(D("230.00"), date(2026, 2, 10), "W1", pays=(Pays(invoice.pk, D("230.00")),)),
        by=ENGINE,
    )
    stranger = make_world()
    make_contract(stranger)
    url = reverse("tpa:receivable", args=[stranger.employer.pk])
    manager.post(url, {"do": "reverse", "receipt": receipt.pk, "because": "x"})
    assert Receipt.objects.count() == 1


def test_licences_gaps_and_renewals(manager: Client, world: World) -> None:
    coverage = enrol(world)
    make_contract(world, ends_on=date(2027, 1, 1))
    coverage.member.state = "TX"
    coverage.member.save(update_fields=["state"])
    url = reverse("tpa:licences")
    with few_queries():
        page = manager.get(url).content.decode()
    assert "Members live where we may not serve" in page
    assert "TX" in page
    form = {"do": "licence", "kind": "licence", "state": "tx", "number": "1", "starts_on": "2026-01-01"}
    manager.post(url, form)
    assert Licence.objects.get().state == "TX"
    assert "Members live where" not in manager.get(url).content.decode()
    assert "some of that time" in manager.post(url, form, follow=True).content.decode()
    manager.post(
        url, {"do": "exemption", "state": "NM", "because": "few", "citation": "law", "starts_on": "2026-01-01"}
    )
    assert LicenceExemption.objects.filter(state="NM").exists()
    assert "Say the day" in manager.post(url, {**form, "starts_on": ""}, follow=True).content.decode()


def test_a_contract_shows_guarantees_with_their_evidence(manager: Client, world: World, contract: Contract) -> None:
    load_parameters()
    guarantee = add_guarantee(contract_id=contract.pk, terms=words(legal_review_on=None), by=ENGINE)
    late = decided_after(world, 20)
    for month in (JANUARY, FEBRUARY, MARCH):
        close(contract, month)
    result = measure(guarantee)
    url = reverse("tpa:contract", args=[contract.pk])
    with few_queries(30):
        page = manager.get(url, {"result": result.pk}).content.decode()
    assert late.claim_number in page
    assert "Legal review before offering speed penalties" in page
    assert "$27.00" in page  # 450.00 of fees, a fifth at risk, three tenths of it
    assert "What we are paid this year" in page


def test_a_paper_is_attached_and_read(manager: Client, contract: Contract) -> None:
    url = reverse("tpa:contract", args=[contract.pk])
    manager.post(url, {"paper": SimpleUploadedFile("signed.pdf", b"%PDF-1.7 signed")})
    paper = Document.objects.get(kind="CONTRACT")
    assert "signed.pdf" in manager.get(url).content.decode()
    assert manager.get(reverse("tpa:contract_paper", args=[paper.pk])).content == b"%PDF-1.7 signed"
    page = manager.post(url, {"paper": SimpleUploadedFile("x.exe", b"MZ")}, follow=True).content.decode()
    assert "Attach a PDF" in page
