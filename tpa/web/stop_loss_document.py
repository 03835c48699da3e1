"""A letter or packet to a stop-loss carrier. It names a person and their claims: for the administrator's staff only."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import record_read
from tpa.foundation.edi_files import open_stored
from tpa.foundation.models import Document, Role

SUBJECTS = ("tpa.stoplossnotice", "tpa.stoplossrequest")


@requires(Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR)
@require_safe
def stop_loss_document(request: HttpRequest, document_id: int) -> FileResponse:
    """Its bytes; 404 for another employer's as for none."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = Document.objects.visible_to(scope).filter(pk=document_id, subject_type__in=SUBJECTS).first()
    if found is None:
        raise Http404
    record_read(found, by=scope.actor, purpose="download")
    return FileResponse(
        open_stored(found.sha256), as_attachment=True, filename=found.name, content_type=found.media_type
    )
