"""One EDI file: what came, what was answered, and what became of each transaction set."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, Sum
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from claims.models import Claim, WaitingRemittance
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.edi_files import open_stored
from tpa.foundation.models import Document, EdiFile, TransactionSet
from tpa.foundation.web.screens import page_of, screen

# A page shows so many sets, and so much of what waits for its claim; files with more say how many there are.
MOST_SETS = 200


@require_safe
@requires(*CLAIMS_STAFF)
def edi_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """The page, or its progress while the file is worked on."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    file = get_object_or_404(EdiFile, pk=file_id)
    counts = TransactionSet.objects.filter(file=file).aggregate(
        total=Count("pk"),
        done=Count("pk", filter=~Q(status=TransactionSet.Status.RECEIVED)),
        bad=Count("pk", filter=Q(status__in=[TransactionSet.Status.REJECTED, TransactionSet.Status.QUARANTINED])),
        accepted=Sum("accepted_count", default=0),
        rejected=Sum("rejected_count", default=0),
    )
    context: dict[str, Any] = {"file": file, "counts": counts, "is_working": file.status in ("received", "working")}
    is_progress = request.headers.get("HX-Target") == "div#progress"
    if not is_progress:
        context |= _content(request, scope, file)
    response = screen(request, "claims/edi_file.html", context, fragments={"progress": "progress"})
    if is_progress and not context["is_working"]:
        response["HX-Refresh"] = "true"
    return response


def _content(request: HttpRequest, scope: Scope, file: EdiFile) -> dict[str, Any]:
    claims = (
        Claim.objects.visible_to(scope)
        .filter(transaction_set__file=file)
        .select_related("member", "transaction_set")
        .defer("submission")
    )
    page = page_of(claims, request, order=("pk",), size=25)
    record_read(Subjects.rows(Claim, [claim.pk for claim in page.rows]), by=scope.actor, purpose="edi_file")
    return {
        "interchanges": file.interchanges.select_related("duplicate_of__file").order_by("ordinal"),
        "sets": file.sets.order_by("ordinal")[:MOST_SETS],
        "remittances": _remittances(file),
        "answers": file.answers.order_by("pk"),
        "page": page,
    }


def _remittances(file: EdiFile) -> list[WaitingRemittance]:
    """What its remittances say of claims that had not come: what still waits first."""
    if not file.sets.filter(transaction="835").exists():
        return []
    kept = WaitingRemittance.objects.filter(transaction_set__file=file).select_related("claim").defer("says")
    return list(kept.order_by(F("taken_at").desc(nulls_first=True), "pk")[:MOST_SETS])


@require_safe
@requires(*CLAIMS_STAFF)
def edi_file_original(request: HttpRequest, file_id: int) -> FileResponse:
    """The file as it came, byte for byte."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    file = get_object_or_404(EdiFile, pk=file_id)
    record_read(file, by=scope.actor, purpose="download")
    return FileResponse(
        open_stored(file.sha256), as_attachment=True, filename=file.name, content_type="application/EDI-X12"
    )


@require_safe
@requires(*CLAIMS_STAFF)
def edi_file_answer(request: HttpRequest, file_id: int, document_id: int) -> FileResponse:
    """A TA1, 999 or 277CA that answered the file."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    document = Document.objects.filter(pk=document_id, answers_id=file_id).first()
    if document is None:
        raise Http404
    record_read(document, by=scope.actor, purpose="download")
    return FileResponse(
        open_stored(document.sha256), as_attachment=True, filename=document.name, content_type=document.media_type
    )
