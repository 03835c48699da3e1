"""One third-party case: its claims, people, lien, what was said, what is due of a settlement, what came in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import ThirdParty, ThirdPartyCase
from claims.recoveries.cases import WORKERS
from claims.recoveries.pick_claims import judge_claim
from claims.recoveries.receive_third_party_money import receive_third_party_money
from claims.recoveries.settle_third_party_case import due_to_plan, settle_third_party_case
from claims.recoveries.settlement import Settlement
from claims.recoveries.third_party_selectors import carrier_shares, claims_of, lien_of, third_party_cases_of
from claims.recoveries.work_third_party_case import (
    PartyWords,
    add_party,
    close_third_party_case,
    note_step,
    record_answer,
    tell_lien,
)
from claims.web.staff.overpayment import amount_of, day_of, revision_of
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import record_read
from tpa.foundation.documents.keep_document import documents_of
from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.web.screens import screen

Status = ThirdPartyCase.Status


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def third_party(request: HttpRequest, third_party_number: str) -> HttpResponse:
    """GET shows; POST does what its buttons say."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    error, status = "", 200
    if request.method == "POST":
        try:
            _do(request, scope, third_party_number)
            return HttpResponseRedirect(reverse("claims:third_party", args=[third_party_number]))
        except DomainError as refusal:
            error, status = str(refusal), refusal.status
    row = third_party_cases_of(scope).filter(number=third_party_number).first()
    if row is None:
        raise Http404
    record_read(row, by=scope.actor, purpose="third party")
    due = None
    if row.settlement_amount is not None and row.attorney_amount is not None:
        due = due_to_plan(row, Settlement(row.settlement_amount, row.attorney_amount, row.damages_amount))
    context: dict[str, Any] = {
        "row": row,
        "lien": lien_of(row),
        "due": due,
        "rules": {
            "common_fund": _("the plan's part of the attorney's fee (common fund)"),
            "made_whole": _("until the member is made whole"),
            "not_there": _("there is no more"),
        },
        "claims": claims_of(row),
        "parties": row.parties.order_by("pk"),
        "roles": ThirdParty.Role.choices,
        "steps": row.steps.order_by("-pk"),
        "receipts": row.receipts.order_by("pk"),
        "carrier_shares": carrier_shares(row),
        "letters": documents_of(ThirdPartyCase, row.pk),
        "may_work": scope.has_any(*WORKERS),
        "may_tell": row.status in (Status.OPEN, Status.NOTICED, Status.SETTLED),
        "today": timezone.localdate().isoformat(),
        "error": error,
        "typed": request.POST,
    }
    return screen(request, "claims/third_party.html", context, status=status)


def _do(request: HttpRequest, scope: Scope, number: str) -> None:
    check_role(scope, *WORKERS)
    said = request.POST
    do = said.get("do", "")
    seen: dict[str, Any] = {"number": number, "revision": revision_of(said.get("revision", "")), "by": scope}
    because = said.get("because", "")
    if do in ("liable", "nobody"):
        record_answer(**seen, is_liable=do == "liable", because=because)
    elif do in ("belongs", "does_not"):
        claim_number = said.get("claim_number", "")[:14]
        judge_claim(**seen, claim_number=claim_number, is_related=do == "belongs", because=because)
    elif do == "party":
        names = PartyWords.__dataclass_fields__
        add_party(**seen, party=PartyWords(**{name: said.get(name, "").strip()[:60] for name in names}))
    elif do == "tell":
        tell_lien(**seen)
    elif do in ("note", "demand", "offer"):
        note_step(**seen, kind=do, because=because, amount=None if do == "note" else amount_of(said.get("amount", "")))
    elif do == "settle":
        damages, agreed = said.get("damages", "").strip(), said.get("agreed", "").strip()
        settlement = Settlement(
            amount_of(said.get("amount", "")),
            amount_of(said.get("attorney", "")),
            amount_of(damages) if damages else None,
        )
        settle_third_party_case(
            **seen, settlement=settlement, because=because, agreed_amount=amount_of(agreed) if agreed else None
        )
    elif do == "receive":
        receive_third_party_money(
            **seen, amount=amount_of(said.get("amount", "")), check_number=said.get("check_number", ""),
            received_on=day_of(said.get("received_on", "")),
        )  # fmt: skip
    elif do == "close":
        close_third_party_case(**seen, because=because)
    else:
        raise Invalid("recoveries.unknown", _("There is nothing like that to do."))
