"""What an examiner does with a claim that waits: answer its questions, keep it with a note, or hand it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import Claim, ClaimEvent, ClaimNote, Pend, Resolution
from claims.review.add_note import add_note
from claims.review.resolve_pend import Answer, resolve_pend
from claims.review.route_pend import route_pend
from claims.tasks import ring_for_decision
from claims.web.claim_picture import ClaimPicture
from claims.words.edits import asked_sentence
from claims.words.rules import DENIALS, input_words, reason_of, reason_words
from tpa.foundation.access import CLAIMS_STAFF, Scope
from tpa.foundation.errors import Conflict, DomainError, Invalid
from tpa.foundation.models import CodeSet, Role

ANSWERERS: Final = CLAIMS_STAFF - {Role.AUDITOR}
"""Auditors look and never decide."""

# The reasons that a digit picks; an examiner adds to them or writes another.
REASONS: Final = (
    gettext_lazy("Reviewed; the plan's terms are met"),
    gettext_lazy("Records reviewed; they support the service as billed"),
    gettext_lazy("Not a duplicate: a separate service"),
    gettext_lazy("Duplicate of a claim already decided"),
    gettext_lazy("Records do not support the service as billed"),
    gettext_lazy("Authorization found on file"),
    gettext_lazy("The price was checked against the contract"),
    gettext_lazy("The provider did not answer within the time given"),
)
ANSWERS: Final = {
    "allow": gettext_lazy("Allow"),
    "deny": gettext_lazy("Deny"),
    "price": gettext_lazy("Allow at this price"),
}
QUEUES: Final = {
    "examiner": gettext_lazy("Examiners"),
    "senior": gettext_lazy("Senior examiners"),
    "clinical": gettext_lazy("Clinical review"),
    "pricing": gettext_lazy("Pricing"),
    "benefits": gettext_lazy("Benefits"),
    "cob": gettext_lazy("Other coverage"),
    "third_party": gettext_lazy("Third parties"),
    "compliance": gettext_lazy("Compliance"),
    "set_up": gettext_lazy("Set-up"),
}


@dataclass(slots=True)
class AnswerState:
    """What the form holds: as typed, and why it was refused, if it was."""

    typed: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    status: int = 200
    since: list[ClaimEvent] = field(default_factory=list)
    notes_since: list[ClaimNote] = field(default_factory=list)


def answer_context(picture: ClaimPicture, scope: Scope, state: AnswerState) -> dict[str, Any]:
    """What the form needs besides the claim."""
    for pend in picture.open_pends:
        pend.words = reason_words(pend.reason)  # type: ignore[attr-defined]
        pend.queue_words = QUEUES.get(pend.queue, pend.queue)  # type: ignore[attr-defined]
        pend.choices = [(value, ANSWERS[value]) for value in _answers_to(pend)]  # type: ignore[attr-defined]
        pend.evidence_items = [(input_words(name), value) for name, value in _pairs(pend.evidence)]  # type: ignore[attr-defined]
        pend.told = asked_sentence(pend.reason, dict(_pairs(pend.evidence)))  # type: ignore[attr-defined]
        pend.takes_price = "price" in _answers_to(pend)  # type: ignore[attr-defined]
        pend.typed = state.typed.get(f"answer-{pend.pk}", "")  # type: ignore[attr-defined]
        pend.typed_amount = state.typed.get(f"amount-{pend.pk}", "")  # type: ignore[attr-defined]
    return {
        "seen_at": timezone.now().isoformat(),
        "may_answer": scope.has_any(*ANSWERERS),
        "may_rate": scope.has_any(Role.SENIOR_EXAMINER, Role.TPA_MANAGER),
        "reasons": REASONS,
        "queues": QUEUES,
        "carcs": [(code, picture.words.get((CodeSet.CARC, code), "")) for code in DENIALS],
        "may_allow": all("allow" in _answers_to(pend) for pend in picture.open_pends),
        "may_deny": all("deny" in _answers_to(pend) for pend in picture.open_pends),
        "state": state,
    }


def _answers_to(pend: Pend) -> tuple[str, ...]:
    """What may be answered to a question: what the engine takes for it."""
    found = reason_of(pend.reason)
    return found.answers if found else (Resolution.Answer.ALLOW, Resolution.Answer.DENY)


def _pairs(evidence: Any) -> list[tuple[str, Any]]:
    """Evidence as the engine gives it: names with values."""
    return list(evidence.items()) if isinstance(evidence, dict) else [tuple(pair) for pair in evidence]


def answer(request: HttpRequest, claim_id: int) -> AnswerState | None:
    """Do what was posted; None when it was done, else the form as it was typed with the reason for the refusal."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    typed = {name: str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        if not scope.has_any(*ANSWERERS):
            raise Invalid("review.look_only", _("Your role may look at claims and not decide them."))
        _do(request, claim_id, typed, scope)
    except Conflict as error:
        return _stale(claim_id, typed, error)
    except DomainError as error:
        return AnswerState(typed, str(error), error.status)
    return None


