"""/api/v1/invoices: what an employer owes, each line down to its claims or members, and the papers."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.billing.open_amounts import open_amount
from tpa.billing.selectors import (
    claims_behind,
    documents_of_invoice,
    invoices_of,
    lines_of,
    members_behind,
)
from tpa.foundation.access import EMPLOYER_PEOPLE, Scope, requires, scope_of
from tpa.foundation.api.downloads import AsItIs, download
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.documents.keep_document import PDF, XLSX
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Document, Role
from tpa.models import Invoice, InvoiceClaim, InvoiceLine, InvoiceMember

BILLING_STAFF: Final = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)


class InvoiceOutput(serializers.Serializer[Invoice]):
    """What an employer owes for a month, or a credit that corrects an earlier invoice: then negative."""

    id = IdOutput("invoice")
    number = serializers.CharField()
    kind = serializers.ChoiceField(Invoice.Kind.choices)
    employer = IdOutput("employer", "employer_id")
    contract = serializers.CharField(source="contract.number")
    month_on = serializers.DateField(source="close.month_on", help_text="first day of the month that was closed")
    status = serializers.ChoiceField(Invoice.Status.choices)
    issued_on = serializers.DateField()
    due_on = serializers.DateField()
    currency = serializers.SerializerMethodField()
    total_amount = Dollars()
    corrects = serializers.SerializerMethodField(help_text="of a credit: the invoice that it corrects")
    because = serializers.CharField(help_text="of a credit: why")

    @extend_schema_field({"type": "string", "const": "USD"})
    def get_currency(self, invoice: Invoice) -> str:
        return "USD"

    @extend_schema_field({"type": ["string", "null"]})
    def get_corrects(self, invoice: Invoice) -> str | None:
        return invoice.corrects.number if invoice.corrects else None


class InvoiceLineOutput(serializers.Serializer[Any]):
    """One line. Where a rate is named, amount = quantity times rate; what is behind a line adds up to it."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(InvoiceLine.Kind.choices)
    name = serializers.CharField()
    section = serializers.CharField(help_text="of the contract")
    for_month_on = serializers.DateField(help_text="earlier than the invoice's month for an adjustment")
    quantity_count = serializers.IntegerField()
    rate_amount = Dollars(allow_null=True)
    amount = Dollars()
    claims_count = serializers.IntegerField(help_text="claims behind it")
    members_count = serializers.IntegerField(help_text="members behind it")


class InvoiceDocumentOutput(serializers.Serializer[Any]):
    """The invoice as a PDF or spreadsheet."""

    id = IdOutput("document")
    kind = serializers.ChoiceField(
        [(kind.value, kind.label) for kind in (Document.Kind.INVOICE_PDF, Document.Kind.INVOICE_XLSX)]
    )
    name = serializers.CharField()
    media_type = serializers.CharField()
    size_bytes = serializers.IntegerField()


class InvoiceDetailOutput(InvoiceOutput):
    """The invoice with its lines, which add up to it, its credits and its papers."""

    open_amount = serializers.SerializerMethodField()
    own_claims_count = serializers.IntegerField(help_text="claims drawn on the employer's own account: told")
    own_claims_amount = Dollars(help_text="their sum: told, and no part of the total")
    lines = serializers.SerializerMethodField()
    credits = serializers.SerializerMethodField()
    documents = serializers.SerializerMethodField()

    @extend_schema_field(Dollars(help_text="what is still to be paid, credits deducted"))
    def get_open_amount(self, invoice: Invoice) -> str:
        return str(open_amount(invoice))

    @extend_schema_field(InvoiceLineOutput(many=True))
    def get_lines(self, invoice: Invoice) -> Any:
        lines = lines_of(self.context["scope"], invoice.pk)
        counted = lines.annotate(
            claims_count=Count("claims", distinct=True), members_count=Count("members", distinct=True)
        )
        return InvoiceLineOutput(counted, many=True).data

    @extend_schema_field({"type": "array", "items": {"type": "string"}, "description": "numbers of its credits"})
    def get_credits(self, invoice: Invoice) -> list[str]:
        return list(invoice.credits.order_by("pk").values_list("number", flat=True))

    @extend_schema_field(InvoiceDocumentOutput(many=True))
    def get_documents(self, invoice: Invoice) -> Any:
        return InvoiceDocumentOutput(documents_of_invoice(self.context["scope"], invoice.pk), many=True).data


class BilledClaimOutput(serializers.Serializer[InvoiceClaim]):
    """A settled claim behind a line; negative when it was taken back."""

    claim_number = serializers.CharField()
    paid_on = serializers.DateField()
    trace_number = serializers.CharField(help_text="of the payment")
    amount = Dollars()


