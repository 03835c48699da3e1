"""Brings a drafted contract into force."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from employers.eligibility.selectors import states_of_members
from tpa.contracts.licences import check_licensed
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.transitions import move
from tpa.models import Contract


def sign_contract(*, contract_id: int, signed_on: date, by: Actor) -> Contract:
    """Sign and return it. Raises Conflict when another contract of the employer covers some of the time, it is no draft
    any more, or we may not serve in the employer's state or a covered member's: no licence, no exemption."""
    with transaction.atomic():
        contract = (
            Contract.objects.select_related("employer")
            .select_for_update(no_key=True, of=("self",))
            .filter(pk=contract_id)
            .first()
        )
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        _check_alone(contract)
        states = {contract.employer.state, *states_of_members(contract.employer.pk, contract.period.lower)}
        check_licensed(contract.employer.pk, states, contract.period.lower)
        Contract.objects.filter(pk=contract_id, status=Contract.Status.DRAFT).update(signed_on=signed_on)
        contract.versions.filter(number=1, signed_on__isnull=True).update(signed_on=signed_on)
        contract.signed_on = signed_on
        move(contract, Contract.Status.IN_FORCE, by=by, because=f"signed {signed_on}")
    return contract


def _check_alone(contract: Contract) -> None:
    others = Contract.objects.exclude(pk=contract.pk).exclude(status=Contract.Status.DRAFT)
    if others.filter(employer=contract.employer_id, period__overlap=contract.period).exists():
        raise Conflict("contracts.overlap", _("Another contract of this employer covers some of this time."))
