"""One claim with everything that was submitted, decided, asked, answered and paid."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from claims.models import Claim
from claims.payments.waiting_order import place_of_claim
from claims.web.staff.answer import AnswerState, answer
from claims.web.staff.worklist import detail_context
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.web.screens import screen


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """GET shows; POST answers and comes back."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    address = reverse("claims:claim", args=[claim_id])
    state = AnswerState()
    if request.method == "POST":
        refused = answer(request, claim_id)
        if refused is None:
            return HttpResponseRedirect(address)
        state = refused
    context = detail_context(scope, claim_id, state, form_action=address)
    if "missing" in context:
        raise Http404
    context["waits"] = place_of_claim(context["claim"])
    response = screen(request, "claims/claim.html", context, fragments={"standing": "standing"}, status=state.status)
    if request.headers.get("HX-Target") == "div#standing" and context["claim"].status != Claim.Status.RECEIVED:
        response["HX-Refresh"] = "true"  # what was waited for has come
    return response
