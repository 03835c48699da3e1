"""Withdraws a statement that the bank replaces: its lines no longer count, and what was matched with them is open."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import BankMatch, BankStatement
from claims.reconciliation.hold_account import hold_account, signed_until
from claims.reconciliation.unmatch import take_back
from tpa.foundation.access import Scope
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move


def withdraw_statement(*, statement_id: int, because: str, scope: Scope) -> BankStatement:
    """Withdraw it and return it. Raises Conflict when it is withdrawn, or its days are signed and closed."""
    if not because.strip():
        raise Invalid("bank.reason_wanted", _("Say why."))
    with transaction.atomic():
        statement = BankStatement.objects.visible_to(scope).filter(pk=statement_id).first()
        if statement is None:
            raise NotFound("bank.no_such_statement", _("There is no such statement."))
        account = hold_account(statement.bank_account_id, scope=scope)
        closed = signed_until(account.pk)
        if closed is not None and statement.period.lower <= closed:
            raise Conflict("bank.closed", _("Its days are signed and closed."))
        standing = BankMatch.objects.filter(superseded_at__isnull=True, parts__line__statement=statement)
        ids = sorted(set(standing.values_list("pk", flat=True)))
        move(statement, BankStatement.Status.WITHDRAWN, by=scope.actor, because=because)
        take_back(account, ids, because=because, by=scope.actor, closed=closed)
    return statement
