"""Adds a performance guarantee to a contract, with all that must be said of one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.contracts.months import check_whole_months
from tpa.contracts.selectors import first_open_month
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.models import Contract, Guarantee


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeTerms:
    """A guarantee as the contract words it. Per cents are of 100; the texts say what a reader must know of it."""

    name: str
    measure: str
    cadence: str
    target_percent: Decimal
    at_risk_percent: Decimal
    weight_percent: Decimal
    standard: str
    criteria: str
    damages: str
    population: str
    sampling: str
    frequency: str
    measured_by: str
    section: str
    starts_on: date
    ends_on: date | None = None
    within_days: int | None = None
    legal_review_on: date | None = None


def add_guarantee(*, contract_id: int, terms: GuaranteeTerms, by: Actor) -> Guarantee:
    """Add it and return it. Raises Invalid when something of what must be said is not, or the weights of guarantees of
    one cadence would be more than 100 per cent; Conflict when the contract has ended or the month is closed."""
    _check(terms)
    with transaction.atomic():
        contract = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        if contract.status == Contract.Status.ENDED:
            raise Conflict("contracts.ended", _("This contract has ended."))
        if terms.starts_on < first_open_month(contract):
            raise Conflict("contracts.month_closed", _("That month is closed: a guarantee begins in an open one."))
        beside = Guarantee.objects.filter(
            contract=contract, cadence=terms.cadence, period__overlap=(terms.starts_on, terms.ends_on)
        )
        if sum(beside.values_list("weight_percent", flat=True), terms.weight_percent) > 100:
            raise Invalid("contracts.weights", _("The weights come to more than 100 per cent."))
        words = asdict(terms)
        period = (words.pop("starts_on"), words.pop("ends_on"))
        guarantee = Guarantee.objects.create(
            contract=contract, employer_id=contract.employer_id, period=period, **words
        )
        record("tpa.guarantee.added", by=by, about=guarantee, because=terms.section)
    return guarantee


def _check(terms: GuaranteeTerms) -> None:
    check_whole_months(terms.starts_on, terms.ends_on)
    if terms.measure not in Guarantee.Measure.values or terms.cadence not in Guarantee.Cadence.values:
        raise Invalid("contracts.guarantee_kind", _("There is no such guarantee."))
    texts = ("name", "standard", "criteria", "damages", "population", "sampling", "frequency", "measured_by", "section")
    missing = [name for name in texts if not getattr(terms, name).strip()]
    if missing:
        raise Invalid("contracts.guarantee_words", _("Something of the guarantee is not said."), missing=missing)
    percents = (terms.target_percent, terms.at_risk_percent, terms.weight_percent)
    if any(not 0 <= percent <= 100 for percent in percents):
        raise Invalid("contracts.guarantee_percent", _("A per cent is from 0 to 100."))
    if (terms.measure == Guarantee.Measure.TURNAROUND) != bool(terms.within_days):
        raise Invalid("contracts.guarantee_days", _("Turnaround, and nothing else, is within so many days."))
