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
from tpa.models import ContractFee, Invoice


def post_invoice(*, invoice: Invoice, by: Actor) -> None:
    """Post each claims account's part in the caller's transaction, once: `invoice:<number>:<account>`.

    Claims and what is paid into the claims fund are funds of the employer, all else fees. Fees are no plan's: they
    stand in the account of plans without one of their own, or the employer's first.
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
    """Claims account → what of the invoice is funds of the employer and what is fees. Two queries."""
    parts: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    accounts = claims_accounts(invoice.employer_id)
    for line in invoice.lines.select_related("fee"):
        account_id = line.claims_account_id or accounts.get(None) or min(accounts.values(), default=None)
        if account_id is None:
            raise Conflict("billing.no_claims_account", _("This employer has no claims account."))
        is_fee = line.fee is not None and line.fee.purpose == ContractFee.Purpose.ADMINISTRATION
        parts[account_id][Account.FEES if is_fee else Account.EMPLOYER_FUNDS] += line.amount
    return parts
