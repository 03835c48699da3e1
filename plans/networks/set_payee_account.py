"""Says where a payee wants its money: by its own word, or as its bank corrects it. The account it had is kept."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.models import FormerAccount, Payee
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.values.identifiers import is_aba

MOST_DIGITS = 17


def set_payee_account(
    *,
    payee_id: int,
    routing_number: str,
    account_number: str,
    account_type: str = Payee.AccountType.CHECKING,
    because: str,
    by: Actor,
) -> bool:
    """Pay a payee by ACH to this account from now on; returns whether that is another than before.

    Both numbers empty: by check from now on. Raises NotFound, and Invalid for a routing number with a wrong check
    digit, an account number that does not fit an entry, or no reason.
    """
    routing, account = routing_number.strip(), account_number.strip()
    if not because.strip():
        raise Invalid("payee.reason_wanted", _("Say why: the reason stays with the account."))
    if bool(routing) != bool(account):
        raise Invalid("payee.half_an_account", _("An account is told by its routing and its account number."))
    if routing and (not is_aba(routing) or len(account) > MOST_DIGITS or not account.isprintable()):
        raise Invalid("payee.no_such_account", _("The routing number or the account number can not be right."))
    if account_type not in Payee.AccountType.values:
        raise Invalid("payee.account_type", _("An account is for checking or for savings."))
    with transaction.atomic():
        payee = Payee.objects.select_for_update(no_key=True).filter(pk=payee_id).first()
        if payee is None:
            raise NotFound("payee.no_such_payee", _("There is no such payee."))
        method = Payee.Method.ACH if routing else Payee.Method.CHECK
        stands = (payee.bank_routing_number, payee.bank_account_number, payee.bank_account_type, payee.method)
        if stands == (routing, account, account_type, method):
            return False
        if payee.bank_account_number:
            FormerAccount.objects.create(
                payee=payee,
                bank_routing_number=payee.bank_routing_number,
                bank_account_number=payee.bank_account_number,
                bank_account_type=payee.bank_account_type,
                ended_at=timezone.now(),
                because=because.strip()[:120],
            )
        payee.bank_routing_number, payee.bank_account_number = routing, account
        payee.bank_account_type, payee.method = account_type, method
        fields = ("bank_routing_number", "bank_account_number", "bank_account_type", "method")
        payee.save(update_fields=fields)
        record("plans.payee.account_set", by=by, about=payee, because=because.strip()[:300], fields=fields)
    return True