def _do(request: HttpRequest, claim_id: int, typed: Mapping[str, str], scope: Scope) -> None:
    because = _because(typed)
    match typed.get("do"):
        case "note":
            add_note(claim_id=claim_id, text=typed.get("note", ""), by=scope)
            messages.success(request, _("The note is on the claim."))
        case "keep":
            add_note(claim_id=claim_id, text=because, by=scope)
            messages.success(request, _("Kept pended, with your note."))
        case "route":
            route_pend(
                claim_id=claim_id,
                revision=_revision(typed),
                queue=typed.get("queue", ""),
                because=because,
                by=scope,
            )
            messages.success(request, _("Handed on."))
        case _:
            claim = resolve_pend(
                claim_id=claim_id,
                revision=_revision(typed),
                answers=_answers(claim_id, typed, scope),
                because=because,
                by=scope,
            )
            ring_for_decision(claim.family_id)
            messages.success(request, _("%(claim)s is answered and decided anew.") % {"claim": claim.claim_number})


def _answers(claim_id: int, typed: Mapping[str, str], scope: Scope) -> list[Answer]:
    """One answer for all open questions (`all`), or one each; a question that was left stays open."""
    pends = Pend.objects.visible_to(scope).filter(claim_id=claim_id, status=Pend.Status.OPEN)
    answers = []
    for pend in pends:
        said = typed.get("all") or typed.get(f"answer-{pend.pk}", "")
        if said in ("", "leave"):
            continue
        amount = _amount(typed.get(f"amount-{pend.pk}", "")) if said == Resolution.Answer.PRICE else None
        carc = typed.get("carc", "") if said == Resolution.Answer.DENY else ""
        answers.append(Answer(pend.pk, said, amount, carc))
    if not answers:
        if typed.get("all"):
            raise Conflict("claim.not_pended", _("This claim no longer waits for an answer."))
        raise Invalid("review.answer_wanted", _("Answer at least one question."))
    return answers


def _because(typed: Mapping[str, str]) -> str:
    """The picked reason and what was typed, as one text."""
    picked = typed.get("reason", "")
    chosen = str(REASONS[int(picked)]) if picked.isdigit() and int(picked) < len(REASONS) else ""
    return ". ".join(part for part in (chosen, typed.get("because", "").strip()) if part)[:300]


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "").replace("$", "").strip())
    except InvalidOperation:
        raise Invalid("review.amount_wanted", _("“%(text)s” is no amount.") % {"text": text}) from None
    if not amount.is_finite():
        raise Invalid("review.amount_wanted", _("“%(text)s” is no amount.") % {"text": text})
    return amount


def _revision(typed: Mapping[str, str]) -> int:
    text = typed.get("revision", "")
    return int(text) if text.isdigit() else -1


def _stale(claim_id: int, typed: Mapping[str, str], error: Conflict) -> AnswerState:
    """Somebody was quicker: what happened since the page was made goes into the banner; the typed text stays."""
    seen_at = parse_datetime(typed.get("seen_at", ""))
    state = AnswerState(typed, str(error), error.status)
    if seen_at:
        state.since = list(ClaimEvent.objects.filter(claim_id=claim_id, at__gt=seen_at).order_by("pk"))
        state.notes_since = list(ClaimNote.objects.filter(claim_id=claim_id, at__gt=seen_at).order_by("pk"))
    return state


def next_after(claim: Claim, queryset: Any) -> Claim | None:
    """The claim that follows in the order of the worklist."""
    later = queryset.filter(due_on=claim.due_on, pk__gt=claim.pk) | queryset.filter(due_on__gt=claim.due_on)
    found: Claim | None = later.order_by("due_on", "pk").first()
    return found
