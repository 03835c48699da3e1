"""What a run writes: remittances that balance, EOBs whose figures sum, checks, ACH files; once and always alike."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pypdf
import pytest

from claims.adjustments.reverse_decision import reverse_decision
from claims.adjustments.settle_frequency import settle_frequency
from claims.models import Claim, Payment, PaymentRun
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.run_payments import run_payments
from claims.payments.send_remittance import send_remittance
from claims.payments.write_ach import write_ach
from claims.payments.write_checks import write_checks
from claims.payments.write_eobs import APPEAL_DAYS, write_eobs
from claims.payments.write_payment_documents import write_payment_documents
from tests.edi.remittance_opinions import agreed
from tests.factories.payments import (
    ENGINE,
    World,
    decide,
    make_decided,
    make_provider,
    make_submission,
    make_world,
    receive,
)
from tpa.foundation import work
from tpa.foundation.codes import load_shipped
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.models import Document, LegalParameter
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 12)


@pytest.fixture(autouse=True)
def _law_and_codes() -> None:
    LegalParameter.objects.create(
        name=APPEAL_DAYS,
        value=180,
        unit="days",
        effective=(date(2000, 1, 1), None),
        known_on=date(2000, 1, 1),
        citation="29 CFR 2560.503-1(h)(3)(i)",
        checked="read",
    )
    load_shipped()


def run(world: World, on: date = TODAY) -> PaymentRun:
    done = run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)
    assert done is not None
    while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
        pass
    done.refresh_from_db()
    return done


def texts(kind: str) -> list[str]:
    rows = Document.objects.filter(kind=kind).order_by("pk")
    data = [read_bytes(row.sha256) for row in rows]
    if kind in (Document.Kind.EOB, Document.Kind.CHECK_PDF):
        return [" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(one)).pages) for one in data]
    return [one.decode() for one in data]


def segments(text: str, *names: str) -> list[list[str]]:
    found = [segment.split("*") for segment in text.split("~") if segment]
    return [segment for segment in found if segment[0] in names]


def test_a_run_is_done_when_all_its_documents_are_written() -> None:
    world = make_world()
    make_decided(world, "150.00")
    world.payee, world.provider = make_provider(method="ach")
    make_decided(world, "100.00")
    done = run(world)
    assert (done.status, done.documents_due_count) == ("done", 0)
    kinds = sorted(Document.objects.values_list("kind", flat=True))
    assert kinds == ["835", "835", "ACH", "CHECK_PDF", "EOB", "EOB"]
    assert set(Document.objects.values_list("employer_id", flat=True)) == {world.employer.pk}
    assert offences(only=["I5", "I9"]) == []


def test_writing_again_changes_nothing() -> None:
    world = make_world()
    make_decided(world, "150.00")
    done = run(world)
    before = list(Document.objects.order_by("pk").values_list("pk", "sha256"))
    item = Payment.objects.get().items.get()
    send_remittance(payment_ids=[Payment.objects.get().pk], at=done.issued_at)
    write_checks(run_id=done.pk, first=0, last=10**9, at=done.issued_at)
    write_eobs(run_id=done.pk, first=item.pk, last=item.pk, at=done.issued_at)
    assert list(Document.objects.order_by("pk").values_list("pk", "sha256")) == before


def test_written_anew_from_nothing_the_bytes_are_the_same() -> None:
    world = make_world()
    make_decided(world, "150.00", "60.00")
    world.payee, world.provider = make_provider(method="ach")
    make_decided(world, "100.00")
    done = run(world)
    before = set(Document.objects.values_list("name", "sha256"))
    Document.objects.exclude(kind=Document.Kind.ACH).delete()
    send_remittance(payment_ids=list(Payment.objects.values_list("pk", flat=True)), at=done.issued_at)
    write_checks(run_id=done.pk, first=0, last=10**9, at=done.issued_at)
    write_eobs(run_id=done.pk, first=0, last=10**9, at=done.issued_at)
    write_ach(claims_account_ids=[world.account.pk], run_id=done.pk, at=done.issued_at)
    assert set(Document.objects.values_list("name", "sha256")) == before


def test_the_remittance_tells_the_check_and_every_line() -> None:
    world = make_world()
    claim = make_decided(world, "150.00", "60.00")
    run(world)
    [text] = texts("835")
    payment = Payment.objects.get()
    assert segments(text, "BPR")[0][1:5] == ["I", "102.4", "C", "CHK"]
    assert segments(text, "TRN") == [["TRN", "1", payment.check_number, "1987654320"]]
    [clp] = segments(text, "CLP")
    assert clp[1:8] == ["CLP", claim.patient_control_number, "1", "210", "102.4", "65.6", "12", claim.claim_number][1:8]
    assert [svc[2:4] for svc in segments(text, "SVC")] == [["150", "80"], ["60", "22.4"]]
    assert segments(text, "REF")[-1] == ["REF", "6R", "L2"]


def test_an_ach_remittance_names_both_accounts_and_the_trace_of_the_file() -> None:
    world = make_world()
    world.payee, world.provider = make_provider(method="ach")
    make_decided(world, "100.00")
    run(world)
    [text], [ach] = texts("835"), texts("ACH")
    payment = Payment.objects.get()
    bpr = segments(text, "BPR")[0]
    assert bpr[4:6] == ["ACH", "CCP"]
    assert bpr[6:11] == ["01", "122000030", "DA", world.account.bank_account_number, "1987654320"]
    assert bpr[12:16] == ["01", "021000089", "DA", world.payee.bank_account_number]
    assert f"TRN*1*{payment.trace_number}*1987654320\\" in ach
    assert segments(text, "TRN")[0][2] == payment.trace_number


def test_a_reversal_and_its_forward_balance_stand_on_the_remittance() -> None:
    world = make_world()
    wrong = make_decided(world, "150.00")
    run(world)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="x")
    run(world, date(2026, 3, 19))
    make_decided(world, "200.00")
    run(world, date(2026, 3, 26))
    _first, second, third = texts("835")
    [clp] = segments(second, "CLP")
    assert clp[2:6] == ["22", "-150", "-80", ""]
    assert [cas[1:4] for cas in segments(second, "CAS")] == [["CO", "45", "-30"], ["PR", "1", "-20"]]
    traces = list(Payment.objects.order_by("pk").values_list("trace_number", flat=True))
    assert segments(second, "PLB")[0][3:] == [f"FB:{traces[1]}", "-80"]
    assert segments(second, "BPR")[0][1:5] == ["H", "0", "C", "NON"]
    assert segments(third, "PLB")[0][3:] == [f"FB:{traces[1]}", "80"]
    assert segments(third, "BPR")[0][2] == "32"
    assert offences(only=["I5", "I9"]) == []


def test_a_replacement_names_the_claim_that_it_replaces() -> None:
    world = make_world()
    original = make_decided(world, "150.00")
    run(world)
    submission = make_submission(world, [Decimal(100)], frequency_code="7", original_claim_number=original.claim_number)
    replacement = receive(world, submission)
    settle_frequency(claim_ids=[replacement.pk])
    decide(world, [replacement])
    run(world, date(2026, 3, 19))
    text = texts("835")[1]
    assert [clp[2] for clp in segments(text, "CLP")] == ["22", "1"]
    assert ["REF", "F8", original.claim_number] in segments(text, "REF")
    assert "takes its place" in texts("EOB")[1]


def test_every_remittance_passes_our_guide_a_second_opinion_and_a_third() -> None:
    world = make_world()
    wrong, gone = make_decided(world, "150.00", "60.00"), make_decided(world, "20.00", outcome="denied")
    run(world)
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="x")
    run(world, date(2026, 3, 19))
    submission = make_submission(world, [Decimal(900)], frequency_code="7", original_claim_number=gone.claim_number)
    replacement = receive(world, submission)
    settle_frequency(claim_ids=[replacement.pk])
    decide(world, [replacement])
    world.payee, world.provider = make_provider(method="ach")
    make_decided(world, "100.00", paid_percent=0)
    make_decided(world, "333.33", "0.01")
    run(world, date(2026, 3, 26))
    written = texts("835")
    assert len(written) == 4
    for text in written:
        assert agreed(text)


def money(text: str) -> list[Decimal]:
    return [Decimal(part.replace(",", "")) for part in re.findall(r"(?<![\d$.,])\d[\d,]*\.\d\d(?!\d)", text)]


def test_the_eob_says_what_was_billed_paid_and_owed_and_sums() -> None:
    world = make_world()
    claim = make_decided(world, "150.00", "60.00")
    run(world)
    [text] = texts("EOB")
    flat = " ".join(text.split())
    for words in (
        "Office visit, established patient",
        claim.claim_number,
        world.member.first_name,
        world.provider.name,
        "This is not a bill",
        "within 180 days",
        "Your share of the allowed amount",
        "1-866-444-3272",
        "Español",
        "$102.40 was paid to",
    ):
        assert words in flat, words
    table = flat[flat.index("You may owe Service") if "You may owe Service" in flat else flat.index("Plan paid") :]
    total = money(table[table.index("Total") :])[:6]
    assert total[0] == sum(total[1:5])  # billed = discounts + deductible + coinsurance + paid
    assert total[5] == total[2] + total[3]


def test_an_eob_of_a_denied_claim_says_what_to_do() -> None:
    world = make_world()
    make_decided(world, "150.00", outcome="denied")
    run(world)
    [text] = texts("EOB")
    flat = " ".join(text.split())
    assert "Nothing was paid on this claim" in flat
    assert "filed after the time that the plan allows. You do not owe this." in flat


def test_markup_and_foreign_letters_in_names_are_text() -> None:
    world = make_world()
    world.member.first_name, world.member.last_name = '#read("/etc/passwd")', "*Łuk* 漢字 $x$"
    world.member.save()
    make_decided(world, "150.00")
    run(world)
    [text] = texts("EOB")
    assert '#read("/etc/passwd") *Łuk* ?? $x$' in " ".join(text.split())


def test_a_child_s_eob_goes_to_the_subscriber() -> None:
    from employers.models import Member

    world = make_world()
    child = Member.objects.create(
        employer=world.employer,
        family=world.family,
        person_number="02",
        relationship="19",
        last_name="Larkin",
        first_name="Pip",
        birth_on=date(2016, 5, 17),
        sex="M",
    )
    subscriber, world.member = world.member, child
    make_decided(world, "150.00")
    run(world)
    [text] = texts("EOB")
    lines = [line.strip() for line in text.splitlines()]
    assert f"{subscriber.first_name} Larkin" in lines
    assert "27 Elm Street" in lines


def test_documents_are_tagged_and_carry_their_fonts() -> None:
    world = make_world()
    make_decided(world, "150.00")
    run(world)
    for kind in ("EOB", "CHECK_PDF"):
        pdf: Any = pypdf.PdfReader(io.BytesIO(read_bytes(Document.objects.get(kind=kind).sha256)))
        root = pdf.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
        for page in pdf.pages:
            for font in page["/Resources"]["/Font"].values():
                descendant = font["/DescendantFonts"][0]["/FontDescriptor"]
                assert "/FontFile2" in descendant or "/FontFile3" in descendant


def test_the_check_says_its_amount_in_words() -> None:
    world = make_world()
    for _ in range(30):
        make_decided(world, "150.00")
    run(world)
    [text] = texts("CHECK_PDF")
    flat = " ".join(text.split())
    payment = Payment.objects.get()
    assert payment.amount == Decimal("2400.00")
    for words in (
        "Two thousand four hundred and 00/100",
        "$2,400.00",
        payment.check_number,
        "4 further claims",
        "320.00",
    ):
        assert words in flat, words
    assert Claim.objects.filter(status="paid").count() == 30
