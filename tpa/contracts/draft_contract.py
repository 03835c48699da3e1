"""Drafts an agreement between the TPA and an employer; it binds nobody until it is signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.contracts.months import check_whole_months
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid
from tpa.models import Contract


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What an agreement says besides its fees. `scope`: services agreed, each with the section that says so.

    The period is half-open and of whole months. `lookback_months_count`: how far back enrolment is billed again.
    """

    number: str
    starts_on: date
    ends_on: date | None = None
    scope: tuple[tuple[str, str], ...] = ()
    lookback_months_count: int = 3
    invoice_due_days: int = 15


def draft_contract(*, employer_id: int, terms: ContractTerms, by: Actor) -> Contract:
    """Draft a contract and return it. Raises Invalid for a period that is not of whole months or terms below zero,
    Conflict when the number is taken."""
    check_whole_months(terms.starts_on, terms.ends_on)
    if terms.lookback_months_count < 0 or terms.invoice_due_days < 0:
        raise Invalid("contracts.below_zero", _("Look-back and days to pay are not below zero."))
    with transaction.atomic():
        if Contract.objects.filter(number=terms.number).exists():
            raise Conflict("contracts.number_taken", _("There is a contract of this number."))
        contract = Contract.objects.create(
            number=terms.number,
            employer_id=employer_id,
            period=(terms.starts_on, terms.ends_on),
            status_at=timezone.now(),
            scope=[list(service) for service in terms.scope],
            lookback_months_count=terms.lookback_months_count,
            invoice_due_days=terms.invoice_due_days,
        )
        record("tpa.contract.drafted", by=by, about=contract)
    return contract
