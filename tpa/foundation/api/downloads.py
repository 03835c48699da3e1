"""A document as a download: its bytes from the store, and that they were read in the audit trail."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from rest_framework.renderers import BaseRenderer

from tpa.foundation.access import Scope
from tpa.foundation.audit import record_read
from tpa.foundation.edi_files import open_stored
from tpa.foundation.models import Document


class AsItIs(BaseRenderer):
    """The renderer of a view that downloads: callers may accept any media type, what is sent is the document's own."""

    media_type = "*/*"
    format = "bytes"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return bytes(data or b"")


def download(document: Document, scope: Scope) -> FileResponse:
    """The bytes of a document that the caller may read, as a stream."""
    record_read(document, by=scope.actor, purpose="api")
    return FileResponse(
        open_stored(document.sha256),
        as_attachment=True,
        filename=document.name,
        content_type=document.media_type,
    )
