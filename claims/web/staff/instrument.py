"""One check or ACH credit: where it went, what became of it, and what somebody may do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.adjustments.void_payment import OWED_AGAIN, TAKEN_BACK, void_payment
from claims.models import PaymentInstrument, ReturnEntry
from claims.payments.bank_desk import instruments_of
from claims.payments.escheat_payment import escheat_payment
from claims.payments.instrument_for import CHANGERS
from claims.payments.receiving_accounts import destinations, standings
from claims.payments.reissue_payment import claims_taken_back, reissue_payment
from claims.payments.return_codes import code_words
from claims.payments.set_member_account import set_member_account
from claims.payments.settle_payment import settle_payment
from claims.payments.stop_payment import stop_payment
from claims.payments.unclaimed import uncashed_checks
from claims.tasks import write_documents
from plans.networks.set_payee_account import set_payee_account
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import record_read
from tpa.foundation.bell import ring
from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.models import Document
from tpa.foundation.values.identifiers import last_four
from tpa.foundation.web.screens import screen

Status = PaymentInstrument.Status


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def instrument(request: HttpRequest, instrument_id: int) -> HttpResponse:
    """GET shows; POST does one thing (`do`) with the reason given, or says where the recipient wants its money."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    one = get_object_or_404(instruments_of(scope), pk=instrument_id)
    error, status = "", 200
    if request.method == "POST":
        try:
            return _do(request, scope, one)
        except DomainError as refused:
            error, status = str(refused), refused.status
            one.refresh_from_db(fields=["status", "status_at", "revision", "because", "return_code"])
    record_read(one.payment, by=scope.actor, purpose="bank")
    return screen(request, "claims/instrument.html", _context(request, scope, one, error), status=status)


def _context(request: HttpRequest, scope: Scope, one: PaymentInstrument, error: str) -> dict[str, Any]:
    payment = one.payment
    to = destinations([(payment.payee_id, payment.member_id)]).get((payment.payee_id, payment.member_id))
    known = standings([to]).get(to.key) if to else None
    returns = list(ReturnEntry.objects.visible_to(scope).filter(instrument=one).select_related("file").order_by("pk"))
    for entry in returns:
        entry.words = code_words(entry.code)  # type: ignore[attr-defined]
    today = timezone.localdate()
    uncashed = next(iter(uncashed_checks(scope, today, instrument_id=one.pk)), None)
    papers = Document.objects.filter(subject_type="claims.payment", subject_id=one.payment_id).order_by("pk")
    is_owed = one.status in PaymentInstrument.OWED
    taken_back = claims_taken_back(one.payment_id) if is_owed else 0
    may = scope.has_any(*CHANGERS)
    return {
        "one": one,
        "others": list(instruments_of(scope).filter(payment=one.payment_id).order_by("number")),
        "papers": list(papers),
        "returns": returns,
        "code_words": code_words(one.return_code) if one.return_code else "",
        "uncashed": uncashed,
        "account_end": last_four(to.account_number) if to else "",
        "to": to,
        "known": known,
        "typed": request.POST,
        "error": error,
        "may_stop": may and one.method == "check" and one.status == Status.ISSUED,
        "may_reissue": may and is_owed and not taken_back,
        "may_settle": may and is_owed and bool(taken_back),
        "may_escheat": may and uncashed is not None and uncashed.is_due(today),
        "may_account": may,
    }


def _do(request: HttpRequest, scope: Scope, one: PaymentInstrument) -> HttpResponse:
    check_role(scope, *CHANGERS)
    text = request.POST.get("revision", "")
    asked: dict[str, Any] = {
        "instrument_id": one.pk,
        "because": request.POST.get("because", ""),
        "by": scope,
        "revision": int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1,
    }
    verbs: dict[str, tuple[Callable[[], Any], str]] = {
        "stop": (lambda: stop_payment(**asked), _("Stopped. The money is owed again.")),
        "void": (lambda: void_payment(then=OWED_AGAIN, **asked), _("Voided. The money is owed again.")),
        "void_claims": (
            lambda: void_payment(then=TAKEN_BACK, **asked),
            _("Voided, and its claims are taken back: the next run nets both."),
        ),
        "check": (lambda: reissue_payment(method="check", **asked), _("Paid again by check.")),
        "ach": (lambda: reissue_payment(method="ach", **asked), _("Paid again by ACH.")),
        "settle": (lambda: settle_payment(**asked), _("The next run sets it against its claims.")),
        "escheat": (lambda: escheat_payment(**asked), _("Marked as paid to the state.")),
        "account": (lambda: _account(request, scope, one), _("The next payment goes there.")),
    }
    chosen = verbs.get(request.POST.get("do", ""))
    if chosen is None:
        raise Invalid("payments.do_what", _("Choose what to do."))
    verb, words = chosen
    made = verb()
    ring(write_documents)
    messages.success(request, words)
    shown = made.pk if isinstance(made, PaymentInstrument) else one.pk
    return HttpResponseRedirect(reverse("claims:instrument", args=[shown]))


def _account(request: HttpRequest, scope: Scope, one: PaymentInstrument) -> None:
    names = ("routing_number", "account_number", "account_type")
    values = {name: "".join(request.POST.get(name, "").split()) for name in names}
    because = request.POST.get("because", "")
    payment = one.payment
    if payment.payee_id is not None:
        set_payee_account(payee_id=payment.payee_id, because=because, by=scope.actor, **values)
    elif payment.member_id is not None:
        set_member_account(member_id=payment.member_id, because=because, by=scope.actor, **values)
