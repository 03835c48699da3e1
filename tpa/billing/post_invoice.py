"""Posts an invoice or credit to the claims accounts: what the employer owes, for its claims and for the fees."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.utils.translation import gettext as _

from employers.funding.post import post
from employers.funding.posting import Account, Posting
from employers.funding.selectors import claims_accounts
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict
from tpa.foundation.values.money import ZERO
from tpa.models import ContractFee, Invoice, InvoiceLine

Kind = InvoiceLine.Kind
Purpose = ContractFee.Purpose
_PASSED_ON = (Purpose.STOP_LOSS, Purpose.VENDOR)


def post_invoice(*, invoice: Invoice, by: Actor) -> None:
    """Post each claims account's part in the caller's transaction, once: `invoice:<number>:<account>`.

    Claims and what is paid into the claims fund are funds of the employer; premium, vendors and taxes are collected
    for others; all else is fees. Fees are no plan's: they stand in the account of plans without one of their own, or
    the employer's first.
    """
    for account_id, entries in sorted(parts_of(invoice).items()):
        owed = sum(entries.values(), ZERO)
        if any(entries.values()):
            post(
                claims_account_id=account_id,
                posting=Posting(
                    reference=f"invoice:{invoice.number}:{account_id}",
                    kind=str(invoice.kind),
                    description=_("Invoice %(number)s") % {"number": invoice.number},
                    posted_on=invoice.issued_on,
                    entries=(
                        (Account.DUE_FROM_EMPLOYER, owed),
                        *((kind, -amount) for kind, amount in sorted(entries.items())),
                    ),
                ),
                by=by,
            )


def parts_of(invoice: Invoice) -> dict[int, dict[str, Decimal]]:
    """Claims account → what of the invoice is funds of the employer, fees, or collected for others. What a short
    payment left open stands in the ledger since the invoice that it was left of. Two queries."""
    parts: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for line, account_id in lines_by_account(invoice):
        if line.kind != Kind.CARRIED:
            parts[account_id][_ledger_account(line)] += line.amount
    return parts


def lines_by_account(invoice: Invoice) -> list[tuple[InvoiceLine, int]]:
    """The lines with the claims account that each belongs to."""
    accounts = claims_accounts(invoice.employer_id)
    common = accounts.get(None) or min(accounts.values(), default=None)
    found = []
    for line in invoice.lines.select_related("fee", "corrects").order_by("number"):
        account_id = line.claims_account_id or common
        if account_id is None:
            raise Conflict("billing.no_claims_account", _("This employer has no claims account."))
        found.append((line, account_id))
    return found


def _kind(line: InvoiceLine) -> str:
    return line.corrects.kind if line.corrects is not None else line.kind


def _ledger_account(line: InvoiceLine) -> str:
    kind, fee = _kind(line), line.fee
    if kind in (Kind.CLAIMS, Kind.RECOVERY) or (fee is not None and fee.purpose == Purpose.CLAIMS_FUND):
        return Account.EMPLOYER_FUNDS
    if kind in (Kind.VENDOR, Kind.PREMIUM, Kind.TAX) or (fee is not None and fee.purpose in _PASSED_ON):
        return Account.PASS_THROUGH
    return Account.FEES
