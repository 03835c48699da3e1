"""A document that we wrote (835, EOB, checks, ACH), downloaded."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import record_read
from tpa.foundation.edi_files import open_stored
from tpa.foundation.models import Document


@require_safe
@requires(*CLAIMS_STAFF)
def document(request: HttpRequest, document_id: int) -> FileResponse:
    """Its bytes; that they were read is written down."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = Document.objects.visible_to(scope).filter(pk=document_id).first()
    if found is None:
        raise Http404
    record_read(found, by=scope.actor, purpose="download")
    return FileResponse(
        open_stored(found.sha256), as_attachment=True, filename=found.name, content_type=found.media_type
    )
