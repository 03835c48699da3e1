"""Ends a fee term: from a month on it is billed no more."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.contracts.months import check_whole_months
from tpa.contracts.selectors import first_open_month
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, NotFound
from tpa.models import Contract, ContractFee


def end_fee(*, fee_id: int, ends_on: date, by: Actor, because: str) -> ContractFee:
    """End a fee with `ends_on`, the first month without it, and return it. Raises Conflict when it has an end already
    or the month is closed, Invalid when the day is no first of a month after its beginning."""
    with transaction.atomic():
        fee = ContractFee.objects.filter(pk=fee_id).first()
        if fee is None:
            raise NotFound("contracts.no_such_fee", _("There is no such fee."))
        contract = Contract.objects.select_for_update(no_key=True).get(pk=fee.contract_id)
        fee.refresh_from_db()
        if fee.period.upper is not None:
            raise Conflict("contracts.fee_ended", _("This fee has its end."))
        check_whole_months(fee.period.lower, ends_on)
        if ends_on < first_open_month(contract):
            raise Conflict(
                "contracts.month_closed", _("That month is closed: what was billed is corrected by a credit.")
            )
        fee.period = (fee.period.lower, ends_on)
        fee.save(update_fields=["period"])
        fee.refresh_from_db()
        record("tpa.contractfee.ended", by=by, about=fee, because=because, fields=("period",))
    return fee
