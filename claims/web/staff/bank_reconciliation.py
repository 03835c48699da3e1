"""A reconciliation as of a day: from the bank's balance to the book's, its lists, its papers, and the signature."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import Reconciliation
from claims.reconciliation.report_words import by_age, report_lists
from claims.reconciliation.sign_reconciliation import drop_reconciliation, sign_reconciliation
from claims.reconciliation.standing import standing
from claims.web.staff.bank_forms import READERS, WORKERS, done
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.models import Document, Role, User
from tpa.foundation.web.screens import screen


@requires(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_reconciliation(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """GET shows; POST signs (`do=sign`) or drops (`do=drop`). What was signed stands in its papers."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    rows = Reconciliation.objects.visible_to(scope).select_related("bank_account__employer")
    row = rows.filter(pk=reconciliation_id).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        return _do(request, scope, row)
    is_prepared = row.status == Reconciliation.Status.PREPARED
    stands = standing(row.bank_account, row.as_of_on) if is_prepared else None
    actors = {row.prepared_by, row.signed_by}
    ids = [int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdigit()]
    people = {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)}
    context: dict[str, Any] = {
        "row": row,
        "account": row.bank_account,
        "lists": report_lists(stands) if stands else (),
        "ages": by_age(stands.outstanding, row.as_of_on) if stands else (),
        "late_amount": stands.late_amount if stands else 0,
        "prepared_by": people.get(row.prepared_by, row.prepared_by),
        "signed_by": people.get(row.signed_by, row.signed_by),
        "papers": Document.objects.filter(subject_type="claims.reconciliation", subject_id=row.pk).order_by("pk"),
        "may_sign": is_prepared and scope.has_any(Role.TPA_MANAGER) and row.prepared_by != str(scope.actor)[:80],
        "is_own": is_prepared and row.prepared_by == str(scope.actor)[:80],
        "may_drop": is_prepared and scope.has_any(*WORKERS),
    }
    return screen(request, "claims/bank_reconciliation.html", context)


def _do(request: HttpRequest, scope: Scope, row: Reconciliation) -> HttpResponse:
    if request.POST.get("do") == "sign":
        check_role(scope, Role.TPA_MANAGER)
        done(
            request,
            lambda: sign_reconciliation(reconciliation_id=row.pk, scope=scope),
            _("Signed. The days to it are closed."),
        )
    elif request.POST.get("do") == "drop":
        check_role(scope, *WORKERS)
        because = request.POST.get("because", "")
        done(
            request,
            lambda: drop_reconciliation(reconciliation_id=row.pk, because=because, scope=scope),
            _("Dropped."),
        )
    return HttpResponseRedirect(reverse("claims:bank_reconciliation", args=[row.pk]))
