"""The examiner's worklist: what waits on the left, the claim on the right, both in the address."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from claims.models import Claim
from claims.review.selectors import OpenPends, WorklistFilter, open_pend_counts, pended_claims
from claims.web.claim_picture import FIGURES, claim_picture
from claims.web.staff.answer import QUEUES, AnswerState, answer, answer_context, next_after
from claims.words.rules import reason_words
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.web.screens import Page, page_of, screen

TEMPLATE = "claims/worklist.html"
FRAGMENTS = {"queue": "queue", "detail": "detail"}


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def worklist(request: HttpRequest) -> HttpResponse:
    """GET shows; POST answers the claim that is open and goes on to the next, or stays, as the person wants it."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    wanted = _wanted(request)
    state = AnswerState()
    claim_id = _number(request.GET.get("claim", ""))
    if request.method == "POST" and claim_id:
        refused = answer(request, claim_id)
        if refused is None:
            return _go_on(request, scope, wanted, claim_id)
        state = refused
    context: dict[str, Any] = {"wanted": wanted, "query": _query(wanted)}
    if request.headers.get("HX-Target", "").rpartition("#")[2] != "detail":
        context |= _queue(request, scope, wanted)
    if claim_id:
        context |= detail_context(scope, claim_id, state, form_action=_address(wanted, claim_id))
    return screen(request, TEMPLATE, context, fragments=FRAGMENTS, status=state.status)


def detail_context(scope: Scope, claim_id: int, state: AnswerState, *, form_action: str) -> dict[str, Any]:
    """The claim on the right, or the sentence that there is none."""
    picture = claim_picture(claim_id=claim_id, scope=scope, purpose="worklist")
    if picture is None:
        return {"missing": True}
    return {
        "picture": picture,
        "claim": picture.claim,
        "figures": FIGURES,
        "form_action": form_action,
        **answer_context(picture, scope, state),
    }


def _queue(request: HttpRequest, scope: Scope, wanted: WorklistFilter) -> dict[str, Any]:
    page: Page[Claim] = page_of(pended_claims(scope, wanted), request, order=("due_on", "pk"), size=40)
    record_read(Subjects.rows(Claim, [claim.pk for claim in page.rows]), by=scope.actor, purpose="worklist")
    for claim in page.rows:
        claim.why = ", ".join(  # type: ignore[attr-defined]
            dict.fromkeys(str(reason_words(pend.reason)) for pend in claim.questions)  # type: ignore[attr-defined]
        )
    return {"page": page, **_choices(open_pend_counts(scope), wanted)}


def _choices(counts: list[OpenPends], wanted: WorklistFilter) -> dict[str, Any]:
    """The filters with how many questions each holds."""
    queues: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    employers: Counter[tuple[int, str]] = Counter()
    for row in counts:
        queues[row["queue"]] += row["count"]
        reasons[row["reason"]] += row["count"]
        employers[row["employer_id"], row["employer__name"]] += row["count"]
    return {
        "queues_open": [(name, QUEUES.get(name, name.capitalize()), count) for name, count in queues.most_common()],
        "reasons_open": [(name, reason_words(name), count) for name, count in reasons.most_common()],
        "employers_open": [(pk, name, count) for (pk, name), count in employers.most_common()],
        "is_filtered": bool(wanted.queue or wanted.reason or wanted.employer_id),
        "open_count": sum(row["count"] for row in counts if _is_wanted(row, wanted)),
    }


def _is_wanted(row: OpenPends, wanted: WorklistFilter) -> bool:
    return (
        wanted.queue in ("", row["queue"])
        and wanted.reason in ("", row["reason"])
        and wanted.employer_id in (None, row["employer_id"])
    )


def _go_on(request: HttpRequest, scope: Scope, wanted: WorklistFilter, claim_id: int) -> HttpResponse:
    """After the work: the next claim of the queue, or the same one, as chosen in the form (and remembered)."""
    then = request.POST.get("then", "next")
    target: int | None = claim_id
    if then == "next" and request.POST.get("do") not in ("note",):
        done = Claim.objects.visible_to(scope).filter(pk=claim_id).only("due_on").first()
        following = next_after(done, pended_claims(scope, wanted)) if done else None
        target = following.pk if following else None
    response = HttpResponseRedirect(_address(wanted, target))
    response.set_cookie("then", then, max_age=365 * 86400, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


def _wanted(request: HttpRequest) -> WorklistFilter:
    return WorklistFilter(
        queue=request.GET.get("queue", "")[:30],
        reason=request.GET.get("reason", "")[:40],
        employer_id=_number(request.GET.get("employer", "")),
    )


def _query(wanted: WorklistFilter) -> str:
    named = {"queue": wanted.queue, "reason": wanted.reason, "employer": wanted.employer_id}
    return urlencode({name: value for name, value in named.items() if value})


def _address(wanted: WorklistFilter, claim_id: int | None) -> str:
    query = "&".join(part for part in (_query(wanted), f"claim={claim_id}" if claim_id else "") if part)
    return reverse("claims:worklist") + (f"?{query}" if query else "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
