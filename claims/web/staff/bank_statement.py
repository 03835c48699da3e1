"""One statement of a bank: its lines, what each of them is in the book, and how a match or the whole is taken back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import BankLine, BankStatement
from claims.reconciliation.selectors import matches_of
from claims.reconciliation.unmatch import unmatch
from claims.reconciliation.withdraw_statement import withdraw_statement
from claims.web.staff.bank_forms import READERS, WORKERS, done, id_of
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import page_of, screen


@requires(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """GET shows; POST takes a match back (`do=unmatch`) or withdraws the statement (`do=withdraw`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    rows = BankStatement.objects.visible_to(scope).select_related("bank_account__employer", "file")
    statement = rows.filter(pk=statement_id).first()
    if statement is None:
        raise Http404
    if request.method == "POST":
        return _do(request, scope, statement)
    lines = BankLine.objects.visible_to(scope).filter(statement=statement)
    page = page_of(lines, request, order=("place", "pk"), size=100)
    matches = matches_of(page.rows)
    context: dict[str, Any] = {
        "statement": statement,
        "account": statement.bank_account,
        "page": page,
        "rows": [(line, matches.get(line.pk, [])) for line in page.rows],
        "may_work": scope.has_any(*WORKERS),
        "may_withdraw": scope.has_any(Role.TPA_MANAGER) and statement.status == BankStatement.Status.STANDING,
    }
    return screen(request, "claims/bank_statement.html", context)


def _do(request: HttpRequest, scope: Scope, statement: BankStatement) -> HttpResponse:
    because = request.POST.get("because", "")
    if request.POST.get("do") == "unmatch":
        check_role(scope, *WORKERS)
        done(
            request,
            lambda: unmatch(match_id=id_of(request, "match"), because=because, scope=scope),
            _("The match is taken back; both sides are open again."),
        )
    elif request.POST.get("do") == "withdraw":
        check_role(scope, Role.TPA_MANAGER)
        done(
            request,
            lambda: withdraw_statement(statement_id=statement.pk, because=because, scope=scope),
            _("The statement is withdrawn."),
        )
    return HttpResponseRedirect(reverse("claims:bank_statement", args=[statement.pk]))
