"""Prepares the reconciliation of an account as of a day, and signs it: another person, and the days are closed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import BankStatement, Reconciliation
from claims.reconciliation.hold_account import hold_account, signed_until
from claims.reconciliation.standing import Standing, standing
from claims.reconciliation.write_report import write_report
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid, NotFound, Refused
from tpa.foundation.transitions import move


def prepare_reconciliation(*, bank_account_id: int, as_of_on: date, scope: Scope) -> Reconciliation:
    """Set down how the account stands as of a day, and return it. Prepared again, it takes the place of the last.

    Raises Invalid for a day that no statement reaches, Conflict for one that is closed.
    """
    with transaction.atomic():
        account = hold_account(bank_account_id, scope=scope)
        closed = signed_until(account.pk)
        if closed is not None and as_of_on <= closed:
            raise Conflict("bank.closed", _("These days are signed and closed."))
        reached = account.statements.filter(status=BankStatement.Status.STANDING, ends_on__gte=as_of_on)
        if not reached.exists():
            raise Invalid("bank.no_statement", _("No statement of the bank reaches that day yet."))
        same = account.reconciliations.filter(as_of_on=as_of_on, status=Reconciliation.Status.PREPARED)
        for earlier in same:
            move(earlier, Reconciliation.Status.DROPPED, by=scope.actor, because="prepared again")
        at = timezone.now()
        prepared = Reconciliation.objects.create(
            bank_account=account,
            employer_id=account.employer_id,
            as_of_on=as_of_on,
            prepared_by=str(scope.actor)[:80],
            prepared_at=at,
            status_at=at,
            **_figures(standing(account, as_of_on)),
        )
        record("claims.reconciliation.prepared", by=scope.actor, about=prepared, detail={"as_of": str(as_of_on)})
    return prepared


def sign_reconciliation(*, reconciliation_id: int, scope: Scope) -> Reconciliation:
    """Sign it, close its days, write its papers, and return it.

    Raises Refused for who prepared it, Conflict when it was signed or dropped, an earlier one waits, or anything that
    it says changed since: then prepare it again.
    """
    with transaction.atomic():
        found = _visible(reconciliation_id, scope)
        account = hold_account(found.bank_account_id, scope=scope)
        row = Reconciliation.objects.select_for_update(no_key=True).get(pk=found.pk)
        if row.prepared_by == str(scope.actor)[:80]:
            raise Refused("bank.own_reconciliation", _("Another person than who prepared it signs."))
        if row.status != Reconciliation.Status.PREPARED:
            raise Conflict("bank.reconciliation_settled", _("Somebody signed or dropped it meanwhile."))
        now_stands = standing(account, row.as_of_on)
        if any(getattr(row, name) != amount for name, amount in _figures(now_stands).items()):
            raise Conflict("bank.changed_since", _("Something of it changed since it was prepared: prepare it again."))
        row.signed_by, row.signed_at = str(scope.actor)[:80], timezone.now()
        row.save(update_fields=["signed_by", "signed_at"])
        move(row, Reconciliation.Status.SIGNED, by=scope.actor, at=row.signed_at)
        write_report(row, account, now_stands)
    return row


def drop_reconciliation(*, reconciliation_id: int, because: str, scope: Scope) -> Reconciliation:
    """Drop one that was prepared, and return it."""
    if not because.strip():
        raise Invalid("bank.reason_wanted", _("Say why."))
    with transaction.atomic():
        row = _visible(reconciliation_id, scope)
        hold_account(row.bank_account_id, scope=scope)
        move(row, Reconciliation.Status.DROPPED, by=scope.actor, because=because)
    return row


def _visible(reconciliation_id: int, scope: Scope) -> Reconciliation:
    row = Reconciliation.objects.visible_to(scope).filter(pk=reconciliation_id).first()
    if row is None:
        raise NotFound("bank.no_such_reconciliation", _("There is no such reconciliation."))
    return row


def _figures(stands: Standing) -> dict[str, Decimal]:
    return {
        "bank_amount": stands.bank_amount,
        "in_transit_amount": stands.in_transit_amount,
        "outstanding_amount": stands.outstanding_amount,
        "unexplained_amount": stands.unexplained_amount,
        "book_amount": stands.book_amount,
    }
