"""Books money of the employer that arrived in the claims account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from employers.funding.post import post
from employers.funding.posting import Account, Posted, Posting
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.values.money import ZERO


def deposit_funds(
    *, claims_account_id: int, amount: Decimal, received_on: date, bank_reference: str, by: Actor
) -> Posted:
    """Cash in, held for the employer. The bank's reference makes the same deposit, told twice, one deposit."""
    if amount <= ZERO:
        raise Invalid("funding.not_positive", _("A deposit must be more than zero."))
    if not bank_reference.strip():
        raise Invalid("funding.no_reference", _("A deposit needs the bank's reference."))
    return post(
        claims_account_id=claims_account_id,
        posting=Posting(
            reference=f"deposit:{claims_account_id}:{bank_reference.strip()}",
            kind="deposit",
            description=_("Deposit %(reference)s") % {"reference": bank_reference.strip()},
            posted_on=received_on,
            entries=((Account.CASH, amount), (Account.EMPLOYER_FUNDS, -amount)),
        ),
        by=by,
    )
