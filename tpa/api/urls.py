"""Addresses of the TPA's floor, below /api/v1/."""

from django.urls import path

from tpa.api.invoices import BilledClaims, BilledMembers, InvoiceDocument, Invoices, OneInvoice
from tpa.foundation.api.ids import takes_ids

takes_ids("invoice", "document")

app_name = "tpa_api"
urlpatterns = [
    path("invoices", Invoices.as_view(), name="invoices"),
    path("invoices/<invoice:invoice_id>", OneInvoice.as_view(), name="invoice"),
    path("invoices/<invoice:invoice_id>/lines/<int:number>/claims", BilledClaims.as_view(), name="billed_claims"),
    path("invoices/<invoice:invoice_id>/lines/<int:number>/members", BilledMembers.as_view(), name="billed_members"),
    path("invoices/<invoice:invoice_id>/documents/<document:document_id>", InvoiceDocument.as_view(), name="document"),
]
