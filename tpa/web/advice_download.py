"""The 820 that pays what is open of an employer's invoices, as a download: from the portal and from receivables."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from tpa.billing.advise_820 import advise_820
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Invalid


def advice_download(request: HttpRequest, scope: Scope, employer_id: int, *, back: str) -> HttpResponse:
    """The file, paid today; where nothing is open, back with a word."""
    try:
        advice = advise_820(scope=scope, employer_id=employer_id, pays_on=timezone.localdate())
    except Invalid as problem:
        messages.error(request, problem.message)
        return HttpResponseRedirect(back)
    record("tpa.invoice.advised", by=scope.actor, detail={"employer": employer_id, "name": advice.name})
    answer = HttpResponse(advice.data, content_type="application/edi-x12")
    answer["Content-Disposition"] = f'attachment; filename="{advice.name}"'
    answer["Cache-Control"] = "no-store, private"
    return answer
