"""/api/v1/bank: a bank's system sends returns and fetches its files; a clearinghouse's key opens none of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from claims.models import PaymentInstrument
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.run_payments import run_payments
from claims.payments.write_payment_documents import write_payment_documents
from tests.claims.payments.nacha_checker import read_checked
from tests.factories.api import Caller, become_web, make_caller
from tests.factories.bank import Back, return_file
from tests.factories.payments import ENGINE, make_decided, make_provider, make_world
from tpa.foundation import work
from tpa.foundation.access import scoped, system_scope
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db

BANK = ("bank:read", "bank:write")


@pytest.fixture
def sent() -> PaymentInstrument:
    world = make_world()
    world.payee, world.provider = make_provider(method="ach")
    make_decided(world, "150.00")
    run_payments(employer_id=world.employer.pk, on=date(2026, 3, 12), by=ENGINE)
    while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
        pass
    return PaymentInstrument.objects.get()


def bank() -> Caller:
    return make_caller(Role.PARTNER, scopes=BANK)


def test_a_bank_fetches_its_file_and_sends_what_came_back(sent: PaymentInstrument, settings: Any) -> None:
    caller = bank()
    [document] = caller.get("bank/files").json()["items"]
    answer = caller.get(f"bank/files/{document['id']}", Accept="*/*")
    [entry] = read_checked(b"".join(answer.streaming_content))
    data = return_file([Back("R03", entry.trace, cents=entry.cents), Back("R03", "122000039999999")])
    settings.DB_ROLE = "web"
    become_web()
    first = caller.post("bank/returns", data, "text/plain")
    assert first.status_code == 201, first.content
    told = first.json()
    assert (told["entry_count"], told["open_count"]) == (2, 1)
    assert caller.post("bank/returns", data, "text/plain").status_code == 200
    entries = caller.get(first["Location"]).json()["items"]
    assert [(one["status"], one["amount"]) for one in entries] == [("applied", "80.00"), ("open", "0.00")]
    with scoped(system_scope("test")):
        sent.refresh_from_db()
    assert sent.status == "returned"
    assert [one["id"] for one in caller.get("bank/returns").json()["items"]] == [told["id"]]
    with scoped(system_scope("test")):
        assert AuditEvent.objects.filter(action="foundation.document.read").exists()


def test_another_bank_and_a_clearinghouse_see_nothing_of_it(sent: PaymentInstrument) -> None:
    data = return_file([Back("R03", sent.ach_trace, cents=8000)])
    told = bank().post("bank/returns", data, "text/plain").json()
    other = bank()
    assert other.get("bank/returns").json()["items"] == []
    assert other.get(f"bank/returns/{told['id']}").status_code == 404
    clearinghouse = make_caller(Role.PARTNER, scopes=("claims:read", "claims:write"))
    assert clearinghouse.get("bank/files").status_code == 403
    assert clearinghouse.post("bank/returns", data, "text/plain").status_code == 403


def test_a_partner_of_one_employer_sees_its_files_and_sends_none(sent: PaymentInstrument) -> None:
    caller = make_caller(Role.PARTNER, employer_id=sent.employer_id, scopes=BANK)
    assert len(caller.get("bank/files").json()["items"]) == 1
    refused = caller.post("bank/returns", return_file([Back("R03", sent.ach_trace)]), "text/plain")
    assert refused.status_code == 403
    stranger = make_caller(Role.PARTNER, employer_id=make_world().employer.pk, scopes=BANK)
    assert stranger.get("bank/files").json()["items"] == []
    assert bank().post("bank/returns", b"", "text/plain").status_code == 422
