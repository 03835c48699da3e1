"""The main job without a browser: files in by the API, answers, decisions, payments and invoices out into a folder."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum

from claims.models import Claim, PaymentRun
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.tasks import pay_employers
from tpa.billing.selectors import months_due
from tpa.billing.write_invoice import INVOICE_DOCUMENTS
from tpa.foundation import api_keys, bell, work
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.grants import grant_role
from tpa.foundation.models import Document, EdiFile, Role, TransactionSet, User
from tpa.tasks import close_due_months

SYSTEM = Actor.system("demo")
_PARTNER = "clearinghouse@walk.example"
_FOLDERS = {
    Document.Kind.TA1: "TA1",
    Document.Kind.ACK_999: "999",
    Document.Kind.ACK_277CA: "277CA",
    Document.Kind.REMITTANCE_835: "835",
    Document.Kind.EOB: "EOB",
    Document.Kind.INVOICE_PDF: "invoices",
    Document.Kind.INVOICE_XLSX: "invoices",
    Document.Kind.CHECK_PDF: "checks",
    Document.Kind.ACH: "ACH",
    Document.Kind.POSITIVE_PAY: "positive-pay",
    Document.Kind.CONTRACT: "contracts",
    Document.Kind.LICENCE: "contracts",
    Document.Kind.LETTER: "letters",
    Document.Kind.RECOVERY_LETTER: "letters",
    Document.Kind.STOP_LOSS_NOTICE: "stop-loss",
    Document.Kind.STOP_LOSS_PACKET: "stop-loss",
    Document.Kind.RECONCILIATION_PDF: "bank-and-book",
    Document.Kind.RECONCILIATION_XLSX: "bank-and-book",
}

Say = Callable[[str], None]


class WalkError(Exception):
    """The walk could not go on; the message says where."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """What became of one file."""

    name: str
    status: str
    sets: str
    claims_count: int
    rejected_count: int
    approved_count: int
    denied_count: int
    pended_count: int
    paid_amount: Decimal


@dataclass(frozen=True, slots=True)
class Walk:
    """All that the walk did."""

    files: Sequence[FileLine]
    payments_count: int
    paid_amount: Decimal
    invoices_count: int
    documents: dict[str, int]


def walk(*, base_url: str, files: Sequence[Path], out: Path, say: Say, seconds: float = 300) -> Walk:
    """Send the files, wait for each step to be done by the workers, and write all documents below `out`."""
    secret = _key()
    say(f"sending {len(files)} files")
    ids = [_send(base_url, secret, path) for path in files]
    _wait("the files to be answered", seconds, lambda: _answered(base_url, secret, ids))
    say("deciding claims")
    received = Claim.objects.filter(status=Claim.Status.RECEIVED)
    _wait("the claims to be decided", seconds, lambda: not received.exists())
    say("paying")
    runs = PaymentRun.objects.count()
    bell.ring(pay_employers, _last_weekday_of_last_month().isoformat())
    _wait("the payments", seconds, lambda: PaymentRun.objects.count() > runs)
    _wait("the remittances and EOBs", seconds, lambda: not _documents_due())
    say("closing the months")
    bell.ring(close_due_months)
    _wait("the months to be closed", seconds, lambda: not list(months_due(date.today())))
    _wait("the invoices", seconds, lambda: not work.waiting(INVOICE_DOCUMENTS))
    return Walk(
        files=[_line(file_id, path) for file_id, path in zip(ids, files, strict=True)],
        payments_count=PaymentRun.objects.aggregate(n=Sum("payment_count"))["n"] or 0,
        paid_amount=PaymentRun.objects.aggregate(n=Sum("paid_amount"))["n"] or Decimal(0),
        invoices_count=Document.objects.filter(kind=Document.Kind.INVOICE_PDF).count(),
        documents=_write_out(out),
    )


def _key() -> str:
    """A key of a partner that sends files: made for this walk."""
    with transaction.atomic():
        user = User.objects.filter(email=_PARTNER).first()
        if user is None:
            user = User.objects.create_user(_PARTNER, full_name="Walk Clearinghouse")
            grant_role(user=user, role=Role.PARTNER, by=SYSTEM, because="demo walk")
        _key, secret = api_keys.issue(user=user, name="walk", scopes=["claims:read", "claims:write"], by=SYSTEM)
    return secret


def _send(base_url: str, secret: str, path: Path) -> int:
    answer = _call(base_url, secret, "/api/v1/files", path.read_bytes(), path.name)
    return int(str(answer["id"]).removeprefix("file_"))


def _answered(base_url: str, secret: str, ids: Sequence[int]) -> bool:
    done = {EdiFile.Status.ANSWERED.value, EdiFile.Status.REFUSED.value}
    left = EdiFile.objects.filter(pk__in=ids).exclude(status__in=done).exists()
    # The last word is the API's, as a partner would hear it.
    return not left and _call(base_url, secret, f"/api/v1/files/file_{ids[-1]}")["status"] in done


def _call(base_url: str, secret: str, path: str, body: bytes | None = None, name: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {secret}"}
    if body is not None:
        headers |= {"Content-Type": "application/EDI-X12", "Content-Disposition": f'attachment; filename="{name}"'}
    request = urllib.request.Request(base_url + path, data=body, headers=headers)  # noqa: S310 (our own address)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
    except urllib.error.HTTPError as error:
        raise WalkError(f"{path} answered {error.code}: {error.read().decode()[:500]}") from error
    return answer


def _wait(what: str, seconds: float, done: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise WalkError(f"waited {seconds:g} seconds for {what} in vain")
        time.sleep(0.2)


def _documents_due() -> bool:
    return bool(work.waiting(PAYMENT_DOCUMENTS)) or PaymentRun.objects.exclude(status=PaymentRun.Status.DONE).exists()


def _last_weekday_of_last_month() -> date:
    """Payments of the walk fall into a month that can be closed now."""
    day = date.today().replace(day=1) - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def _line(file_id: int, path: Path) -> FileLine:
    claims = Claim.objects.filter(transaction_set__file_id=file_id)
    status = Claim.Status
    counts = claims.aggregate(
        all=Count("pk"),
        approved=Count("pk", filter=Q(status__in=[status.APPROVED, status.PAID], plan_paid_amount__gt=0)),
        denied=Count("pk", filter=Q(status__in=[status.DENIED, status.PAID, status.APPROVED], plan_paid_amount=0)),
        pended=Count("pk", filter=Q(status=status.PENDED)),
        paid=Sum("plan_paid_amount", filter=Q(status=status.PAID)),
    )
    sets = TransactionSet.objects.filter(file_id=file_id)
    codes = sorted(set(sets.values_list("status", flat=True)))
    return FileLine(
        name=path.name,
        status=EdiFile.objects.values_list("status", flat=True).get(pk=file_id),
        sets=f"{sets.count()} {'/'.join(codes)}",
        claims_count=counts["all"],
        rejected_count=sets.aggregate(n=Sum("rejected_count"))["n"] or 0,
        approved_count=counts["approved"],
        denied_count=counts["denied"],
        pended_count=counts["pended"],
        paid_amount=counts["paid"] or Decimal(0),
    )


def _write_out(out: Path) -> dict[str, int]:
    """Every document into a folder of its kind; returns how many of each."""
    counts: dict[str, int] = {}
    for kind, name, sha256, pk in _documents():
        folder = out / _FOLDERS[Document.Kind(kind)]
        folder.mkdir(parents=True, exist_ok=True)
        stem, dot, ending = name.rpartition(".")
        (folder / f"{stem or ending}-{pk}{dot}{ending if stem else ''}").write_bytes(read_bytes(sha256))
        counts[folder.name] = counts.get(folder.name, 0) + 1
    return counts


def _documents() -> Iterator[tuple[str, str, str, int]]:
    yield from Document.objects.order_by("pk").values_list("kind", "name", "sha256", "pk").iterator()
