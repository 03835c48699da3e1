"""Opens the account from which one plan's claims are paid, with its whole chart."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from employers.models import ClaimsAccount, Employer, LedgerAccount
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.identifiers import is_aba


def open_claims_account(
    *,
    employer_id: int,
    name: str,
    by: Actor,
    plan_id: int | None = None,
    bank_routing_number: str = "",
    bank_account_number: str = "",
    overdraft_limit_amount: Decimal | None = None,
) -> int:
    """Open the claims account of a plan (or, without one, of all plans that have none of their own); returns its id.

    Whose money it is never changes afterwards. `overdraft_limit_amount` says how far payments may draw below zero:
    0 where the employer pays in before, None where there is no limit.
    """
    if bank_routing_number and not is_aba(bank_routing_number):
        raise Invalid("funding.routing_number", _("This is no bank routing number."))
    if overdraft_limit_amount is not None and overdraft_limit_amount < 0:
        raise Invalid("funding.limit", _("The limit must not be below zero."))
    with transaction.atomic():
        if not Employer.objects.select_for_update(no_key=True).filter(pk=employer_id).exists():
            raise NotFound("funding.no_such_employer", _("There is no such employer."))
        if ClaimsAccount.objects.filter(employer=employer_id, plan=plan_id).exists():
            raise Conflict("funding.account_exists", _("This plan has its claims account."))
        account = ClaimsAccount.objects.create(
            employer_id=employer_id,
            plan_id=plan_id,
            name=name,
            bank_routing_number=bank_routing_number,
            bank_account_number=bank_account_number,
            overdraft_limit_amount=overdraft_limit_amount,
        )
        LedgerAccount.objects.bulk_create(
            [
                LedgerAccount(employer_id=employer_id, claims_account=account, kind=kind)
                for kind in LedgerAccount.Kind.values
            ]
        )
        record("employers.claimsaccount.opened", by=by, about=account)
    return account.pk
