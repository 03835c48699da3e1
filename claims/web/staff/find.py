"""Find: one field for claim number, member, card, NPI, check and trace number. What is looked for is posted only."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from claims.models import Claim, Payment
from employers.eligibility.find_members import find_members
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.web.screens import screen

LIMIT = 30


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """POST searches; a single claim that is meant without doubt opens at once."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    words = " ".join(request.POST.get("q", "").split())[:80] if request.method == "POST" else ""
    if not words:
        return screen(request, "claims/find.html", {"find_q": ""})
    number = re.sub(r"[\s-]", "", words)
    if number.isalnum():
        exact = Claim.objects.visible_to(scope).filter(claim_number=number).values_list("pk", flat=True).first()
        if exact:
            return HttpResponseRedirect(reverse("claims:claim", args=[exact]))
    return screen(request, "claims/find.html", _hits(scope, words, number))


def _hits(scope: Scope, words: str, number: str) -> dict[str, Any]:
    members = find_members(scope=scope, words=words)
    wanted = Q(member_id__in=[member.member_id for member in members])
    has_digits = any(character.isdigit() for character in number)
    if has_digits:
        wanted |= Q(patient_control_number=words)
        if len(number) >= 6:
            wanted |= Q(claim_number__startswith=number)
        if len(number) == 10 and number.isdigit():
            wanted |= Q(billing_provider__npi=number)
    found = Claim.objects.visible_to(scope).filter(wanted).defer("submission")
    claims = list(
        found.select_related("member", "employer", "billing_provider").order_by("-service_from", "-pk")[:LIMIT]
    )
    payments: list[Payment] = []
    if has_digits:
        numbered = Payment.objects.visible_to(scope).filter(Q(trace_number=number) | Q(check_number=number))
        payments = list(numbered.select_related("payee", "member", "employer")[:LIMIT])
    record_read(Subjects.rows(Claim, [claim.pk for claim in claims]), by=scope.actor, purpose="find")
    return {"find_q": words, "members": members, "claims": claims, "payments": payments, "is_cut": len(claims) == LIMIT}
