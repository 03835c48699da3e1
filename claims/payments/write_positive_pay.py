"""Tells the bank which checks were issued and which are void: each once, in the layout that its terms name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from claims.models import PaymentInstrument, PositivePayFile
from claims.payments.bank_terms import bank_terms
from claims.payments.positive_pay import CheckTold, write_positive_pay_file
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.bulk import next_ids
from tpa.foundation.documents.keep_document import TEXT, Written, keep_document
from tpa.foundation.models import Document
from tpa.foundation.values.money import ZERO

Status = PaymentInstrument.Status
# A check that is one of these is not to be paid by the bank.
VOID = (Status.STOPPED, Status.VOIDED, Status.RETURNED, Status.REISSUED, Status.CREDITED, Status.ESCHEATED)
SYSTEM = Actor.system("payments")


def write_positive_pay(*, claims_account_ids: Sequence[int], at: datetime) -> list[PositivePayFile]:
    """Write what the banks of these claims accounts do not know yet; returns the files that are new: none for a bank
    that knows all, or wants no such file. Four statements an account."""
    terms = bank_terms(claims_account_ids, timezone.localdate(at))
    made = []
    with transaction.atomic():
        for account_id in sorted(claims_account_ids):
            layout = terms[account_id].positive_pay_layout
            rows = list(_untold(account_id)) if layout else []
            if rows:
                made.append(_write(account_id, layout, rows, at))
    return made


def _untold(account_id: int) -> Iterable[PaymentInstrument]:
    """Checks of which the bank was not told that they are issued, or not yet that they are void; locked."""
    return (
        PaymentInstrument.objects.select_for_update(no_key=True, of=("self",))
        .filter(Q(issue_file=None) | Q(void_file=None, status__in=VOID), claims_account=account_id, method="check")
        .select_related("payment__payee", "payment__member", "claims_account")
        .order_by("pk")
    )


def _write(account_id: int, layout: str, rows: Sequence[PaymentInstrument], at: datetime) -> PositivePayFile:
    issued = [row for row in rows if row.issue_file_id is None]
    void = [row for row in rows if row.void_file_id is None and row.status in VOID]
    told = [_told(row) for row in issued] + [_told(row, is_void=True) for row in void]
    [file_id] = next_ids("claims_positivepayfile_id_seq", 1)
    account = rows[0].claims_account
    document = keep_document(
        Written(
            kind=Document.Kind.POSITIVE_PAY,
            name=f"positive-pay-{timezone.localtime(at):%Y%m%d}-account-{account_id}-file-{file_id}"
            + (".csv" if layout == "csv" else ".txt"),
            data=write_positive_pay_file(layout, told),
            media_type=TEXT,
            subject_type="claims.positivepayfile",
            subject_id=file_id,
            employer_id=account.employer_id,
        ),
        at=at,
    )
    made = PositivePayFile.objects.create(
        pk=file_id,
        employer_id=account.employer_id,
        claims_account_id=account_id,
        layout=layout,
        issue_count=len(issued),
        issue_amount=sum((row.amount for row in issued), ZERO),
        void_count=len(void),
        void_amount=sum((row.amount for row in void), ZERO),
        document=document,
        made_at=at,
    )
    PaymentInstrument.objects.filter(pk__in=[row.pk for row in issued]).update(issue_file=made)
    PaymentInstrument.objects.filter(pk__in=[row.pk for row in void]).update(void_file=made)
    counts = {"issued": len(issued), "void": len(void), "layout": layout}
    record("claims.positivepayfile.written", by=SYSTEM, about=Subjects.of(made), detail=counts)
    return made


def told_to_bank(check_number: str) -> list[CheckTold]:
    """What is known of a check, as the bank would know it once it is told everything; one query."""
    rows = PaymentInstrument.objects.filter(method="check", check_number=check_number)
    found = list(rows.select_related("payment__payee", "payment__member", "claims_account"))
    return [_told(row) for row in found] + [_told(row, is_void=True) for row in found if row.status in VOID]


def _told(row: PaymentInstrument, *, is_void: bool = False) -> CheckTold:
    return CheckTold(
        routing_number=row.claims_account.bank_routing_number,
        account_number=row.claims_account.bank_account_number,
        check_number=row.check_number,
        issued_on=row.issued_on,
        amount=row.amount,
        payee=str(row.payment.payee or row.payment.member),
        is_void=is_void,
    )
