"""One account's claims that wait for its money, in the order in which they are paid; and how its terms are settled."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from claims.models import Claim
from claims.payments.settle_level_funding import claims_of_term, settle_level_funding
from claims.payments.waiting_order import WaitingClaim, waiting_order
from employers.funding.accounts_seen import FundedAccount, funded_accounts
from employers.funding.terms_of_account import terms_to_settle
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.models import Role
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import screen
from tpa.foundation.web.typed import done, typed_amount, typed_id

_SHOWN = 200


@requires(*CLAIMS_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def funding_order(request: HttpRequest, account_id: int) -> HttpResponse:
    """GET shows; POST settles a level-funded term."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    today = timezone.localdate()
    found = funded_accounts(scope, on=today, claims_account_id=account_id)
    if not found:
        raise Http404
    [account] = found
    if request.method == "POST":
        check_role(scope, Role.TPA_MANAGER)
        done(request, lambda: _settle(request, scope, account_id), _("The term is settled."))
        return HttpResponseRedirect(reverse("claims:funding_order", args=[account_id]))
    order = waiting_order(account.employer_id, account_id)
    shown = order[:_SHOWN]
    record_read(
        Subjects.rows(Claim, [one.claim_id for one in shown], employer_id=account.employer_id),
        by=scope.actor,
        purpose="funding",
    )
    context: dict[str, Any] = {
        "account": account,
        "order": shown,
        "more_count": len(order) - len(shown),
        "over": [(term, claims_of_term(term)) for term in terms_to_settle(account_id, today)],
        "may_act": scope.has_any(Role.TPA_MANAGER),
        "today": today,
        **_sums(order, account),
    }
    return screen(request, "claims/funding_order.html", context)


def _sums(order: list[WaitingClaim], account: FundedAccount) -> dict[str, Any]:
    waits = [one for one in order if one.why in ("funds", "behind")]
    return {
        "waits_words": ngettext("%(count)d claim", "%(count)d claims", len(waits)) % {"count": len(waits)},
        "waits_amount": sum((one.amount for one in waits), ZERO),
        "next_amount": sum((one.amount for one in order if one.why == "next"), ZERO),
        "missing_amount": max((one.missing_amount for one in waits), default=ZERO),
        "first_amount": waits[0].missing_amount if waits else ZERO,
    }


def _settle(request: HttpRequest, scope: Scope, account_id: int) -> None:
    terms_id = typed_id(request, "terms")
    # Of this account, whatever the form says.
    known = {term.terms_id for term in terms_to_settle(account_id, timezone.localdate())}
    settle_level_funding(
        terms_id=terms_id if terms_id in known else 0,
        on=timezone.localdate(),
        reimbursed_amount=typed_amount(request, "reimbursed"),
        by=scope.actor,
    )
