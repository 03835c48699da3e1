"""Addresses of the TPA's own screens and of the portal's home."""

from django.urls import path

from tpa.web.invoice_document import invoice_document
from tpa.web.portal.home import home
from tpa.web.portal.my_invoice import my_invoice
from tpa.web.portal.my_invoices import my_invoices
from tpa.web.staff.audit import audit
from tpa.web.staff.contract import contract
from tpa.web.staff.contracts import contracts
from tpa.web.staff.invoice import invoice
from tpa.web.staff.invoices import invoices
from tpa.web.staff.month_close import month_close
from tpa.web.start import start

app_name = "tpa"
urlpatterns = [
    path("", start, name="start"),
    path("portal/", home, name="home"),
    path("portal/invoices/", my_invoices, name="my_invoices"),
    path("portal/invoices/<int:invoice_id>/", my_invoice, name="my_invoice"),
    path("invoices/", invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoice, name="invoice"),
    path("invoices/documents/<int:document_id>/", invoice_document, name="invoice_document"),
    path("month-close/", month_close, name="month_close"),
    path("contracts/", contracts, name="contracts"),
    path("contracts/<int:contract_id>/", contract, name="contract"),
    path("audit/", audit, name="audit"),
]
