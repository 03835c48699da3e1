"""Takes what of an invoice's payments is the administrator's out of the claims account: fees, advances, what is passed
on. Only the employer's money stays there for claims to draw on."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum
from django.utils.translation import gettext as _

from employers.funding.paying_accounts import paying_accounts
from employers.funding.post import post
from employers.funding.posted_under import posted_under
from employers.funding.posting import Account, Posting
from tpa.billing.post_invoice import parts_of
from tpa.foundation.audit import Actor
from tpa.foundation.values.money import ZERO
from tpa.models import Invoice


class _Billed(NamedTuple):
    """What an invoice and its corrections bill to a claims account: for claims, to be passed on, as fees."""

    claims: Decimal
    passed_on: Decimal
    fees: Decimal

    @property
    def total(self) -> Decimal:
        return self.claims + self.passed_on + self.fees


def take_own(*, invoice: Invoice, on: date, by: Actor) -> None:
    """Post, by claims account, what is to be taken by now less what was taken before; under the invoice's lock.

    Of what was paid the employer's claims come first: where the TPA advanced them they are what it takes back, else
    they stay. Then what is passed on; the rest is fees, so that a short payment is short of fees.
    """
    advanced = {one.claims_account_id: one.is_advanced for one in paying_accounts(invoice.employer_id)}
    paid: dict[int, Decimal] = dict(
        invoice.settlements.filter(receipt__isnull=False)
        .values_list("claims_account_id")
        .annotate(Sum("amount"))
        .order_by()
    )
    billed = _billed(invoice)
    for account_id in sorted(paid):
        prefix = f"taken:{invoice.number}:{account_id}:"
        count, before = posted_under(account_id, prefix)
        wanted = _taken(billed[account_id], paid[account_id], is_advanced=advanced[account_id])
        entries = {kind: amount - before.get(kind, ZERO) for kind, amount in wanted.items()}
        if any(entries.values()):
            post(
                claims_account_id=account_id,
                posting=Posting(
                    reference=f"{prefix}{count + 1}",
                    kind="taken",
                    description=_("Taken by the administrator: %(number)s") % {"number": invoice.number},
                    posted_on=on,
                    entries=tuple(entries.items()),
                ),
                by=by,
                must_be_funded=False,
            )


def _billed(invoice: Invoice) -> dict[int, _Billed]:
    parts: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in (invoice, *invoice.credits.order_by("pk")):
        for account_id, amounts in parts_of(one).items():
            for kind, amount in amounts.items():
                parts[account_id][kind] += amount
    found: dict[int, _Billed] = defaultdict(lambda: _Billed(ZERO, ZERO, ZERO))
    for account_id, amounts in parts.items():
        found[account_id] = _Billed(
            amounts[Account.EMPLOYER_FUNDS], amounts[Account.PASS_THROUGH], amounts[Account.FEES]
        )
    return found


def _taken(billed: _Billed, paid: Decimal, *, is_advanced: bool) -> dict[str, Decimal]:
    """All that is to be taken once so much is paid, by account of the ledger."""
    if paid >= billed.total:
        claims, passed_on = billed.claims, billed.passed_on
    else:
        claims = min(max(billed.claims, ZERO), max(paid, ZERO))
        passed_on = min(max(billed.passed_on, ZERO), max(paid - claims, ZERO))
    advance = claims if is_advanced else ZERO
    own = paid - claims + advance
    return {
        Account.CASH: -own,
        Account.TPA_FUNDS: advance,
        Account.PASS_THROUGH: passed_on,
        Account.FEES: paid - claims - passed_on,
    }
