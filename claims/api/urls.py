"""Addresses of the claims floor, below /api/v1/."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from claims.api.authorizations import (
    AuthorizationApproval,
    AuthorizationClosing,
    AuthorizationExtension,
    AuthorizationRefusal,
    Authorizations,
    OneAuthorization,
)
from claims.api.bank import BankDocuments, BankReturns, OneBankDocument, OneBankReturn
from claims.api.bank_files import BankFiles, OneBankFile
from claims.api.claims import Claims, Explanation, OneClaim
from claims.api.files import FileAnswer, Files, FileSets, OneFile
from claims.api.payment_runs import OnePaymentRun, PaymentRuns, RunDocument, RunPayments
from claims.api.plan_proofs import PlanProof, PlanPublication
from claims.api.rates import Rates
from claims.api.recoveries import OneRecovery, Recoveries
from claims.api.reprocessings import (
    OneReprocessing,
    ReprocessingApproval,
    ReprocessingClaims,
    ReprocessingRefusal,
    Reprocessings,
)
from claims.api.what_ifs import OneWhatIf, WhatIfs
from tpa.foundation.api.ids import takes_ids


class ClaimNumber(StringConverter):
    """A claim is named by our number, which stands on every paper about it."""

    regex = "[0-9]{11,14}"


class RecoveryNumber(StringConverter):
    """A recovery is named by its number."""

    regex = "[RT][0-9]{9}"


class AuthorizationNumber(StringConverter):
    """An authorization is named by its number."""

    regex = "[A-Za-z0-9-]{1,50}"


register_converter(ClaimNumber, "claim")
register_converter(RecoveryNumber, "recovery")
register_converter(AuthorizationNumber, "authorization")
takes_ids("bankfile", "file", "document", "run", "reprocessing", "whatif", "returns")

app_name = "claims_api"
urlpatterns = [
    path("claims", Claims.as_view(), name="claims"),
    path("claims/<claim:claim_number>", OneClaim.as_view(), name="claim"),
    path("claims/<claim:claim_number>/explanation", Explanation.as_view(), name="explanation"),
    path("claims/<claim:claim_number>/rates", Rates.as_view(), name="rates"),
    path("files", Files.as_view(), name="files"),
    path("files/<file:file_id>", OneFile.as_view(), name="file"),
    path("files/<file:file_id>/sets", FileSets.as_view(), name="sets"),
    path("files/<file:file_id>/answers/<document:document_id>", FileAnswer.as_view(), name="answer"),
    path("bank-files", BankFiles.as_view(), name="bank_files"),
    path("bank-files/<bankfile:bank_file_id>", OneBankFile.as_view(), name="bank_file"),
    path("plans/<slug:code>/versions/<int:number>/proof", PlanProof.as_view(), name="plan_proof"),
    path("plans/<slug:code>/versions/<int:number>/publication", PlanPublication.as_view(), name="plan_publication"),
    path("what-ifs", WhatIfs.as_view(), name="what_ifs"),
    path("what-ifs/<whatif:what_if_id>", OneWhatIf.as_view(), name="what_if"),
    path("payment-runs", PaymentRuns.as_view(), name="payment_runs"),
    path("payment-runs/<run:run_id>", OnePaymentRun.as_view(), name="payment_run"),
    path("payment-runs/<run:run_id>/payments", RunPayments.as_view(), name="payments"),
    path("payment-runs/<run:run_id>/documents/<document:document_id>", RunDocument.as_view(), name="run_document"),
    path("bank/returns", BankReturns.as_view(), name="bank_returns"),
    path("bank/returns/<returns:returns_id>", OneBankReturn.as_view(), name="bank_return"),
    path("bank/files", BankDocuments.as_view(), name="bank_documents"),
    path("bank/files/<document:document_id>", OneBankDocument.as_view(), name="bank_document"),
    path("reprocessings", Reprocessings.as_view(), name="reprocessings"),
    path("reprocessings/<reprocessing:reprocessing_id>", OneReprocessing.as_view(), name="reprocessing"),
    path(
        "reprocessings/<reprocessing:reprocessing_id>/claims",
        ReprocessingClaims.as_view(),
        name="reprocessing_claims",
    ),
    path(
        "reprocessings/<reprocessing:reprocessing_id>/approval",
        ReprocessingApproval.as_view(),
        name="reprocessing_approval",
    ),
    path(
        "reprocessings/<reprocessing:reprocessing_id>/refusal",
        ReprocessingRefusal.as_view(),
        name="reprocessing_refusal",
    ),
    path("recoveries", Recoveries.as_view(), name="recoveries"),
    path("recoveries/<recovery:recovery_number>", OneRecovery.as_view(), name="recovery"),
    path("authorizations", Authorizations.as_view(), name="authorizations"),
    path("authorizations/<authorization:authorization_number>", OneAuthorization.as_view(), name="authorization"),
    path(
        "authorizations/<authorization:authorization_number>/approval",
        AuthorizationApproval.as_view(),
        name="authorization_approval",
    ),
    path(
        "authorizations/<authorization:authorization_number>/refusal",
        AuthorizationRefusal.as_view(),
        name="authorization_refusal",
    ),
    path(
        "authorizations/<authorization:authorization_number>/extension",
        AuthorizationExtension.as_view(),
        name="authorization_extension",
    ),
    path(
        "authorizations/<authorization:authorization_number>/closing",
        AuthorizationClosing.as_view(),
        name="authorization_closing",
    ),
]
