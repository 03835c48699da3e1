"""/api/v1/files: streamed as they are, known again, theirs alone who sent them, answered."""

from __future__ import annotations

import io
import json
import threading
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import RequestFactory, encode_multipart

from claims.api.files import Files
from claims.intake.answer_file import answer_file
from claims.intake.kinds import KINDS, SHELF
from claims.intake.load_set import LOAD_837, load_set
from tests.factories.api import make_caller, make_case
from tests.factories.screens import make_file
from tests.factories.x837 import Office, Patient, Service, Written, write_file, write_set
from tpa.foundation import work
from tpa.foundation.access import scoped, system_scope
from tpa.foundation.edi_files import OPEN_FILE, store_path
from tpa.foundation.models import AuditEvent, EdiFile, Role, WorkChunk
from tpa.foundation.open_file import ANSWER_FILE, open_file

pytestmark = pytest.mark.django_db
X12 = "application/EDI-X12"


def a_file(case, *controls: str) -> bytes:
    member, provider = case.member, case.provider
    patient = Patient(
        member.family.subscriber_number,
        member.last_name,
        member.first_name,
        member.birth_on,
        member.sex,
        member.employer.code,
    )
    office = Office(provider.npi, provider.payee.tin, provider.name)
    services = (Service("99213", Decimal("120.00"), date(2026, 5, 4)),)
    return write_file([write_set([Written(control, patient, office, services) for control in controls or ("PC1",)])])


def take_in() -> None:
    """What the worker does, as the worker."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    steps = [
        (OPEN_FILE, lambda piece: open_file(file_id=piece["file"], shelf=SHELF, kinds=KINDS)),
        (LOAD_837, lambda piece: load_set(set_id=piece["set"])),
        (ANSWER_FILE, lambda piece: answer_file(file_id=piece["file"])),
    ]
    for kind, do in steps:
        while work.do_next(kind, do):
            pass


def test_a_file_is_kept_answered_and_its_claims_are_found(case, bells, settings, role_of_process):
    partner = make_caller(Role.PARTNER)
    data = a_file(case, "PC1", "PC2")
    role_of_process()
    sent = partner.post("files", data, X12, Content_Disposition='attachment; filename="may.837"')
    assert sent.status_code == 202, sent.content
    assert (sent.json()["name"], sent.json()["status"]) == ("may.837", "received")
    assert sent["Location"] == f"/api/v1/files/{sent.json()['id']}"
    assert bells == ["open_files"]
    settings.DB_ROLE = ""
    take_in()
    role_of_process()
    file = partner.get(sent["Location"]).json()
    assert (file["status"], file["sets_count"], file["sets_left_count"]) == ("answered", 1, 0)
    assert (file["accepted_count"], file["rejected_count"]) == (2, 0)
    answers = {answer["kind"]: answer["id"] for answer in file["answers"]}
    assert set(answers) == {"TA1", "999", "277CA"}
    told = partner.get(f"files/{file['id']}/answers/{answers['999']}", Accept=X12)
    assert told.status_code == 200
    assert told["Content-Type"].lower() == X12.lower()
    assert b"IK5*A~AK9*A*1*1*1~" in b"".join(told.streaming_content)
    [group] = partner.get(f"files/{file['id']}/sets").json()["items"]
    assert (group["transaction"], group["ack_code"], group["rejected"]) == ("837P", "A", [])
    claims = partner.get(f"claims?file={file['id']}").json()["items"]
    assert [claim["patient_control_number"] for claim in claims] == ["PC2", "PC1"]


def test_a_partner_of_one_employer_reads_its_answers_too(case, bells, settings, role_of_process):
    """The answers belong to the sender and to no employer, so that row-level security would hide them."""
    partner = make_caller(Role.PARTNER, employer_id=case.member.employer_id)
    data = a_file(case)
    sent = partner.post("files", data, X12)
    take_in()
    role_of_process()
    file = partner.get(sent["Location"]).json()
    assert len(file["answers"]) == 3
    [answer] = [answer for answer in file["answers"] if answer["kind"] == "277CA"]
    told = partner.get(f"files/{file['id']}/answers/{answer['id']}")
    assert b"STC*A1" in b"".join(told.streaming_content) or told.status_code == 200


def test_a_claim_that_was_rejected_alone_is_named(case, bells):
    partner = make_caller(Role.PARTNER)
    data = a_file(case, "GOOD", "BAD").replace(b"CLM*BAD*120.00", b"CLM*BAD*999.00")
    sent = partner.post("files", data, X12)
    take_in()
    [group] = partner.get(f"files/{sent.json()['id']}/sets").json()["items"]
    assert (group["accepted_count"], group["rejected_count"]) == (1, 1)
    assert (group["rejected"][0]["claim"], group["rejected"][0]["code"]) == ("BAD", "out_of_balance")


@pytest.mark.parametrize("media_type", [X12, "application/edi-x12", "multipart/form-data"])
def test_body_and_form_come_to_the_same(case, bells, media_type):
    partner, data = make_caller(Role.PARTNER), b"ISA*whatever~"
    if media_type == "multipart/form-data":
        body = encode_multipart("line", {"file": SimpleUploadedFile("a.837", data)})
        answer = partner.post("files", body, f"{media_type}; boundary=line")
    else:
        answer = partner.post("files", data, media_type)
    assert answer.status_code == 202, answer.content
    assert store_path(answer.json()["sha256"]).read_bytes() == data


def test_the_same_bytes_are_the_same_file(case, bells):
    partner = make_caller(Role.PARTNER)
    first, again = partner.post("files", b"ISA*1~", X12), partner.post("files", b"ISA*1~", X12)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first["Location"] == again["Location"]
    assert again.json()["again_count"] == 1
    assert EdiFile.objects.count() == WorkChunk.objects.filter(kind=OPEN_FILE).count() == 1


def test_what_another_sent_is_not_shown_to_who_sends_it_too(case, bells):
    first = make_caller(Role.PARTNER).post("files", b"ISA*1~", X12)
    other = make_caller(Role.PARTNER)
    answer = other.post("files", b"ISA*1~", X12)
    assert (answer.status_code, answer.json()["code"]) == (409, "file.of_another_sender")
    for door in ("", "/sets", "/answers/document_1"):
        assert other.get(first["Location"] + door).status_code == 404
    assert other.get("files").json()["items"] == []
    assert make_caller(Role.EXAMINER).get(first["Location"]).status_code == 200


def test_nothing_wrong_is_kept(case, bells):
    partner = make_caller(Role.PARTNER)
    assert partner.post("files", b"", X12).json()["code"] == "file.missing"
    form = encode_multipart("line", {"file": "text, not a file"})
    assert partner.post("files", form, "multipart/form-data; boundary=line").json()["code"] == "file.missing"
    empty = encode_multipart("line", {"file": SimpleUploadedFile("a.837", b"")})
    assert partner.post("files", empty, "multipart/form-data; boundary=line").status_code in (400, 422)
    assert partner.post("files", b"{}").status_code == 415
    assert not EdiFile.objects.exists()


class Stream(io.RawIOBase):
    """So many bytes, made as they are asked for."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        self.left -= size
        return b"~" * size


