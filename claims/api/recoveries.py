"""/api/v1/recoveries: what was paid too much, where its dollars are, and what happened."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.models import Overpayment, OverpaymentEntry
from claims.recoveries.selectors import entries_of, lines_of, overpayments_of, standing_of
from tpa.foundation.access import CLAIMS_STAFF, requires, scope_of
from tpa.foundation.api.ids import IdOutput, IdParameter
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import NotFound


class RecoveryOutput(serializers.Serializer[Overpayment]):
    """An overpayment: who owes, why, and what is open."""

    number = serializers.CharField()
    employer = IdOutput("employer", "employer_id")
    owed_by = serializers.SerializerMethodField()
    payee_npi = serializers.SerializerMethodField(help_text="empty for a member")
    reason = serializers.ChoiceField(Overpayment.Reason.choices)
    because = serializers.CharField()
    status = serializers.ChoiceField(Overpayment.Status.choices)
    opened_at = serializers.DateTimeField()
    answer_by_on = serializers.DateField(allow_null=True, help_text="by when the payee is to pay or dispute")
    offset_from_on = serializers.DateField(
        allow_null=True, help_text="from when payments are reduced; null: they are not"
    )
    found_amount = Dollars()
    open_amount = Dollars(source="balance_amount", help_text="below zero: more came than was owed")

    def get_owed_by(self, row: Overpayment) -> str:
        return str(row.payee or row.member)

    def get_payee_npi(self, row: Overpayment) -> str:
        return row.payee.npi if row.payee else ""


class RecoveryLineOutput(serializers.Serializer[Any]):
    """A claim's part of it."""

    claim_number = serializers.CharField(source="claim.claim_number")
    line_number = serializers.IntegerField(allow_null=True)
    amount = Dollars()


class RecoveryEntryOutput(serializers.Serializer[Any]):
    """What happened: `amount` changes what is owed, `forward_amount` what of it payments carry forward."""

    kind = serializers.ChoiceField(OverpaymentEntry.Kind.choices)
    posted_on = serializers.DateField()
    amount = Dollars()
    forward_amount = Dollars()
    trace_number = serializers.CharField(source="payment.trace_number", default="")
    check_number = serializers.CharField(help_text="of a refund")


class RecoveryDetailOutput(RecoveryOutput):
    """The overpayment with its claims and all that happened. found = refunded + offset + written off + open."""

    refunded_amount = Dollars()
    offset_amount = Dollars()
    written_off_amount = Dollars()
    lines = RecoveryLineOutput(many=True)
    entries = RecoveryEntryOutput(many=True)


class RecoveryQuery(serializers.Serializer[Any]):
    """What of the list is wanted."""

    employer = IdParameter("employer", required=False)
    status = serializers.ChoiceField(Overpayment.Status.choices, required=False)


@requires(*CLAIMS_STAFF)
class Recoveries(ApiView):
    """List overpayments."""

    scope_name = "claims"
    query_serializer = RecoveryQuery
    pages = Pages

    @extend_schema(operation_id="recoveries_list", summary="List recoveries", responses=RecoveryOutput(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        scope, wanted = scope_of(request), self.query(request)

        def read(rows: list[Overpayment]) -> None:
            record_read(Subjects.rows(Overpayment, [row.pk for row in rows]), by=scope.actor, purpose="api list")

        rows = overpayments_of(scope, status=wanted.get("status", ""), employer_id=wanted.get("employer"))
        return self.page(rows.order_by("-pk"), RecoveryOutput, read=read)


@requires(*CLAIMS_STAFF)
class OneRecovery(ApiView):
    """One overpayment."""

    scope_name = "claims"

    @extend_schema(operation_id="recoveries_read", summary="Read a recovery", responses=RecoveryDetailOutput)
    def get(self, request: Request, recovery_number: str) -> Response:
        """With its claims and what happened to its money."""
        scope = scope_of(request)
        row = overpayments_of(scope).filter(number=recovery_number).first()
        if row is None:
            raise NotFound("recoveries.no_such_case", _("There is no such recovery."))
        record_read(row, by=scope.actor, purpose="api")
        standing = standing_of(row)
        shown: dict[str, Any] = {
            **RecoveryOutput(row).data,
            "refunded_amount": str(standing.refunded_amount),
            "offset_amount": str(standing.offset_amount),
            "written_off_amount": str(standing.written_off_amount),
            "lines": RecoveryLineOutput(lines_of(row), many=True).data,
            "entries": RecoveryEntryOutput(entries_of(row), many=True).data,
        }
        return Response(shown)
