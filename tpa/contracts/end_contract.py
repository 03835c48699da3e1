"""Ends a contract with a month: fees stop, and what runs out is billed until the look-back is over."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.contracts.months import check_whole_months
from tpa.contracts.selectors import first_open_month
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move
from tpa.models import Contract


def end_contract(*, contract_id: int, ends_on: date, by: Actor, because: str) -> Contract:
    """End it with `ends_on`, the first month it no longer covers, and return it. Raises Conflict when months from then
    on are closed already, Invalid when it would end later than agreed."""
    with transaction.atomic():
        contract = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        check_whole_months(contract.period.lower, ends_on)
        if contract.period.upper is not None and ends_on > contract.period.upper:
            raise Invalid("contracts.later_end", _("The contract ends before that day."))
        if ends_on < first_open_month(contract):
            raise Conflict("contracts.month_closed", _("Months from that day on are closed."))
        move(contract, Contract.Status.ENDED, by=by, because=because)
        Contract.objects.filter(pk=contract_id).update(period=(contract.period.lower, ends_on))
        contract.refresh_from_db()
    return contract
