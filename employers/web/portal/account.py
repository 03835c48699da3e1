"""The employer's claims account: a ledger with a running balance that ties to the bank."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from employers.funding.selectors import accounts_of, available_amount, balances, register
from tpa.foundation.access import Scope, requires
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen


@requires(Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """One account (`?account=`), one month (`?month=2026-11`) or the year so far, with opening and closing balance."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    accounts = list(accounts_of(scope))
    wanted = request.GET.get("account", "")
    chosen = next((one for one in accounts if str(one.pk) == wanted), accounts[0] if accounts else None)
    first, last = _months(request.GET.get("month", ""))
    context: dict[str, object] = {"accounts": accounts, "chosen": chosen, "first": first, "last": last}
    if chosen is not None:
        held = balances(chosen.pk)
        context |= {
            "register": register(scope, chosen.pk, from_on=first, to_on=last),
            "balances": held,
            # Credit is negative in the ledger; people read what is on its way to payees as an amount.
            "on_its_way": -held["payments_out"],
            "available": available_amount(chosen.pk),
        }
    return screen(request, "employers/account.html", context)


def _months(text: str) -> tuple[date, date]:
    """The days of a month written 2026-11; without one, of this year so far."""
    today = timezone.localdate()
    try:
        year, month = (int(part) for part in text.split("-"))
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    except ValueError:
        return date(today.year, 1, 1), today
