"""Addresses of the TPA's floor, below /api/v1/."""

from django.urls import path

from tpa.api.invoices import BilledClaims, BilledMembers, InvoiceDocument, Invoices, OneInvoice
from tpa.api.stop_loss import (
    StopLossNotices,
    StopLossPacket,
    StopLossPolicies,
    StopLossRequests,
    StopLossStandings,
)
from tpa.foundation.api.ids import takes_ids

takes_ids("invoice", "document", "policy", "request")

app_name = "tpa_api"
urlpatterns = [
    path("invoices", Invoices.as_view(), name="invoices"),
    path("invoices/<invoice:invoice_id>", OneInvoice.as_view(), name="invoice"),
    path("invoices/<invoice:invoice_id>/lines/<int:number>/claims", BilledClaims.as_view(), name="billed_claims"),
    path("invoices/<invoice:invoice_id>/lines/<int:number>/members", BilledMembers.as_view(), name="billed_members"),
    path("invoices/<invoice:invoice_id>/documents/<document:document_id>", InvoiceDocument.as_view(), name="document"),
    path("stop-loss/policies", StopLossPolicies.as_view(), name="stop_loss_policies"),
    path("stop-loss/policies/<policy:policy_id>/standings", StopLossStandings.as_view(), name="stop_loss_standings"),
    path("stop-loss/notices", StopLossNotices.as_view(), name="stop_loss_notices"),
    path("stop-loss/requests", StopLossRequests.as_view(), name="stop_loss_requests"),
    path("stop-loss/requests/<request:request_id>/claims", StopLossPacket.as_view(), name="stop_loss_packet"),
]
