"""/api/v1/payment-runs: what was paid, when, to whom, and the papers that went with it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.models import Payment, PaymentRun
from claims.payments.selectors import payments_of, runs_of
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires, scope_of
from tpa.foundation.api.downloads import AsItIs, download
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.documents.keep_document import EDI, PDF, TEXT
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Document


class RunOutput(serializers.Serializer[PaymentRun]):
    """A payment run of one employer, in sum."""

    id = IdOutput("run")
    employer = IdOutput("employer", "employer_id")
    run_on = serializers.DateField(help_text="the day its payments carry")
    issued_at = serializers.DateTimeField()
    status = serializers.ChoiceField(PaymentRun.Status.choices)
    claim_count = serializers.IntegerField(help_text="decisions settled, reversals among them")
    payment_count = serializers.IntegerField()
    paid_amount = Dollars()
    held_count = serializers.IntegerField(help_text="approved, but more than the account could fund")
    held_amount = Dollars()
    documents_due_count = serializers.IntegerField(help_text="papers that are not written yet")


class PaperOutput(serializers.Serializer[Any]):
    """A paper that was written: remittance, EOB, checks, ACH file."""

    id = IdOutput("document")
    kind = serializers.ChoiceField(Document.Kind.choices)
    name = serializers.CharField()
    media_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class RunDetailOutput(RunOutput):
    """The run with the papers of the whole run; those of a payment stand with it."""

    documents = PaperOutput(many=True)


class PaymentOutput(serializers.Serializer[Payment]):
    """One check or ACH credit to one recipient; zero when only information is sent."""

    trace_number = serializers.CharField(help_text="ties payment, ACH and remittance")
    method = serializers.ChoiceField(Payment.Method.choices)
    funds = serializers.ChoiceField(Payment.Funds.choices, help_text="whose money it is")
    check_number = serializers.CharField()
    paid_on = serializers.DateField()
    recipient = serializers.SerializerMethodField()
    payee_npi = serializers.SerializerMethodField(help_text="empty for a member")
    items_amount = Dollars(help_text="the sum of what it settles, reversals negative")
    brought_forward_amount = Dollars(help_text="what the recipient still owed before, now recovered")
    forward_balance_amount = Dollars(help_text="what the recipient owes now, for the next payment")
    adjustments_amount = Dollars(help_text="what stands beside its claims (PLB): positive reduces it")
    amount = Dollars()
    documents = serializers.SerializerMethodField()

    def get_recipient(self, payment: Payment) -> str:
        return str(payment.payee or payment.member)

    def get_payee_npi(self, payment: Payment) -> str:
        return payment.payee.npi if payment.payee else ""

    @extend_schema(responses=PaperOutput(many=True))
    def get_documents(self, payment: Payment) -> Any:
        return PaperOutput(self.context["papers"].get(payment.pk, []), many=True).data


class RunQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    employer = IdParameter("employer", required=False)


def run_for(scope: Scope, run_id: int) -> PaymentRun:
    """A run that the caller may read. Raises NotFound."""
    run = runs_of(scope).filter(pk=run_id).first()
    if run is None:
        raise NotFound("payment_run.no_such_run", _("There is no such payment run."))
    return run


@requires(*CLAIMS_STAFF)
class PaymentRuns(ApiView):
    """Payment runs."""

    scope_name = "claims"
    query_serializer = RunQuery
    pages = Pages

    @extend_schema(operation_id="payment_runs_list", summary="List payment runs", responses=RunOutput(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        employer_id = self.query(request).get("employer")
        return self.page(runs_of(scope_of(request), employer_id=employer_id), RunOutput)


@requires(*CLAIMS_STAFF)
class OnePaymentRun(ApiView):
    """One payment run."""

    scope_name = "claims"

    @extend_schema(operation_id="payment_runs_read", summary="Read a payment run", responses=RunDetailOutput)
    def get(self, request: Request, run_id: int) -> Response:
        """The run in sum, and its papers."""
        run = run_for(scope_of(request), run_id)
        papers = Document.objects.filter(subject_type="claims.paymentrun", subject_id=run.pk).order_by("pk")
        return Response({**RunOutput(run).data, "documents": PaperOutput(papers, many=True).data})


@requires(*CLAIMS_STAFF)
class RunPayments(ApiView):
    """The payments of a run."""

    scope_name = "claims"
    pages = Pages

    @extend_schema(
        operation_id="payment_runs_payments", summary="List a run's payments", responses=PaymentOutput(many=True)
    )
    def get(self, request: Request, run_id: int) -> Response:
        """In their order, each with its recipient and its papers."""
        scope = scope_of(request)
        run = run_for(scope, run_id)
        papers: dict[int | None, list[Document]] = {}

        def read(rows: list[Payment]) -> None:
            ids = [payment.pk for payment in rows]
            record_read(Subjects.rows(Payment, ids, employer_id=run.employer_id), by=scope.actor, purpose="api list")
            for paper in Document.objects.filter(subject_type="claims.payment", subject_id__in=ids).order_by("pk"):
                papers.setdefault(paper.subject_id, []).append(paper)

        payments = payments_of(scope, run_id=run.pk)
        return self.page(payments, PaymentOutput, ordering="id", read=read, context={"papers": papers})


@requires(*CLAIMS_STAFF)
class RunDocument(ApiView):
    """One paper of a run or of one of its payments."""

    scope_name = "claims"
    renderer_classes = (AsItIs,)

    @extend_schema(
        operation_id="payment_runs_document",
        summary="Download a paper",
        responses={(200, kind): OpenApiTypes.BINARY for kind in (EDI, PDF, TEXT)},
    )
    def get(self, request: Request, run_id: int, document_id: int) -> FileResponse:
        """The bytes of a remittance, EOB, check file or ACH file."""
        scope = scope_of(request)
        run = run_for(scope, run_id)
        of_run = Q(subject_type="claims.paymentrun", subject_id=run.pk)
        of_payment = Q(subject_type="claims.payment", subject_id__in=run.payments.values("pk"))
        document = Document.objects.visible_to(scope).filter(of_run | of_payment, pk=document_id).first()
        if document is None:
            raise NotFound("document.no_such_document", _("There is no such document."))
        return download(document, scope)
