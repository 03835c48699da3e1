"""Addresses of the TPA's own screens and of the portal's home."""

from django.urls import path

from tpa.web.invoice_document import invoice_document
from tpa.web.portal.home import home
from tpa.web.portal.my_invoice import my_invoice
from tpa.web.portal.my_invoices import my_invoices
from tpa.web.portal.my_stop_loss import my_stop_loss
from tpa.web.staff.audit import audit
from tpa.web.staff.audit_samples import audit_samples
from tpa.web.staff.contract import contract
from tpa.web.staff.contract_paper import contract_paper
from tpa.web.staff.contract_work import contract_work
from tpa.web.staff.contracts import contracts
from tpa.web.staff.draft_contract import draft_contract
from tpa.web.staff.draft_stop_loss_policy import draft_stop_loss_policy
from tpa.web.staff.invoice import invoice
from tpa.web.staff.invoices import invoices
from tpa.web.staff.licences import licences
from tpa.web.staff.month_close import month_close
from tpa.web.staff.receivable import receivable
from tpa.web.staff.receivables import receivables
from tpa.web.staff.stop_loss import stop_loss
from tpa.web.staff.stop_loss_policy import stop_loss_policy
from tpa.web.staff.stop_loss_request import stop_loss_request
from tpa.web.start import start
from tpa.web.stop_loss_document import stop_loss_document

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
    path("receivables/", receivables, name="receivables"),
    path("receivables/<int:employer_id>/", receivable, name="receivable"),
    path("licences/", licences, name="licences"),
    path("contracts/", contracts, name="contracts"),
    path("contracts/new/", draft_contract, name="draft_contract"),
    path("contracts/<int:contract_id>/", contract, name="contract"),
    path("contracts/<int:contract_id>/<slug:what>/", contract_work, name="contract_work"),
    path("audit-samples/<int:employer_id>/", audit_samples, name="audit_samples"),
    path("stop-loss/", stop_loss, name="stop_loss"),
    path("stop-loss/policies/new/", draft_stop_loss_policy, name="draft_stop_loss_policy"),
    path("stop-loss/policies/<int:policy_id>/", stop_loss_policy, name="stop_loss_policy"),
    path("stop-loss/requests/<int:request_id>/", stop_loss_request, name="stop_loss_request"),
    path("stop-loss/documents/<int:document_id>/", stop_loss_document, name="stop_loss_document"),
    path("portal/stop-loss/", my_stop_loss, name="my_stop_loss"),
    path("contracts/papers/<int:document_id>/", contract_paper, name="contract_paper"),
    path("audit/", audit, name="audit"),
]
