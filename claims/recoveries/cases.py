"""A case under its lock, and what is written to it: shared by the verbs of this room."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Overpayment, OverpaymentEntry
from claims.payments.netting import Recipient
from claims.payments.recovery_terms import TermsOf, terms_in_force
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.models import Role
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO, cents

WORKERS = (Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
"""Who works recoveries."""
Status = Overpayment.Status


def case_to_work(*, number: str, revision: int, by: Scope) -> Overpayment:
    """The overpayment, locked, for who may work it. Raises Refused, NotFound, and Conflict when it was changed since
    it was seen."""
    check_role(by, *WORKERS)
    row = Overpayment.objects.visible_to(by).select_for_update(no_key=True, of=("self",)).filter(number=number).first()
    if row is None:
        raise NotFound("recoveries.no_such_case", _("There is no such recovery."))
    if row.revision != revision:
        raise Conflict("status.stale", _("Somebody changed this record meanwhile."), revision=row.revision)
    return row


def balance_of(row: Overpayment) -> Decimal:
    """What is owed: the sum of the entries. One query; hold the row to decide on it."""
    return row.entries.aggregate(sum=Sum("amount"))["sum"] or ZERO


def terms_of(row: Overpayment, on: date) -> TermsOf | None:
    """The terms that decide for the case's recipient on a day."""
    recipient = Recipient(row.claims_account_id, row.payee_id, row.member_id)
    return terms_in_force(row.employer_id, [recipient], on).get(recipient)


def add_entry(row: Overpayment, kind: str, amount: Decimal, *, by: Actor, on: date, **more: Any) -> OverpaymentEntry:
    """One entry of a case that the caller has locked."""
    return OverpaymentEntry.objects.create(
        overpayment=row,
        employer_id=row.employer_id,
        kind=kind,
        amount=amount,
        posted_on=on,
        recorded_at=timezone.now(),
        recorded_by=str(by)[:80],
        **more,
    )


def keep(row: Overpayment, **values: Any) -> None:
    """Write these columns of a case, and that it changed."""
    row.revision += 1
    Overpayment.objects.filter(pk=row.pk).update(revision=row.revision, **values)
    for name, value in values.items():
        setattr(row, name, value)


def settle_if_done(row: Overpayment, *, by: Actor, because: str) -> None:
    """Settled as soon as nothing is owed any more; open again when something is."""
    balance = balance_of(row)
    if balance <= ZERO and row.status != Status.SETTLED:
        move(row, Status.SETTLED, by=by, because=because)
    elif balance > ZERO and row.status == Status.SETTLED:
        move(row, Status.OPEN, by=by, because=because)


def check_amount(amount: Decimal) -> None:
    """Raises Invalid for what is no amount of money above zero."""
    if amount <= 0 or amount != cents(amount):
        raise Invalid("recoveries.amount", _("An amount is more than zero and in whole cents."))


def check_reason(because: str) -> str:
    """The reason, trimmed. Raises Invalid without one."""
    if not because.strip():
        raise Invalid("recoveries.reason_wanted", _("Say why: the reason stays with the recovery."))
    return because.strip()[:300]
