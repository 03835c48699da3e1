"""Money that a recipient sent back: part of what it owes, all of it, or more; and a check that the bank returned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Overpayment, OverpaymentEntry
from claims.recoveries.cases import add_entry, case_to_work, check_amount, check_reason, keep, settle_if_done
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid, NotFound

Kind = OverpaymentEntry.Kind


def record_refund(
    *, number: str, revision: int, amount: Decimal, check_number: str, received_on: date, by: Scope
) -> OverpaymentEntry:
    """Record a refund in case and ledger; the next remittance tells it (PLB 72). What comes beyond what is owed is
    given back with the next payment. The same check again changes nothing: Conflict. Raises as `case_to_work`."""
    check_amount(amount)
    check_number = check_number.strip()[:30]
    if not check_number:
        raise Invalid("recoveries.check_wanted", _("A refund is known by its check or trace number."))
    with transaction.atomic():
        row = case_to_work(number=number, revision=revision, by=by)
        standing = row.entries.filter(kind=Kind.REFUND, check_number=check_number, reversed_by__isnull=True)
        if standing.exists():
            raise Conflict("recoveries.refund_recorded", _("This check was recorded before."))
        entry = add_entry(row, Kind.REFUND, -amount, by=by.actor, on=received_on, check_number=check_number)
        keep(row, has_more_to_tell=True)
        post(
            claims_account_id=row.claims_account_id,
            posting=Posting(
                reference=f"refund:{row.number}:{entry.pk}",
                kind="refund",
                description=_("Refund %(check)s of %(number)s") % {"check": check_number, "number": row.number},
                posted_on=received_on,
                entries=((Account.CASH, amount), (Account.RECOVERIES, -amount)),
            ),
            by=by.actor,
        )
        record("claims.overpayment.refunded", by=by.actor, about=row, detail={"amount": str(amount)})
        settle_if_done(row, by=by.actor, because=_("refund received"))
    return entry


def bounce_refund(*, number: str, revision: int, entry_id: int, on: date, because: str, by: Scope) -> Overpayment:
    """The bank returned the refund: it is owed again. Raises as `case_to_work`, NotFound for no such refund, Conflict
    when a remittance told it already or what came too much of it was given back."""
    because = check_reason(because)
    with transaction.atomic():
        row = case_to_work(number=number, revision=revision, by=by)
        entry = row.entries.filter(pk=entry_id, kind=Kind.REFUND, reversed_by__isnull=True).first()
        if entry is None:
            raise NotFound("recoveries.no_such_refund", _("There is no such refund."))
        amount = -entry.amount
        add_entry(row, Kind.BOUNCED, amount, by=by.actor, on=on, reverses=entry, because=because)
        keep(row)
        post(
            claims_account_id=row.claims_account_id,
            posting=Posting(
                reference=f"refund-bounced:{row.number}:{entry.pk}",
                kind="refund",
                description=_("Refund %(check)s returned by the bank") % {"check": entry.check_number},
                posted_on=on,
                entries=((Account.CASH, -amount), (Account.RECOVERIES, amount)),
            ),
            by=by.actor,
            must_be_funded=False,
        )
        record("claims.overpayment.refund_bounced", by=by.actor, about=row, because=because)
        settle_if_done(row, by=by.actor, because=because)
    return row
