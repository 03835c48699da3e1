"""One file of returns and notifications of change: each entry with what came of it; what fits nothing is looked at."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from claims.models import ReturnEntry, ReturnFile
from claims.payments.close_return_entry import close_return_entry
from claims.payments.instrument_for import CHANGERS
from claims.payments.return_codes import code_words
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.edi_files import open_stored
from tpa.foundation.errors import DomainError
from tpa.foundation.web.screens import page_of, screen


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def return_file(request: HttpRequest, return_file_id: int) -> HttpResponse:
    """GET shows; POST closes an entry (`entry`) with a note."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    file = get_object_or_404(ReturnFile, pk=return_file_id)
    error, status = "", 200
    if request.method == "POST":
        text = request.POST.get("entry", "")
        entry_id = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
        try:
            close_return_entry(entry_id=entry_id, note=request.POST.get("note", ""), by=scope)
            messages.success(request, _("Noted."))
            return HttpResponseRedirect(reverse("claims:return_file", args=[file.pk]))
        except DomainError as refused:
            error, status = str(refused), refused.status
    entries = ReturnEntry.objects.visible_to(scope).filter(file=file).select_related("instrument__payment", "employer")
    page = page_of(entries, request, order=("place", "pk"), size=100)
    about = tuple(row.instrument.payment_id for row in page.rows if row.instrument is not None)
    record_read(Subjects("claims.payment", about), by=scope.actor, purpose="bank")
    for row in page.rows:
        row.words = code_words(row.code) if row.code else ""  # type: ignore[attr-defined]
    context = {"file": file, "page": page, "error": error, "may_change": scope.has_any(*CHANGERS)}
    return screen(request, "claims/return_file.html", context, status=status)


@require_safe
@requires(*CLAIMS_STAFF)
def return_file_original(request: HttpRequest, return_file_id: int) -> FileResponse:
    """The file as it came."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    file = get_object_or_404(ReturnFile, pk=return_file_id)
    record_read(file, by=scope.actor, purpose="download")
    return FileResponse(open_stored(file.sha256), as_attachment=True, filename=file.name, content_type="text/plain")
