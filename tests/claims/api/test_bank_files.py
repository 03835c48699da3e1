"""/api/v1/bank-files: kept as they are, known again, seen by who sent them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import encode_multipart

from claims.models import BankFile
from claims.reconciliation.keep_bank_file import LOAD_BANK_FILE
from claims.reconciliation.load_bank_file import load_bank_file
from tests.factories.api import make_caller
from tests.factories.bank_statements import START, bai, open_bank
from tests.factories.payments import make_world
from tpa.foundation import work
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db
OCTETS = "application/octet-stream"
BANK = ("bank:read", "bank:write")


def load() -> None:
    """What the worker does, as the worker."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    while work.do_next(LOAD_BANK_FILE, lambda piece: load_bank_file(file_id=piece["file"])):
        pass


def test_a_bank_sends_its_day_and_sees_that_it_was_taken() -> None:
    account = open_bank(make_world())
    bank = make_caller(Role.PARTNER, scopes=BANK)
    data = bai(account.number, START, "0.00", [("195", "10.00", "A", "")])
    sent = bank.post("bank-files", data, OCTETS, Content_Disposition='attachment; filename="day.bai"')
    assert (sent.status_code, sent.json()["status"], sent.json()["name"]) == (202, "received", "day.bai")
    load()
    stands = bank.get(sent["Location"]).json()
    assert (stands["status"], stands["format"], stands["problem"]) == ("loaded", "BAI2", "")
    again = bank.post("bank-files", data, OCTETS)
    assert (again.status_code, again.json()["id"], again.json()["again_count"]) == (200, sent.json()["id"], 1)
    assert [one["id"] for one in bank.get("bank-files").json()["items"]] == [sent.json()["id"]]


def test_what_is_broken_is_told_with_its_line_and_may_come_again() -> None:
    bank = make_caller(Role.PARTNER, scopes=BANK)
    data = bai("4711", date(2026, 3, 1), "0.00", [])
    body = encode_multipart("x", {"file": SimpleUploadedFile("a.bai", data.replace(b"49,0", b"49,7"))})
    sent = bank.post("bank-files", body, "multipart/form-data; boundary=x")
    load()
    stands = bank.get(sent["Location"]).json()
    assert (stands["status"], stands["problem_line"]) == ("refused", 4)
    assert "control total" in stands["problem"]


def test_others_and_other_keys_see_nothing() -> None:
    bank, other = make_caller(Role.PARTNER, scopes=BANK), make_caller(Role.PARTNER, scopes=BANK)
    data = bai("4711", date(2026, 3, 1), "0.00", [])
    sent = bank.post("bank-files", data, OCTETS)
    assert other.get(sent["Location"]).status_code == 404
    assert other.get("bank-files").json()["items"] == []
    assert other.post("bank-files", data, OCTETS).status_code == 409
    assert make_caller(Role.PARTNER).get("bank-files").status_code == 403  # a key for claims
    assert make_caller(Role.EXAMINER, scopes=BANK).get("bank-files").status_code == 403
    assert make_caller(Role.AUDITOR, scopes=BANK).post("bank-files", data + b"\n", OCTETS).status_code == 403
    assert bank.post("bank-files", b"a,b\n1,2\n", OCTETS).status_code == 422
    assert BankFile.objects.count() == 1
