"""Settles a level-funded term, with what its claims came to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from claims.payments.hold_payments import hold_payments
from claims.payments.not_come_back import not_come_back
from claims.payments.paid_services import PaidQuestion, paid_by_account
from employers.funding.settle_term import settle_term
from employers.funding.terms_of_account import LevelTerm, level_term
from tpa.foundation.audit import Actor
from tpa.foundation.values.money import ZERO
from tpa.foundation.values.periods import Period


def settle_level_funding(*, terms_id: int, on: date, reimbursed_amount: Decimal, by: Actor) -> int:
    """Settle a term whose run-out is over and return the settlement's id. `reimbursed_amount`: what stop-loss carriers
    reimbursed of its claims. Raises what `settle_term` raises."""
    term = level_term(terms_id)
    with transaction.atomic():
        hold_payments(employer_id=term.employer_id, wait=True)
        settlement = settle_term(
            terms_id=terms_id,
            on=on,
            claims_amount=claims_of_term(term),
            reimbursed_amount=reimbursed_amount,
            by=by,
        )
    return settlement.pk


def claims_of_term(term: LevelTerm) -> Decimal:
    """What was incurred in the term and paid out of its account until the end of the run-out, less what came back of
    it: what was paid for a claim that was taken back costs as long as it did not. Queries as `paid_by_account`, and
    one more."""
    incurred = Period(term.starts_on, term.ends_on)
    asked = PaidQuestion(
        employer_id=term.employer_id, incurred=incurred, paid=Period(term.starts_on, term.run_out_ends_on)
    )
    paid = paid_by_account(asked).get(term.claims_account_id, ZERO)
    return paid + not_come_back(term.claims_account_id, incurred)
