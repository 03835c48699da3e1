"""The EDI files that came, and the form that takes one in by hand: the same pipeline as every other door."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.tasks import open_files
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.bell import ring
from tpa.foundation.edi_files import keep_file
from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.models import EdiFile, Role
from tpa.foundation.web.screens import page_of, screen


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def edi_files(request: HttpRequest) -> HttpResponse:
    """GET lists, the newest first; POST keeps a file and goes to its page."""
    error = ""
    if request.method == "POST":
        try:
            return _keep(request)
        except DomainError as refused:
            error = str(refused)
    page = page_of(EdiFile.objects.all(), request, order=("-received_at", "-pk"), size=40)
    response = screen(request, "claims/edi_files.html", {"page": page, "error": error}, status=422 if error else 200)
    if error:
        response["X-Problem"] = error
    return response


def _keep(request: HttpRequest) -> HttpResponse:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    check_role(scope, *(CLAIMS_STAFF - {Role.AUDITOR}))
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Invalid("no_file", _("Choose a file first."))
    kept, is_new = keep_file(
        chunks=sent.chunks(), name=sent.name or "upload.edi", origin="screen", sent_by_id=scope.user_id
    )
    ring(open_files)
    if is_new:
        messages.success(request, _("The file is kept and being read."))
    else:
        messages.info(request, _("These very bytes came before; they are not loaded again."))
    return HttpResponseRedirect(reverse("claims:edi_file", args=[kept.pk]))
