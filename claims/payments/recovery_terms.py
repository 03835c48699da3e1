"""Which terms decide whether money owed back may be taken from a recipient's payments on a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from claims.models import RecoveryTerms
from claims.payments.netting import Recipient
from employers.funding.selectors import plans_of_accounts
from plans.networks.payees import payees_by_id


@dataclass(frozen=True, slots=True)
class TermsOf:
    """The terms that decide for a recipient, and what they say."""

    terms_id: int
    offset_allowed: bool
    notice_days: int
    answer_days: int
    follow_up_days: int
    follows_state_law: bool
    source: str
    state: str

    @property
    def wants_letter_first(self) -> bool:
        """Nothing is taken before it was asked for: not at all, not so soon, or not before the state's days."""
        return not self.offset_allowed or self.notice_days > 0 or self.follows_state_law


def terms_in_force(employer_id: int, recipients: Collection[Recipient], on: date) -> dict[Recipient, TermsOf]:
    """For each recipient the narrowest terms of the day: its own, else its state's, its plan's, the employer's.

    Absent where nothing was agreed. One query, and two more where there are any.
    """
    rows = list(
        RecoveryTerms.objects.filter(employer=employer_id, period__contains=on, superseded_at__isnull=True).order_by(
            "pk"
        )
    )
    if not rows:
        return {}
    plans = plans_of_accounts({recipient.claims_account_id for recipient in recipients})
    payees = payees_by_id({recipient.payee_id for recipient in recipients if recipient.payee_id is not None})
    found = {}
    for recipient in recipients:
        payee = payees.get(recipient.payee_id or 0)
        state = payee.state if payee else ""
        fitting = [
            row
            for row in rows
            if row.payee_id in (None, recipient.payee_id)
            and row.state in ("", state)
            and row.plan_id in (None, plans[recipient.claims_account_id])
        ]
        if fitting:
            row = max(
                fitting, key=lambda row: (row.payee_id is not None, row.state != "", row.plan_id is not None, row.pk)
            )
            found[recipient] = TermsOf(
                terms_id=row.pk,
                offset_allowed=row.offset_allowed,
                notice_days=row.notice_days,
                answer_days=row.answer_days,
                follow_up_days=row.follow_up_days,
                follows_state_law=row.follows_state_law,
                source=row.source,
                state=state,
            )
    return found
