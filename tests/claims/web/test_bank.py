"""The bank's side on screen: what is owed again, return files, stale checks, files to banks, terms; one payment."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.models import BankTerms, PaymentInstrument, ReturnEntry, ReturnFile
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.run_payments import run_payments
from claims.payments.write_payment_documents import write_payment_documents
from tests.factories.bank import Back, return_file
from tests.factories.payments import ENGINE, World, make_decided, make_provider, make_world
from tests.factories.queries import few_queries
from tests.factories.users import make_user
from tpa.foundation import work
from tpa.foundation.models import AuditEvent, LegalParameter, Role, User
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db

DESK = "claims:bank_desk"


@pytest.fixture
def manager() -> User:
    if not LegalParameter.objects.filter(name__startswith="unclaimed.").exists():
        load_parameters()
    return make_user(Role.TPA_MANAGER)


def paid(method: str = "check", on: date = date(2026, 3, 12)) -> tuple[World, PaymentInstrument]:
    world = make_world()
    if method == "ach":
        world.payee, world.provider = make_provider(method="ach")
    make_decided(world, "150.00")
    run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)
    while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
        pass
    return world, PaymentInstrument.objects.latest("pk")


def post(client: Client, one: PaymentInstrument, do: str, **more: Any) -> Any:
    one.refresh_from_db()
    body = {"do": do, "because": "lost in the mail", "revision": one.revision} | more
    return client.post(reverse("claims:instrument", args=[one.pk]), body, follow=True)


def test_a_check_is_stopped_and_paid_again(client: Client, manager: User) -> None:
    _world, one = paid()
    client.force_login(manager)
    url = reverse("claims:instrument", args=[one.pk])
    with few_queries():
        page = client.get(url).content.decode()
    assert "Stop: owed again" in page
    assert "Pay again by check" not in page
    assert f"Check {one.check_number}" in page
    assert client.post(url, {"do": "stop", "because": " ", "revision": 0}).status_code == 422
    stale = client.post(url, {"do": "stop", "because": "x", "revision": 9})
    assert (stale.status_code, "meanwhile" in stale.content.decode()) == (409, True)
    page = post(client, one, "stop").content.decode()
    assert "The money is owed again" in page
    assert one.check_number in client.get(reverse(DESK)).content.decode()
    again = post(client, one, "check")
    new = PaymentInstrument.objects.latest("pk")
    assert again.redirect_chain[-1][0] == reverse("claims:instrument", args=[new.pk])
    assert "Everything arrived" in client.get(reverse(DESK)).content.decode()
    assert AuditEvent.objects.filter(action="claims.payment.read", purpose="bank").exists()


def test_a_check_is_voided_with_its_claims(client: Client, manager: User) -> None:
    _world, one = paid()
    client.force_login(manager)
    page = post(client, one, "void_claims").content.decode()
    assert "its claims are taken back" in page
    assert "claims taken back" in page
    run = client.get(reverse("claims:payment_run", args=[one.payment.run_id])).content.decode()
    assert reverse("claims:instrument", args=[one.pk]) in run


def test_an_examiner_looks_and_does_nothing(client: Client, manager: User) -> None:
    _world, one = paid()
    client.force_login(make_user(Role.EXAMINER))
    assert "Stop: owed again" not in client.get(reverse("claims:instrument", args=[one.pk])).content.decode()
    assert post(client, one, "stop").status_code == 403
    assert post(client, one, "account").status_code == 403
    sent = SimpleUploadedFile("r.ach", return_file([Back("R03", "122000030000001")]))
    assert client.post(reverse(DESK), {"file": sent}).status_code == 403
    assert client.post(reverse(DESK), {"do": "terms"}).status_code == 403


def test_a_return_file_is_taken_in_and_what_fits_nothing_is_looked_at(client: Client, manager: User) -> None:
    world, one = paid("ach")
    client.force_login(manager)
    assert "No file came yet" in client.get(reverse(DESK) + "?show=returns").content.decode()
    assert client.post(reverse(DESK), {}).status_code == 422
    there = world.payee.bank_account_number
    data = return_file([Back("R03", one.ach_trace, 8000, account=there), Back("R02", "122000039999999", 1)])
    came = client.post(reverse(DESK), {"file": SimpleUploadedFile("r.ach", data)}, follow=True)
    file = ReturnFile.objects.get()
    assert came.redirect_chain[-1][0] == reverse("claims:return_file", args=[file.pk])
    page = came.content.decode()
    assert "is owed again" in page
    assert "No payment or prenote" in page
    again = client.post(reverse(DESK), {"file": SimpleUploadedFile("r.ach", data)}, follow=True)
    assert "nothing is done again" in again.content.decode()
    desk = client.get(reverse(DESK) + "?show=returns").content.decode()
    assert "122000039999999" in desk
    entry = ReturnEntry.objects.get(status="open")
    url = reverse("claims:return_file", args=[file.pk])
    assert client.post(url, {"entry": entry.pk, "note": ""}).status_code == 422
    assert client.post(url, {"entry": 0, "note": "x"}).status_code == 404
    assert (
        "of the old administrator"
        in client.post(url, {"entry": entry.pk, "note": "of the old administrator"}, follow=True).content.decode()
    )
    assert b"".join(client.get(reverse("claims:return_file_original", args=[file.pk]))) == data
    shown = client.get(reverse("claims:instrument", args=[one.pk])).content.decode()
    assert "no such account" in shown
    assert "Pay again by ACH" not in shown


def test_another_account_is_told_and_paid_to(client: Client, manager: User) -> None:
    world, one = paid("ach")
    client.force_login(manager)
    data = return_file([Back("R03", one.ach_trace, cents=8000, account=world.payee.bank_account_number)])
    client.post(reverse(DESK), {"file": SimpleUploadedFile("r.ach", data)})
    wrong = {"routing_number": "123456789", "account_number": "1", "account_type": "checking"}
    assert post(client, one, "account", **wrong).status_code == 422
    right = {"routing_number": "122000030", "account_number": "55 66 77", "account_type": "savings"}
    assert "goes there" in post(client, one, "account", **right).content.decode()
    page = post(client, one, "ach").content.decode()
    assert "Paid again by ACH" in page
    assert PaymentInstrument.objects.latest("pk").method == "ach"


def test_stale_checks_and_what_the_bank_would_answer(client: Client, manager: User) -> None:
    _world, one = paid(on=date(2019, 1, 8))
    client.force_login(manager)
    with few_queries():
        page = client.get(reverse(DESK) + "?show=uncashed").content.decode()
    assert one.check_number in page
    assert "due" in page
    asked = client.get(reverse(DESK), {"show": "uncashed", "check": one.check_number, "amount": "80.00"})
    assert "The bank pays it" in asked.content.decode()
    asked = client.get(reverse(DESK), {"show": "uncashed", "check": one.check_number, "amount": "x"})
    assert "another amount" in asked.content.decode()
    assert "Marked as paid to the state" in post(client, one, "escheat").content.decode()


def test_terms_are_agreed_and_files_listed(client: Client, manager: User) -> None:
    world, _one = paid("ach")
    client.force_login(manager)
    page = client.get(reverse(DESK) + "?show=files").content.decode()
    assert "ach-" in page
    body = {
        "do": "terms",
        "account": world.account.pk,
        "from_on": "2026-01-01",
        "bank_name": "BANK OF NOWHERE",
        "immediate_origin": "1987654320",
        "company_name": "FOUNDRY CLAIMS",
        "company_number": "1987654320",
        "settlement_days": "2",
        "stale_days": "90",
        "positive_pay_layout": "fixed-80",
        "has_prenotes": "1",
        "source": "treasury agreement",
    }
    refused = client.post(reverse(DESK), body | {"company_name": "x" * 17})
    assert (refused.status_code, "up to 16 characters" in refused.content.decode()) == (422, True)
    assert client.post(reverse(DESK), body | {"from_on": "soon"}).status_code == 422
    client.post(reverse(DESK), body)
    terms = BankTerms.objects.get()
    assert (terms.settlement_days, terms.has_prenotes, terms.state_law_applies) == (2, True, False)
    assert "fixed-80" in client.get(reverse(DESK) + "?show=terms").content.decode()
