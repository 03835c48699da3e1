"""Drafts an agreement of the TPA with an employer or an insurer; it binds nobody until it is signed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.contracts.months import check_whole_months
from tpa.contracts.terms import Terms, check_terms
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict
from tpa.models import Contract, ContractVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms(Terms):
    """A contract to be: its number and period (half-open, of whole months), and its terms."""

    number: str
    starts_on: date
    ends_on: date | None = None


def draft_contract(*, employer_id: int, terms: ContractTerms, by: Actor) -> Contract:
    """Draft a contract with an employer, or with an insurer that stands as one, and return it. Raises Invalid for a
    period that is not of whole months or terms below zero, Conflict when the number is taken."""
    check_whole_months(terms.starts_on, terms.ends_on)
    check_terms(terms)
    with transaction.atomic():
        if Contract.objects.filter(number=terms.number).exists():
            raise Conflict("contracts.number_taken", _("There is a contract of this number."))
        contract = Contract.objects.create(
            number=terms.number,
            employer_id=employer_id,
            period=(terms.starts_on, terms.ends_on),
            status_at=timezone.now(),
        )
        add_version(contract, terms, number=1, starts_on=terms.starts_on, by=by)
        record("tpa.contract.drafted", by=by, about=contract)
    return contract


def add_version(
    contract: Contract, terms: Terms, *, number: int, starts_on: date, by: Actor, **said: object
) -> ContractVersion:
    """Write the terms down as a version; `said` is the signing day and the reason of an amendment."""
    names = set(Terms.__dataclass_fields__)
    return ContractVersion.objects.create(
        contract=contract,
        employer_id=contract.employer_id,
        number=number,
        starts_on=starts_on,
        recorded_at=timezone.now(),
        recorded_by=str(by)[:80],
        **{name: value for name, value in asdict(terms).items() if name in names},
        **said,
    )
