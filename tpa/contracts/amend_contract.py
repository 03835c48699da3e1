"""Amends a contract: a new version of its terms from a month on, fees ended and fees added, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.contracts.add_fee import FeeTerms, add_fee
from tpa.contracts.draft_contract import add_version
from tpa.contracts.end_fee import end_fee
from tpa.contracts.months import check_whole_months
from tpa.contracts.selectors import first_open_month
from tpa.contracts.terms import Terms, check_terms
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.models import Contract, ContractVersion


@dataclass(frozen=True, slots=True)
class Amendment:
    """What changes from a month on, and why. `changes` are terms by name; fees that end do so with that month."""

    starts_on: date
    because: str
    signed_on: date
    changes: Mapping[str, Any] = field(default_factory=dict)
    ends_fees: tuple[int, ...] = ()
    adds_fees: tuple[FeeTerms, ...] = ()


def amend_contract(*, contract_id: int, amendment: Amendment, by: Actor) -> ContractVersion:
    """Amend and return the new version. Raises Invalid for terms that there are not and for no reason, Conflict when
    the contract is not in force, the month is closed, or a later version stands."""
    check_whole_months(amendment.starts_on, None)
    if not amendment.because.strip():
        raise Invalid("contracts.reason_wanted", _("Say why the contract is amended."))
    if not set(amendment.changes) <= set(Terms.__dataclass_fields__):
        raise Invalid("contracts.no_such_term", _("There is no such term."))
    with transaction.atomic():
        contract = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        if contract.status != Contract.Status.IN_FORCE:
            raise Conflict("contracts.not_in_force", _("Only a contract in force is amended."))
        if amendment.starts_on not in contract.period:
            raise Invalid("contracts.outside", _("That day lies outside the contract."))
        if amendment.starts_on < first_open_month(contract):
            raise Conflict("contracts.month_closed", _("That month is closed: an amendment begins in an open one."))
        latest = contract.versions.order_by("-number")[0]
        if amendment.starts_on <= latest.starts_on:
            raise Conflict("contracts.later_version", _("A version from that month on, or a later one, stands."))
        terms = replace(_terms_of(latest), **amendment.changes)
        check_terms(terms)
        for fee_id in amendment.ends_fees:
            end_fee(fee_id=fee_id, ends_on=amendment.starts_on, by=by, because=amendment.because)
        for fee in amendment.adds_fees:
            add_fee(contract_id=contract_id, terms=fee, by=by)
        version = add_version(
            contract,
            terms,
            number=latest.number + 1,
            starts_on=amendment.starts_on,
            by=by,
            because=amendment.because[:300],
            signed_on=amendment.signed_on,
        )
        record(
            "tpa.contract.amended",
            by=by,
            about=contract,
            because=amendment.because,
            fields=sorted(amendment.changes),
            detail={"version": version.number, "from": str(version.starts_on)},
        )
    return version


def _terms_of(version: ContractVersion) -> Terms:
    return Terms(**{name: getattr(version, name) for name in Terms.__dataclass_fields__})
