"""Corrects a recipient's account as its bank wants it: the next payment goes there."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from claims.models import ReceivingAccount
from claims.payments.nacha_returns import Returned, corrected
from claims.payments.receiving_accounts import Destination, destinations, note_account
from claims.payments.return_codes import code_words
from claims.payments.set_member_account import set_member_account
from plans.networks.set_payee_account import set_payee_account
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError
from tpa.foundation.transitions import move


def apply_change(
    notice: Returned, *, payee_id: int | None, member_id: int | None, on: date, by: Actor
) -> tuple[bool | None, str]:
    """(True, what was changed); (False, …) when the account stands like that already; (None, why not) else.

    The corrected account needs no prenote: its own bank told it. A notice about an account that the recipient has no
    more changes nothing.
    """
    code = notice.code
    said = corrected(code, notice.corrected)
    if said is None:
        return None, _("%(words)s: nothing of the account that can be changed by itself.") % {"words": code_words(code)}
    to = destinations([(payee_id, member_id)]).get((payee_id, member_id))
    if to is None:
        return None, _("The recipient has no account with us any more.")
    if not went_to(notice, to):
        if all(getattr(to, name) == value for name, value in said._asdict().items() if value):
            return False, _("The account stands like that already.")
        return None, _("The recipient has another account since: the correction is of one that is used no more.")
    values = {
        "routing_number": said.routing_number or to.routing_number,
        "account_number": said.account_number or to.account_number,
        "account_type": said.account_type or to.account_type,
    }
    if values == {name: getattr(to, name) for name in values}:
        return False, _("The account stands like that already.")
    because = _("%(code)s of its bank: %(words)s") % {"code": code, "words": code_words(code)}
    try:
        if payee_id is not None:
            set_payee_account(payee_id=payee_id, because=because, by=by, **values)
        else:
            assert member_id is not None
            set_member_account(member_id=member_id, because=because, by=by, **values)
    except DomainError as refused:
        return None, _("The corrected account can not be right: %(why)s") % {"why": refused}
    now = destinations([(payee_id, member_id)])[payee_id, member_id]
    row = note_account(now, ReceivingAccount.Status.OPEN, on=on)
    if row.status != ReceivingAccount.Status.OPEN:
        move(row, ReceivingAccount.Status.OPEN, by=by, because=code)
    return True, _("The next payment goes to the corrected account: %(words)s.") % {"words": code_words(code)}


def went_to(said: Returned, to: Destination) -> bool:
    """Is this the account that the entry went to? What the bank left out does not count against it."""
    return (not said.bank or to.routing_number[:8] == said.bank) and (
        not said.account or said.account.upper() == to.account_number.strip().upper()
    )
