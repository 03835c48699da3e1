"""Adds a fee term to a contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.contracts.months import check_whole_months
from tpa.contracts.selectors import first_open_month
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.parameters import legal_value
from tpa.foundation.values.money import ZERO, cents
from tpa.models import Contract, ContractFee

Kind = ContractFee.Kind
_PERCENTS = (Kind.OF_SAVINGS, Kind.OF_RECOVERIES, Kind.RUN_OUT)
_PASSED_ON = (ContractFee.Purpose.STOP_LOSS, ContractFee.Purpose.VENDOR)


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """One fee as the contract words it, from a month on: an amount, or for kinds `of_…` and run_out a `percent`."""

    kind: str
    name: str
    section: str
    starts_on: date
    amount: Decimal = ZERO
    percent: Decimal | None = None
    ends_on: date | None = None
    tier: str = ""
    plan_id: int | None = None
    purpose: str = ContractFee.Purpose.ADMINISTRATION
    payee_name: str = ""
    months_count: int | None = None  # of a run-out fee: of how many last months' fees
    in_run_out: bool = False
    is_taxable: bool = False


def add_fee(*, contract_id: int, terms: FeeTerms, by: Actor) -> ContractFee:
    """Add a fee and return it. Raises Invalid for terms that cannot be, or by law may not; Conflict when one of this
    name, plan and tier is in force already, when the contract has ended, or when it would begin in a month that is
    closed."""
    _check(terms)
    with transaction.atomic():
        contract = (
            Contract.objects.select_related("employer")
            .select_for_update(no_key=True, of=("self",))
            .filter(pk=contract_id)
            .first()
        )
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        if contract.status == Contract.Status.ENDED:
            raise Conflict("contracts.ended", _("This contract has ended."))
        if terms.kind == Kind.OF_SAVINGS:
            _check_savings(contract, terms)
        if terms.starts_on < first_open_month(contract):
            raise Conflict("contracts.month_closed", _("That month is closed: a fee begins in an open one."))
        clash = ContractFee.objects.filter(
            contract=contract,
            name=terms.name,
            tier=terms.tier,
            plan=terms.plan_id,
            period__overlap=(terms.starts_on, terms.ends_on),
        )
        if clash.exists():
            raise Conflict("contracts.fee_stands", _("This fee is agreed for that time already: end it first."))
        fee = ContractFee.objects.create(
            contract=contract,
            employer_id=contract.employer_id,
            kind=terms.kind,
            purpose=terms.purpose,
            name=terms.name,
            plan_id=terms.plan_id,
            tier=terms.tier,
            amount=terms.amount,
            percent=terms.percent,
            payee_name=terms.payee_name,
            months_count=terms.months_count,
            in_run_out=terms.in_run_out,
            is_taxable=terms.is_taxable,
            period=(terms.starts_on, terms.ends_on),
            section=terms.section,
        )
        record("tpa.contractfee.added", by=by, about=fee, because=terms.section)
    return fee


def _check_savings(contract: Contract, terms: FeeTerms) -> None:
    """Where the law of the other party's state keeps what we earn apart from what is saved on claims, it says how much
    of the savings a fee may be."""
    state = contract.employer.state
    try:
        most = legal_value(f"tpa.savings_fee_most.{state.lower()}", on=terms.starts_on)
    except NotFound:
        return
    if terms.percent is not None and terms.percent > most.value:
        words = _("In %(state)s a fee may be %(percent)s %% of savings on claims and no more: %(citation)s.")
        said = {"state": state, "percent": f"{most.value.normalize():f}", "citation": most.citation}
        raise Invalid("contracts.fee_of_savings", words % said)


def _check(terms: FeeTerms) -> None:
    check_whole_months(terms.starts_on, terms.ends_on)
    if terms.kind not in ContractFee.Kind.values or terms.purpose not in ContractFee.Purpose.values:
        raise Invalid("contracts.fee_kind", _("There is no such kind of fee."))
    if terms.amount < 0 or terms.amount != cents(terms.amount):
        raise Invalid("contracts.fee_amount", _("A fee is a whole number of cents and not negative."))
    if (terms.kind in _PERCENTS) != (terms.percent is not None) or (terms.percent is not None and terms.amount):
        raise Invalid("contracts.fee_percent", _("Of this kind of fee say either an amount or a per cent."))
    if terms.percent is not None and terms.percent < 0:
        raise Invalid("contracts.fee_percent", _("A per cent is not below zero."))
    if terms.kind != Kind.PEPM and (terms.tier or terms.plan_id is not None):
        raise Invalid("contracts.fee_tier", _("Only fees per employee know tiers and plans."))
    if terms.purpose == ContractFee.Purpose.CLAIMS_FUND and terms.kind not in (Kind.PEPM, Kind.FLAT, Kind.ONE_OFF):
        raise Invalid("contracts.fund_per_claim", _("What is paid into the claims fund is so much a month."))
    if terms.kind == Kind.RUN_OUT and not (terms.in_run_out and terms.months_count):
        raise Invalid("contracts.fee_run_out", _("A run-out fee is due after the end and says of how many months."))
    if terms.kind != Kind.RUN_OUT and terms.months_count is not None:
        raise Invalid("contracts.fee_run_out", _("Only a run-out fee counts months."))
    if terms.in_run_out and terms.kind not in (Kind.RUN_OUT, Kind.PER_CLAIM, Kind.FLAT):
        raise Invalid("contracts.fee_run_out", _("After the end there are fees by claim, by month, and once."))
    if terms.purpose in _PASSED_ON and not terms.payee_name.strip():
        raise Invalid("contracts.fee_payee", _("Say to whom it is passed on."))
