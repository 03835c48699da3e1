"""Bank accounts: how each stands, the files that came, a place to drop one, and the form that begins an account."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import BankFile
from claims.reconciliation.keep_bank_file import BankFileWords, keep_bank_file
from claims.reconciliation.open_bank_account import BankAccountWords, open_bank_account
from claims.reconciliation.selectors import bank_accounts_of, bank_files_of, overviews
from claims.tasks import load_bank_files
from claims.web.staff.bank_forms import READERS, WORKERS, amount_of, amount_or_none, day_of, done, id_of
from employers.funding.selectors import accounts_of
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.bell import ring
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Role
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import page_of, screen

_MOST_BYTES: Final = 100 << 20


@requires(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_accounts(request: HttpRequest) -> HttpResponse:
    """GET lists; POST takes a file (`do=file`) or begins an account (`do=open`)."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method == "POST":
        return _do(request, scope)
    accounts = list(bank_accounts_of(scope))
    page = page_of(bank_files_of(scope), request, order=("-received_at", "-pk"), size=15)
    reconciled = {account.claims_account_id for account in accounts}
    context: dict[str, Any] = {
        "overviews": overviews(accounts),
        "accounts": [account for account in accounts if account.csv_layout],
        "page": page,
        "is_loading": any(file.status == BankFile.Status.RECEIVED for file in page.rows),
        "may_send": scope.has_any(*WORKERS),
        "may_open": scope.has_any(Role.TPA_MANAGER),
        "claims_accounts": [one for one in accounts_of(scope) if one.pk not in reconciled],
        "today": timezone.localdate(),
    }
    return screen(request, "claims/bank_accounts.html", context, fragments={"files": "files"})


def _do(request: HttpRequest, scope: Scope) -> HttpResponse:
    what = request.POST.get("do", "")
    if what == "file":
        check_role(scope, *WORKERS)
        if done(request, lambda: _take(request, scope), _("The file is kept and being read.")):
            ring(load_bank_files)
    elif what == "open":
        check_role(scope, Role.TPA_MANAGER)
        done(request, lambda: _open(request, scope), _("The account is reconciled from that day on."))
    return HttpResponseRedirect(reverse("claims:bank_accounts"))


def _take(request: HttpRequest, scope: Scope) -> None:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Invalid("bank.no_file", _("Choose a file first."))
    if (sent.size or 0) > _MOST_BYTES:
        raise Invalid("bank.too_large", _("So large a file is no bank's day."))
    words = BankFileWords(
        name=sent.name or "upload",
        origin="screen",
        bank_account_id=id_of(request, "account") if request.POST.get("account") else None,
        opening_amount=amount_or_none(request, "opening"),
        closing_amount=amount_or_none(request, "closing"),
    )
    keep_bank_file(chunks=sent.chunks(), words=words, scope=scope)


def _open(request: HttpRequest, scope: Scope) -> None:
    words = BankAccountWords(
        starts_on=day_of(request, "starts_on"),
        opening_amount=amount_or_none(request, "opening_amount") or ZERO,
        number=request.POST.get("number", ""),
        window_days=int(amount_of(request, "window_days")),
    )
    open_bank_account(claims_account_id=id_of(request, "claims_account"), words=words, scope=scope)