class BilledMemberOutput(serializers.Serializer[InvoiceMember]):
    """A covered employee behind a line; count -1 when a month is taken back."""

    member = IdOutput("member", "member_id")
    name = serializers.CharField(source="member")
    subscriber_number = serializers.CharField(source="member.family.subscriber_number")
    for_month_on = serializers.DateField()
    tier = serializers.CharField()
    count = serializers.IntegerField()
    amount = Dollars()


class InvoiceQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    employer = IdParameter("employer", required=False)
    number = serializers.CharField(max_length=32, required=False)
    status = serializers.ChoiceField(Invoice.Status.choices, required=False)
    month_on = serializers.DateField(required=False, help_text="first day of the month")


def invoice_for(scope: Scope, invoice_id: int) -> Invoice:
    """An invoice that the caller may read. Raises NotFound."""
    invoice = invoices_of(scope).filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound("invoice.unknown", _("There is no such invoice."))
    return invoice


def line_for(scope: Scope, invoice_id: int, number: int) -> InvoiceLine:
    """A line of such an invoice. Raises NotFound."""
    line = lines_of(scope, invoice_for(scope, invoice_id).pk).filter(number=number).first()
    if line is None:
        raise NotFound("invoice.no_such_line", _("This invoice has no such line."))
    return line


@requires(*BILLING_STAFF, *EMPLOYER_PEOPLE)
class Invoices(ApiView):
    """Invoices and credits."""

    scope_name = "invoices"
    query_serializer = InvoiceQuery
    pages = Pages

    @extend_schema(operation_id="invoices_list", summary="List invoices", responses=InvoiceOutput(many=True))
    def get(self, request: Request) -> Response:
        """Newest first. Staff see all, employer people their own."""
        wanted = self.query(request)
        invoices = invoices_of(scope_of(request), employer_id=wanted.pop("employer", None))
        if "month_on" in wanted:
            invoices = invoices.filter(close__month_on=wanted.pop("month_on"))
        return self.page(invoices.filter(**wanted), InvoiceOutput)


@requires(*BILLING_STAFF, *EMPLOYER_PEOPLE)
class OneInvoice(ApiView):
    """One invoice."""

    scope_name = "invoices"

    @extend_schema(operation_id="invoices_read", summary="Read an invoice", responses=InvoiceDetailOutput)
    def get(self, request: Request, invoice_id: int) -> Response:
        """With its lines, which add up to its total, and its papers."""
        scope = scope_of(request)
        return Response(InvoiceDetailOutput(invoice_for(scope, invoice_id), context={"scope": scope}).data)


@requires(*BILLING_STAFF)
class BilledClaims(ApiView):
    """The claims behind a line. Employers see how many and how much, never whose (45 CFR 164.504(f))."""

    scope_name = "invoices"
    pages = Pages

    @extend_schema(
        operation_id="invoices_claims", summary="List the claims behind a line", responses=BilledClaimOutput(many=True)
    )
    def get(self, request: Request, invoice_id: int, number: int) -> Response:
        """They add up to the line. For staff only: employers see how many and how much, never whose."""
        scope = scope_of(request)
        line = line_for(scope, invoice_id, number)

        def read(rows: list[InvoiceClaim]) -> None:
            ids = tuple(row.decision_id for row in rows)
            record_read(Subjects("claims.decision", ids, line.employer_id), by=scope.actor, purpose="api list")

        return self.page(claims_behind(scope, line.pk), BilledClaimOutput, ordering="id", read=read)


@requires(*BILLING_STAFF, *EMPLOYER_PEOPLE)
class BilledMembers(ApiView):
    """The members behind a line."""

    scope_name = "invoices"
    pages = Pages

    @extend_schema(
        operation_id="invoices_members",
        summary="List the members behind a line",
        responses=BilledMemberOutput(many=True),
    )
    def get(self, request: Request, invoice_id: int, number: int) -> Response:
        """They add up to the line. Each reading is recorded."""
        scope = scope_of(request)
        line = line_for(scope, invoice_id, number)

        def read(rows: list[InvoiceMember]) -> None:
            ids = tuple(row.member_id for row in rows)
            record_read(Subjects("employers.member", ids, line.employer_id), by=scope.actor, purpose="api list")

        return self.page(members_behind(scope, line.pk), BilledMemberOutput, ordering="id", read=read)


@requires(*BILLING_STAFF, *EMPLOYER_PEOPLE)
class InvoiceDocument(ApiView):
    """One paper."""

    scope_name = "invoices"
    renderer_classes = (AsItIs,)

    @extend_schema(
        operation_id="invoices_document",
        summary="Download an invoice",
        responses={(200, PDF): OpenApiTypes.BINARY, (200, XLSX): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, invoice_id: int, document_id: int) -> FileResponse:
        """The PDF or the spreadsheet."""
        scope = scope_of(request)
        invoice = invoice_for(scope, invoice_id)
        document = documents_of_invoice(scope, invoice.pk).filter(pk=document_id).first()
        if document is None:
            raise NotFound("document.no_such_document", _("There is no such document."))
        return download(document, scope)
