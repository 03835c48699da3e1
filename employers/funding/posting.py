"""What is posted to a claims account: a posting and the accounts it moves money between.

Debits are positive, credits negative. How the house books:

    money of the employer arrives        cash +               employer_funds -
    a payment is issued                  claims_paid +        payments_out -   (tpa_funds - where the TPA advances it)
    the bank has paid it                 payments_out +       cash -
    an invoice is issued                 due_from_employer +  employer_funds - (its claims), fees - (its fees),
                                                              pass_through - (premium, vendors, taxes)
    an invoice is paid                   cash +               due_from_employer -
    the TPA takes its own of it          fees + tpa_funds +   cash - (fees, its advance, what it passes on:
                                         pass_through +       `tpa/billing/take_own.py`)
    a payee owes money back              recoveries +         claims_paid - (reversed), recovered - (found otherwise)
    it refunds, or is paid less          cash + / payments -  recoveries -
    what it owes is given up             recovered +          recoveries -
    a third party pays                   cash +               recovered - (the plan's), recovery_shares - (others')
    a stop-loss carrier reimburses       cash +               stop_loss -
    a level-funded deposit arrives       cash +               employer_funds -, reserve - (kept for the run-out)
    the run-out begins                   reserve +            employer_funds -
    a level-funded term is settled       employer_funds +     cash - (its surplus, as far as it leaves the account)

What may still be drawn is cash less what is issued and not yet cleared, `cash` + `payments_out`, and of it not what is
kept for a run-out.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from employers.models import LedgerAccount

Account = LedgerAccount.Kind
"""The accounts of every claims account."""

SPENDABLE = (Account.CASH, Account.PAYMENTS_OUT)
"""The accounts whose sum is the account's balance: what the employer sees, and what ties to the bank."""

MAY_BE_DRAWN = (*SPENDABLE, Account.RESERVE)
"""The accounts whose sum payments may still draw: a reserve is a credit."""


class Posting(NamedTuple):
    """One posting to be: `reference` names what it posts, once and for all (`payment:871`); entries sum to zero.

    Entries of zero are left out. `kind` is a word for lists (deposit, payment, reversal, invoice …).
    """

    reference: str
    kind: str
    description: str
    posted_on: date
    entries: tuple[tuple[str, Decimal], ...]
    reverses_id: int | None = None


class Posted(NamedTuple):
    """What became of a posting: its transaction, and whether it is new or had been posted before."""

    transaction_id: int
    is_new: bool
