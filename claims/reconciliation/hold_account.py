"""Holds a bank account while what is matched of it changes: one person or worker at a time, the others wait."""

from __future__ import annotations

from datetime import date

from django.db.models import Max
from django.utils.translation import gettext as _

from claims.models import BankAccount, Reconciliation
from tpa.foundation.access import Scope
from tpa.foundation.errors import NotFound


def hold_account(bank_account_id: int, *, scope: Scope | None = None) -> BankAccount:
    """The account's row, held to the end of the transaction. The claims account is held after it, never before."""
    accounts = BankAccount.objects.all() if scope is None else BankAccount.objects.visible_to(scope)
    account = accounts.select_for_update(no_key=True).filter(pk=bank_account_id).first()
    if account is None:
        raise NotFound("bank.no_such_account", _("There is no such bank account."))
    return account


def signed_until(bank_account_id: int) -> date | None:
    """The last day that is signed and closed; None when none is. One query."""
    signed = Reconciliation.objects.filter(bank_account=bank_account_id, status=Reconciliation.Status.SIGNED)
    last: date | None = signed.aggregate(last=Max("as_of_on"))["last"]
    return last
