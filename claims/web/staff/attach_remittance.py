"""Attach the remittance (835) of a payer before us to a claim: what it says decides the claim anew, if it waits."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import Claim, PriorRemittance
from claims.review.attach_remittance import attach_remittance as attach
from claims.tasks import ring_for_decision
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import record_read
from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen

_MOST_BYTES: Final = 20 << 20


@requires(Role.EXAMINER, Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def attach_remittance(request: HttpRequest, claim_id: int) -> HttpResponse:
    """GET shows what such payers told of the claim; POST takes a file and goes back to the claim."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    claim = Claim.objects.visible_to(scope).select_related("member", "employer").filter(pk=claim_id).first()
    if claim is None:
        raise Http404
    error, status = "", 200
    if request.method == "POST":
        try:
            claim = attach(claim_id=claim_id, content=_content(request), by=scope)
        except DomainError as refused:
            error, status = str(refused), refused.status
        else:
            if claim.status == Claim.Status.RECEIVED:
                ring_for_decision(claim.family_id)
            messages.success(request, _("The remittance is with the claim."))
            return HttpResponseRedirect(reverse("claims:claim", args=[claim_id]))
    record_read(claim, by=scope.actor, purpose="remittances of prior payers")
    told = PriorRemittance.objects.visible_to(scope).filter(claim=claim).defer("says").order_by("-pk")
    context = {"claim": claim, "told": list(told), "error": error}
    return screen(request, "claims/attach_remittance.html", context, status=status)


def _content(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("remittance.no_file", _("Choose a file."))
    if (file.size or 0) > _MOST_BYTES:
        raise Invalid("remittance.too_large", _("So large a file is sent as a file of its own."))
    content: bytes = file.read()
    return content
