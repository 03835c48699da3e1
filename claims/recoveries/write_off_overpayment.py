"""Gives up what is owed: up to one's limit alone, above it another person with a higher limit decides."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Overpayment, OverpaymentEntry
from claims.recoveries.cases import (
    Status,
    add_entry,
    balance_of,
    case_to_work,
    check_amount,
    check_reason,
    keep,
    settle_if_done,
)
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import record
from tpa.foundation.authority import approval_limits
from tpa.foundation.errors import Conflict, Invalid, Refused
from tpa.foundation.models import Role


def write_off_overpayment(*, number: str, revision: int, amount: Decimal, because: str, by: Scope) -> Overpayment:
    """Give it up, or where it is above one's limit (or none was agreed) ask another to. Raises as `case_to_work`,
    Invalid for more than is owed, Conflict when it is asked already or settled."""
    check_amount(amount)
    because = check_reason(because)
    with transaction.atomic():
        row = case_to_work(number=number, revision=revision, by=by)
        if row.status == Status.SETTLED:
            raise Conflict("recoveries.settled", _("This recovery is settled."))
        if row.write_off_amount is not None:
            raise Conflict("recoveries.write_off_asked", _("A write-off of it waits for approval already."))
        _check_owed(row, amount)
        limit = _limit(row, by)
        if limit is not None and amount <= limit:
            _give_up(row, amount, because, by)
        else:
            keep(row, write_off_amount=amount, write_off_asked_by_id=by.user_id, write_off_because=because)
            record("claims.overpayment.write_off_asked", by=by.actor, about=row, because=because)
    return row


def approve_write_off(*, number: str, revision: int, by: Scope) -> Overpayment:
    """Approve what another asked for. Raises as `case_to_work`, Refused for oneself or above one's own limit, Conflict
    when none is asked, Invalid when less is owed by now."""
    check_role(by, Role.TPA_MANAGER)
    with transaction.atomic():
        row = case_to_work(number=number, revision=revision, by=by)
        amount, because = _asked(row)
        if by.user_id == row.write_off_asked_by_id:
            raise Refused("recoveries.own_write_off", _("Another person than who asked approves."))
        limit = _limit(row, by)
        if limit is not None and amount > limit:
            raise Refused("recoveries.above_authority", _("This is more than you may give up."), limit=str(limit))
        _check_owed(row, amount)
        _give_up(row, amount, because, by)
    return row


def refuse_write_off(*, number: str, revision: int, because: str, by: Scope) -> Overpayment:
    """Refuse what was asked for. Raises as `case_to_work`, Conflict when none is asked, Invalid without a reason."""
    because = check_reason(because)
    check_role(by, Role.TPA_MANAGER)
    with transaction.atomic():
        row = case_to_work(number=number, revision=revision, by=by)
        _asked(row)
        keep(row, write_off_amount=None, write_off_asked_by_id=None, write_off_because="")
        record("claims.overpayment.write_off_refused", by=by.actor, about=row, because=because)
    return row


def _asked(row: Overpayment) -> tuple[Decimal, str]:
    if row.write_off_amount is None:
        raise Conflict("recoveries.no_write_off", _("No write-off waits for approval."))
    return row.write_off_amount, row.write_off_because


def _limit(row: Overpayment, by: Scope) -> Decimal | None:
    """The highest limit of one's roles that the contract sets; None where it sets none."""
    limits = approval_limits([row.employer_id], timezone.localdate()).get(row.employer_id, {})
    return max((limits[role] for role in by.roles if role in limits), default=None)


def _check_owed(row: Overpayment, amount: Decimal) -> None:
    balance = balance_of(row)
    if amount > balance:
        raise Invalid("recoveries.more_than_owed", _("That is more than is owed."), open_amount=str(balance))


def _give_up(row: Overpayment, amount: Decimal, because: str, by: Scope) -> None:
    today = timezone.localdate()
    entry = add_entry(row, OverpaymentEntry.Kind.WRITE_OFF, -amount, by=by.actor, on=today, because=because)
    keep(row, has_more_to_tell=True, write_off_amount=None, write_off_asked_by_id=None, write_off_because="")
    post(
        claims_account_id=row.claims_account_id,
        posting=Posting(
            reference=f"recovery-write-off:{entry.pk}",
            kind="write_off",
            description=_("Given up of %(number)s") % {"number": row.number},
            posted_on=today,
            entries=((Account.RECOVERED, amount), (Account.RECOVERIES, -amount)),
        ),
        by=by.actor,
    )
    record("claims.overpayment.written_off", by=by.actor, about=row, because=because, detail={"amount": str(amount)})
    settle_if_done(row, by=by.actor, because=because)
