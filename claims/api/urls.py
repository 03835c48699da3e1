"""Addresses of the claims floor, below /api/v1/."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from claims.api.claims import Claims, Explanation, OneClaim
from claims.api.files import FileAnswer, Files, FileSets, OneFile
from claims.api.payment_runs import OnePaymentRun, PaymentRuns, RunDocument, RunPayments
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


register_converter(ClaimNumber, "claim")
takes_ids("file", "document", "run", "reprocessing", "whatif")

app_name = "claims_api"
urlpatterns = [
    path("claims", Claims.as_view(), name="claims"),
    path("claims/<claim:claim_number>", OneClaim.as_view(), name="claim"),
    path("claims/<claim:claim_number>/explanation", Explanation.as_view(), name="explanation"),
    path("files", Files.as_view(), name="files"),
    path("files/<file:file_id>", OneFile.as_view(), name="file"),
    path("files/<file:file_id>/sets", FileSets.as_view(), name="sets"),
    path("files/<file:file_id>/answers/<document:document_id>", FileAnswer.as_view(), name="answer"),
    path("what-ifs", WhatIfs.as_view(), name="what_ifs"),
    path("what-ifs/<whatif:what_if_id>", OneWhatIf.as_view(), name="what_if"),
    path("payment-runs", PaymentRuns.as_view(), name="payment_runs"),
    path("payment-runs/<run:run_id>", OnePaymentRun.as_view(), name="payment_run"),
    path("payment-runs/<run:run_id>/payments", RunPayments.as_view(), name="payments"),
    path("payment-runs/<run:run_id>/documents/<document:document_id>", RunDocument.as_view(), name="run_document"),
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
]
