"""The bank's side on one screen: what is owed again, what came back and fits nothing, stale checks, files, terms."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.payments.bank_desk import ach_files_of, open_returns, owed_again, positive_pay_files_of, return_files
from claims.payments.bank_terms import bank_terms
from claims.payments.instrument_for import CHANGERS
from claims.payments.positive_pay import answer_presented, layouts
from claims.payments.return_codes import code_words
from claims.payments.set_bank_terms import BankTermsWords, set_bank_terms
from claims.payments.take_returns import MOST_BYTES, take_returns
from claims.payments.unclaimed import uncashed_checks
from claims.payments.write_positive_pay import told_to_bank
from employers.funding.selectors import accounts_of
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError, Invalid
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen

SHOWS = ("owed", "returns", "uncashed", "files", "terms")


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_desk(request: HttpRequest) -> HttpResponse:
    """GET shows one of its parts (`?show=`); POST takes a return file in, or sets the terms of an account."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    error, status = "", 200
    if request.method == "POST":
        try:
            return _terms(request, scope) if request.POST.get("do") == "terms" else _take(request, scope)
        except DomainError as refused:
            error, status = str(refused), refused.status
    asked = "terms" if request.POST.get("do") == "terms" else request.GET.get("show", "")
    show = asked if asked in SHOWS else "returns" if error else SHOWS[0]
    context: dict[str, Any] = {
        "show": show,
        "error": error,
        "may_change": scope.has_any(*CHANGERS),
        "owed_count": owed_again(scope).count(),
        "owed_amount": owed_again(scope).aggregate(sum=Sum("amount"))["sum"] or Decimal(0),
        "open_count": open_returns(scope).count(),
        **_PARTS[show](request, scope),
    }
    response = screen(request, "claims/bank_desk.html", context, status=status)
    if error:
        response["X-Problem"] = error
    return response


def _owed(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    page = page_of(owed_again(scope), request, order=("status_at", "pk"), size=50)
    record_read(Subjects("claims.payment", tuple(row.payment_id for row in page.rows)), by=scope.actor, purpose="bank")
    return {"page": page}


def _returns(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    entries = list(open_returns(scope)[:100])
    for entry in entries:
        entry.words = code_words(entry.code) if entry.code else ""  # type: ignore[attr-defined]
    return {"entries": entries, "page": page_of(return_files(), request, order=("-pk",), size=30)}


def _uncashed(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    today = timezone.localdate()
    rows = uncashed_checks(scope, today)
    about = tuple(row.instrument.payment_id for row in rows[:200])
    record_read(Subjects("claims.payment", about), by=scope.actor, purpose="bank")
    return {
        "rows": [(row, row.is_due(today)) for row in rows[:200]],
        "uncashed_count": len(rows),
        "due_count": sum(1 for row in rows if row.is_due(today)),
        "today": today,
        **_presented(request),
    }


def _presented(request: HttpRequest) -> dict[str, Any]:
    """What the bank would answer to a check of this number and amount."""
    number, text = request.GET.get("check", "").strip()[:10], request.GET.get("amount", "").strip()[:15]
    if not number:
        return {}
    try:
        amount = Decimal(text.replace("$", "").replace(",", ""))
    except InvalidOperation:
        amount = Decimal(-1)
    words = {
        "pay": _("The bank pays it."),
        "exception not issued": _("An exception: no such check was issued."),
        "exception void": _("An exception: the check is void."),
        "exception amount mismatch": _("An exception: the check was issued for another amount."),
    }
    answer = answer_presented(told_to_bank(number), number, amount)
    return {"asked_check": number, "asked_amount": text, "answer": words[answer], "answer_is_pay": answer == "pay"}


def _files(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    return {"ach_files": list(ach_files_of(scope)[:60]), "positive_files": list(positive_pay_files_of(scope)[:60])}


def _accounts(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    accounts = list(accounts_of(scope))
    terms = bank_terms([account.pk for account in accounts], timezone.localdate())
    return {
        "accounts": [(account, terms[account.pk]) for account in accounts],
        "layouts": layouts(),
        "typed": request.POST,
        "may_agree": scope.has_any(Role.TPA_MANAGER),
    }


_PARTS = {"owed": _owed, "returns": _returns, "uncashed": _uncashed, "files": _files, "terms": _accounts}


def _take(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, *CHANGERS)
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Invalid("no_file", _("Choose a file first."))
    if (sent.size or 0) > MOST_BYTES:
        raise Invalid("returns.size", _("The file is empty, or has more than 20 MB."))
    file, is_new = take_returns(
        data=sent.read(), name=sent.name or "returns.ach", origin="screen", by=scope.actor, sent_by_id=scope.user_id
    )
    if is_new:
        messages.success(request, _("The file is kept, and done what it says."))
    else:
        messages.info(request, _("These very bytes came before; nothing is done again."))
    return HttpResponseRedirect(reverse("claims:return_file", args=[file.pk]))


def _terms(request: HttpRequest, scope: Scope) -> HttpResponse:
    check_role(scope, Role.TPA_MANAGER)

    def number(name: str) -> int:
        text = request.POST.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0

    def text(name: str) -> str:
        return " ".join(request.POST.get(name, "").split())

    try:
        from_on = parse_date(request.POST.get("from_on", ""))
    except ValueError:
        from_on = None
    if from_on is None:
        raise Invalid("web.date", _("Say the day."))
    words = BankTermsWords(
        bank_name=text("bank_name"),
        immediate_origin=text("immediate_origin"),
        company_name=text("company_name"),
        company_number=text("company_number"),
        source=text("source"),
        discretionary=text("discretionary"),
        settlement_days=number("settlement_days"),
        has_prenotes=bool(request.POST.get("has_prenotes")),
        positive_pay_layout=text("positive_pay_layout"),
        stale_days=number("stale_days"),
        state_law_applies=bool(request.POST.get("state_law_applies")),
    )
    set_bank_terms(claims_account_id=number("account"), words=words, from_on=from_on, scope=scope, by=scope.actor)
    messages.success(request, _("The terms stand from that day on."))
    return HttpResponseRedirect(reverse("claims:bank_desk") + "?show=terms")
