"""Addresses of the screens of claims."""

from django.urls import path

from claims.web.staff.attach_remittance import attach_remittance
from claims.web.staff.authorization import authorization
from claims.web.staff.authorizations import authorizations
from claims.web.staff.bank_account import bank_account
from claims.web.staff.bank_accounts import bank_accounts
from claims.web.staff.bank_desk import bank_desk
from claims.web.staff.bank_file_original import bank_file_original
from claims.web.staff.bank_reconciliation import bank_reconciliation
from claims.web.staff.bank_statement import bank_statement
from claims.web.staff.bank_terms import bank_terms
from claims.web.staff.claim import claim
from claims.web.staff.document import document
from claims.web.staff.edi_file import edi_file, edi_file_answer, edi_file_original
from claims.web.staff.edi_files import edi_files
from claims.web.staff.find import find
from claims.web.staff.funding_desk import funding_desk
from claims.web.staff.funding_order import funding_order
from claims.web.staff.instrument import instrument
from claims.web.staff.key_claim import key_claim
from claims.web.staff.overpayment import overpayment
from claims.web.staff.payment_run import payment_run
from claims.web.staff.payment_runs import payment_runs
from claims.web.staff.prove_plan_version import prove_plan_version
from claims.web.staff.record_rate import record_rate
from claims.web.staff.recoveries import recoveries
from claims.web.staff.recovery_terms import recovery_terms
from claims.web.staff.reprocessing import reprocessing
from claims.web.staff.reprocessings import reprocessings
from claims.web.staff.return_file import return_file, return_file_original
from claims.web.staff.third_parties import third_parties
from claims.web.staff.third_party import third_party
from claims.web.staff.what_if import what_if
from claims.web.staff.what_ifs import what_ifs
from claims.web.staff.worklist import worklist

app_name = "claims"
urlpatterns = [
    path("claims/", worklist, name="worklist"),
    path("claims/find/", find, name="find"),
    path("claims/new/", key_claim, name="key_claim"),
    path("claims/<int:claim_id>/", claim, name="claim"),
    path("claims/<int:claim_id>/remittances/", attach_remittance, name="attach_remittance"),
    path("claims/<int:claim_id>/rate/", record_rate, name="record_rate"),
    path("claims/documents/<int:document_id>/", document, name="document"),
    path("authorizations/", authorizations, name="authorizations"),
    path("authorizations/<str:authorization_number>/", authorization, name="authorization"),
    path("files/", edi_files, name="edi_files"),
    path("files/<int:file_id>/", edi_file, name="edi_file"),
    path("files/<int:file_id>/original", edi_file_original, name="edi_file_original"),
    path("files/<int:file_id>/answers/<int:document_id>", edi_file_answer, name="edi_file_answer"),
    path("recoveries/", recoveries, name="recoveries"),
    path("recoveries/terms/", recovery_terms, name="recovery_terms"),
    path("third-parties/", third_parties, name="third_parties"),
    path("third-parties/<str:third_party_number>/", third_party, name="third_party"),
    path("recoveries/<str:overpayment_number>/", overpayment, name="overpayment"),
    path("learned-later/", reprocessings, name="reprocessings"),
    path("learned-later/<int:reprocessing_id>/", reprocessing, name="reprocessing"),
    path("plans/<int:version_id>/prove", prove_plan_version, name="prove_plan_version"),
    path("what-if/", what_ifs, name="what_ifs"),
    path("what-if/<int:what_if_id>/", what_if, name="what_if"),
    path("bank/", bank_accounts, name="bank_accounts"),
    path("bank/<int:bank_account_id>/", bank_account, name="bank_account"),
    path("bank/<int:bank_account_id>/terms/", bank_terms, name="bank_terms"),
    path("bank/files/<int:bank_file_id>/original", bank_file_original, name="bank_file_original"),
    path("bank/reconciliations/<int:reconciliation_id>/", bank_reconciliation, name="bank_reconciliation"),
    path("bank/statements/<int:statement_id>/", bank_statement, name="bank_statement"),
    path("funding/", funding_desk, name="funding_desk"),
    path("funding/<int:account_id>/order/", funding_order, name="funding_order"),
    path("payments/", payment_runs, name="payment_runs"),
    path("payments/bank/", bank_desk, name="bank_desk"),
    path("payments/bank/returns/<int:return_file_id>/", return_file, name="return_file"),
    path("payments/bank/returns/<int:return_file_id>/original", return_file_original, name="return_file_original"),
    path("payments/instruments/<int:instrument_id>/", instrument, name="instrument"),
    path("payments/<int:run_id>/", payment_run, name="payment_run"),
]
