"""Reads contracts: which is in force, its fees in a month, its limits, and where its books stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from tpa.contracts.compare_versions import Stage, stages
from tpa.contracts.months import next_month
from tpa.foundation.access import Scope
from tpa.foundation.models import ApprovalLimit
from tpa.models import Contract, ContractFee, ContractVersion, MonthClose


def contracts_of(scope: Scope, *, employer_id: int | None = None) -> QuerySet[Contract]:
    """The contracts that exist for a person, the latest first."""
    contracts = Contract.objects.visible_to(scope).select_related("employer")
    if employer_id is not None:
        contracts = contracts.filter(employer=employer_id)
    return contracts.order_by("employer__name", "-period", "pk")


def contract_on(employer_id: int, on: date) -> Contract | None:
    """The signed contract that covers a day."""
    signed = Contract.objects.exclude(status=Contract.Status.DRAFT)
    return signed.filter(employer=employer_id, period__contains=on).first()


def terms_in(contract_id: int, month_on: date) -> ContractVersion:
    """The version of the terms that a month goes by. One query."""
    versions = ContractVersion.objects.filter(contract=contract_id, starts_on__lte=month_on).order_by("-starts_on")
    return versions[0]


def stages_of(scope: Scope, contract: Contract) -> list[Stage]:
    """Every month from which the contract says something else, and what, the earliest first. Two queries."""
    versions = ContractVersion.objects.visible_to(scope).filter(contract=contract).order_by("starts_on")
    return stages(list(versions), list(fees_of(scope, contract.pk)))


def fees_in(contract_id: int, month_on: date, *, in_run_out: bool = False) -> list[ContractFee]:
    """The fees in force in a month, in the contract's order; or those that it names for its run-out. One query."""
    fees = ContractFee.objects.filter(contract=contract_id, period__contains=month_on, in_run_out=in_run_out)
    return list(fees.select_related("plan").order_by("section", "name", "plan_id", "tier", "pk"))


def fees_in_months(contract_id: int, months: Sequence[date]) -> dict[date, list[ContractFee]]:
    """The fees in force in each of these months, those for the run-out left out. One query."""
    if not months:
        return {}
    fees = ContractFee.objects.filter(
        contract=contract_id, in_run_out=False, period__overlap=(min(months), next_month(max(months)))
    )
    found = list(fees.select_related("plan").order_by("section", "name", "plan_id", "tier", "pk"))
    return {month: [fee for fee in found if month in fee.period] for month in months}


def fees_of(scope: Scope, contract_id: int) -> QuerySet[ContractFee]:
    """All fees of a contract, those that ended included."""
    fees = ContractFee.objects.visible_to(scope).filter(contract=contract_id)
    return fees.select_related("plan").order_by("section", "name", "plan_id", "tier", "period", "pk")


def limits_of(scope: Scope, contract: Contract) -> QuerySet[ApprovalLimit]:
    """The approval limits agreed with the contract's employer, as they stand."""
    limits = ApprovalLimit.objects.visible_to(scope).filter(superseded_at__isnull=True)
    return limits.filter(employer_id=contract.employer_id).order_by("role", "period")


def first_open_month(contract: Contract) -> date:
    """The first month of a contract that is not closed."""
    last = MonthClose.objects.filter(contract=contract).order_by("-month_on").values_list("month_on", flat=True).first()
    if last is not None:
        return next_month(last)
    starts_on: date = contract.period.lower
    return starts_on
