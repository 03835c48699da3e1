"""A paper of a contract or licence: as it was attached, or the letter that we wrote."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import record_read
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.models import Document, Role

SUBJECTS = ("tpa.contract", "tpa.licence")
KINDS = (Document.Kind.CONTRACT, Document.Kind.LICENCE, Document.Kind.LETTER)


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_safe
def contract_paper(request: HttpRequest, document_id: int) -> HttpResponse:
    """As a download; that it was read is written down."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    papers = Document.objects.visible_to(scope).filter(subject_type__in=SUBJECTS, kind__in=KINDS)
    paper = get_object_or_404(papers, pk=document_id)
    record_read(paper, by=scope.actor, purpose="download")
    answer = HttpResponse(read_bytes(paper.sha256), content_type=paper.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{paper.kind.lower()}-{paper.pk}.pdf"'
    answer["Cache-Control"] = "no-store, private"
    return answer