def stream_in(caller, *, size: int, announced: int):
    """What a server makes of a body that comes in over a connection."""
    headers = {"Authorization": f"Bearer {caller.secret}"}
    request = RequestFactory().post("/api/v1/files", b"x", content_type=X12, headers=headers)
    request.META["CONTENT_LENGTH"] = str(announced)
    request._stream = Stream(size)
    with scoped(system_scope("tests")):
        return Files.as_view()(request)


def test_who_was_cut_off_sent_nothing(case, bells):
    answer = stream_in(make_caller(Role.PARTNER), size=3 << 20, announced=4 << 20)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "file.cut_off")
    assert not EdiFile.objects.exists()


def test_what_is_too_large_is_not_even_read(case, bells, settings):
    settings.STEWARD_FILE_BYTES = 10
    answer = make_caller(Role.PARTNER).post("files", b"ISA*more than ten~", X12)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


def test_auditors_send_no_files(case, bells):
    assert make_caller(Role.AUDITOR).post("files", b"ISA*1~", X12).status_code == 403
    assert not EdiFile.objects.exists()


def test_two_hundred_megabytes_pass_through_a_few(case, bells):
    partner, size = make_caller(Role.PARTNER), 200 << 20
    tracemalloc.start()
    answer = stream_in(partner, size=size, announced=size)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 202
    assert answer.data["size_bytes"] == size
    assert peak < 20 << 20


@pytest.mark.django_db(transaction=True)
def test_twenty_who_send_the_same_bytes_at_once_sent_one_file(bells):
    partner = make_caller(Role.PARTNER)
    answers = []

    def post() -> None:
        answers.append(partner.post("files", b"ISA*together~", X12))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [202]
    assert EdiFile.objects.get().again_count == 19
    assert WorkChunk.objects.filter(kind=OPEN_FILE).count() == 1


def test_reading_an_answer_is_in_the_trail_and_polling_costs_no_body(case, bells):
    file = make_file()
    caller = make_caller(Role.EXAMINER)
    document = file.answers.get()
    assert caller.get(f"files/file_{file.pk}/answers/document_{document.pk}").status_code == 200
    assert AuditEvent.objects.get(action="foundation.document.read").subject_ids == [document.pk]
    first = caller.get(f"files/file_{file.pk}")
    assert caller.get(f"files/file_{file.pk}", If_None_Match=first["ETag"]).status_code == 304
    assert caller.get(f"files/file_{file.pk}/answers/document_0").status_code == 404
    assert make_case()
