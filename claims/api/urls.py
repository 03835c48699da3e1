"""Addresses of the claims floor, below /api/v1/."""

from django.urls import path

from claims.api.claims import Claims, Explanation, OneClaim
from claims.api.files import FileAnswer, Files, OneFile

app_name = "claims_api"
urlpatterns = [
    path("claims", Claims.as_view(), name="claims"),
    path("claims/<str:claim_number>", OneClaim.as_view(), name="claim"),
    path("claims/<str:claim_number>/explanation", Explanation.as_view(), name="explanation"),
    path("files", Files.as_view(), name="files"),
    path("files/<int:file_id>", OneFile.as_view(), name="file"),
    path("files/<int:file_id>/answers/<int:document_id>", FileAnswer.as_view(), name="answer"),
]
