"""Reports that a contract wants by a day: expected, and delivered."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.models import Contract, ReportDelivery


def expect_report(*, contract_id: int, name: str, due_on: date, by: Actor) -> ReportDelivery:
    """Write down that a report is due and return it; the same again is the same."""
    if not name.strip():
        raise Invalid("contracts.report_name", _("Name the report."))
    with transaction.atomic():
        contract = Contract.objects.filter(pk=contract_id).first()
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        row, is_new = ReportDelivery.objects.get_or_create(
            contract=contract, name=name.strip()[:120], due_on=due_on, defaults={"employer_id": contract.employer_id}
        )
        if is_new:
            record("tpa.reportdelivery.expected", by=by, about=row)
    return row


def deliver_report(*, report_id: int, delivered_on: date, by: Actor) -> ReportDelivery:
    """Record the day it was delivered, once. Raises Conflict when it was before."""
    with transaction.atomic():
        row = ReportDelivery.objects.select_for_update(no_key=True).filter(pk=report_id).first()
        if row is None:
            raise NotFound("contracts.no_such_report", _("There is no such report."))
        if row.delivered_on is not None:
            raise Conflict("contracts.report_delivered", _("This report was delivered."))
        row.delivered_on = delivered_on
        row.save(update_fields=["delivered_on"])
        record("tpa.reportdelivery.delivered", by=by, about=row, fields=("delivered_on",))
    return row
