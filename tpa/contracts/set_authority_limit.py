"""Agrees up to which amount a role, or the engine by itself, may approve a claim."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor
from tpa.foundation.authority import set_approval_limit
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import ApprovalLimit
from tpa.models import Contract


def set_authority_limit(
    *, contract_id: int, role: str, amount: Decimal, starts_on: date, section: str, by: Actor
) -> ApprovalLimit:
    """Set a limit from a day on, for as long as the contract runs; what stood from that day on is superseded.

    It becomes a row of the ground, where claims obey it. Raises Invalid for a day outside the contract.
    """
    with transaction.atomic():
        contract = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        if starts_on not in contract.period:
            raise Invalid("contracts.outside", _("That day lies outside the contract."))
        return set_approval_limit(
            employer_id=contract.employer_id,
            role=role,
            amount=amount,
            period=(starts_on, None),
            source=f"{contract.number}, {section}"[:80],
            by=by,
        )
