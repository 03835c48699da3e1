"""Reads the bank's side of payments: what is owed again, what came back, what went to banks."""

from __future__ import annotations

from django.db.models import QuerySet

from claims.models import AchFile, PaymentInstrument, PositivePayFile, ReturnEntry, ReturnFile
from tpa.foundation.access import Scope
from tpa.foundation.models import Document


def instruments_of(scope: Scope) -> QuerySet[PaymentInstrument]:
    """Checks and ACH credits that exist for a person, with their recipients."""
    return PaymentInstrument.objects.visible_to(scope).select_related(
        "payment__payee", "payment__member", "payment__run", "employer", "claims_account"
    )


def owed_again(scope: Scope) -> QuerySet[PaymentInstrument]:
    """What did not arrive and is neither paid again nor set against claims taken back, the oldest first."""
    return instruments_of(scope).filter(status__in=PaymentInstrument.OWED).order_by("status_at", "pk")


def open_returns(scope: Scope) -> QuerySet[ReturnEntry]:
    """Entries of return files that fitted nothing and that nobody looked at yet."""
    rows = ReturnEntry.objects.visible_to(scope).filter(status=ReturnEntry.Status.OPEN)
    return rows.select_related("file", "instrument__payment", "employer").order_by("pk")


def return_files() -> QuerySet[ReturnFile]:
    """Files that came from banks, the newest first: of all employers at once, for those who work for all."""
    return ReturnFile.objects.order_by("-pk")


def ach_files_of(scope: Scope) -> QuerySet[AchFile]:
    """ACH files that went to banks."""
    rows = AchFile.objects.visible_to(scope).select_related("employer", "claims_account", "document")
    return rows.order_by("-pk")


def positive_pay_files_of(scope: Scope) -> QuerySet[PositivePayFile]:
    """What banks were told of checks."""
    rows = PositivePayFile.objects.visible_to(scope).select_related("employer", "claims_account", "document")
    return rows.order_by("-pk")


def bank_documents_of(scope: Scope) -> QuerySet[Document]:
    """The ACH and positive pay files of the employers that a caller works for, as documents."""
    kinds = (Document.Kind.ACH, Document.Kind.POSITIVE_PAY)
    return Document.objects.visible_to(scope).filter(kind__in=kinds).order_by("-pk")
