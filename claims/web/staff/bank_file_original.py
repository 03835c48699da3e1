"""A bank's file as it came, downloaded."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from claims.reconciliation.selectors import bank_files_of
from claims.web.staff.bank_forms import READERS
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import record_read
from tpa.foundation.edi_files import open_stored


@require_safe
@requires(*READERS)
def bank_file_original(request: HttpRequest, bank_file_id: int) -> FileResponse:
    """Its bytes; that they were read is written down."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = bank_files_of(scope).filter(pk=bank_file_id).first()
    if found is None:
        raise Http404
    record_read(found, by=scope.actor, purpose="download")
    return FileResponse(
        open_stored(found.sha256), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
