"""Reads all that a month's invoice stands on, as it is known at the moment of the close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from claims.payments.selectors import SettledFact, settled_between
from claims.recoveries.recovered_money import recovered_between
from employers.eligibility.selectors import members_covered_in
from employers.facts import MonthRule
from employers.funding.paying_accounts import paying_accounts
from tpa.billing.draft_lines import MonthFacts, Tax, Turn
from tpa.billing.selectors import charges_to_take_up, fees_billed, turns_of
from tpa.contracts.months import months_before, next_month
from tpa.contracts.selectors import contract_on, fees_in, fees_in_months
from tpa.foundation.errors import NotFound
from tpa.foundation.parameters import legal_value
from tpa.foundation.values.money import ZERO
from tpa.models import Contract, ContractFee, ContractVersion, InvoiceClaim, MonthClose

# Clocks of two machines differ by less.
_CLOCKS = timedelta(hours=1)


def month_facts(contract: Contract, employer_id: int, month_on: date, known_at: datetime) -> MonthFacts:
    """The facts of one contract's month. A fixed number of queries, whatever is behind it."""
    versions = list(contract.versions.order_by("starts_on"))
    terms = terms_of(versions, month_on)
    back = [month for month in months_before(month_on, terms.lookback_months_count) if month in contract.period]
    within = [month for month in (*back, month_on) if month in contract.period]
    fees = fees_in_months(contract.pk, within)
    if month_on not in contract.period:
        fees[month_on] = _run_out_fees(contract, month_on)
    enrolled = members_covered_in(employer_id, {month: _rule(terms_of(versions, month)) for month in within}, known_at)
    return MonthFacts(
        month_on=month_on,
        settled=list(_settled(contract, employer_id, month_on)),
        account_names={one.claims_account_id: one.name for one in paying_accounts(employer_id)},
        fees=fees,
        enrolled=enrolled,
        turns={key: Turn(number, tier, division) for key, number, tier, division in turns_of(contract.pk, back)},
        charges=charges_to_take_up(contract.pk, next_month(month_on)),
        tax=_tax(contract, fees[month_on], month_on),
        last_fees=_last_fees(contract, fees[month_on]),
        by_division=terms.by_division,
        due_days=terms.invoice_due_days,
        recovered_amount=_recovered(fees[month_on], employer_id, month_on),
    )


def terms_of(versions: Sequence[ContractVersion], month_on: date) -> ContractVersion:
    """The version that a month goes by: the last that had begun."""
    return [version for version in versions if version.starts_on <= month_on][-1]


def _rule(terms: ContractVersion) -> MonthRule:
    return MonthRule(terms.starts_until_day, terms.ends_from_day)


def _run_out_fees(contract: Contract, month_on: date) -> list[ContractFee]:
    """After the end: what the contract names for its run-out; what is due once, in the first month only."""
    last = months_before(contract.period.upper, 1)[0]
    fees = fees_in(contract.pk, last, in_run_out=True)
    return [fee for fee in fees if fee.kind != ContractFee.Kind.RUN_OUT or month_on == contract.period.upper]


def _last_fees(contract: Contract, fees: Sequence[ContractFee]) -> dict[int, Decimal]:
    return {
        fee.pk: fees_billed(contract.pk, months_before(contract.period.upper, fee.months_count or 0))
        for fee in fees
        if fee.kind == ContractFee.Kind.RUN_OUT
    }


def _tax(contract: Contract, fees: Sequence[ContractFee], month_on: date) -> Tax | None:
    """What the employer's state levies on the month's taxable fees; None where it levies nothing that we know of."""
    if not any(fee.is_taxable for fee in fees):
        return None
    state = contract.employer.state
    try:
        rate = legal_value(f"tax.services.{state.lower()}", on=month_on)
    except NotFound:
        return None
    return Tax(state, rate.value, rate.citation)


def _recovered(fees: Sequence[ContractFee], employer_id: int, month_on: date) -> Decimal:
    """What came back in the month, and in closed ones since; not looked at where no fee is a per cent of it."""
    if not any(fee.kind == ContractFee.Kind.OF_RECOVERIES for fee in fees):
        return ZERO
    before = MonthClose.objects.filter(employer=employer_id, month_on__lt=month_on).order_by("-known_at").first()
    return recovered_between(
        employer_id,
        since=month_on,
        before=next_month(month_on),
        recorded_after=before.known_at if before is not None else None,
    )


def _settled(contract: Contract, employer_id: int, month_on: date) -> Iterator[SettledFact]:
    """What the employer's payment runs settled in the month, and in closed ones since they were closed; after the
    contract's end only while no other contract takes it over.

    Of closed months whatever was not billed is billed now, whatever the clocks of two machines said; what is only told
    (the employer's own money) goes by the time it was recorded.
    """
    if month_on not in contract.period and contract_on(employer_id, month_on) is not None:
        return
    before = MonthClose.objects.filter(employer=employer_id, month_on__lt=month_on).order_by("-known_at").first()
    since = before.known_at if before is not None else None
    found = list(
        settled_between(
            employer_id,
            since=month_on,
            before=next_month(month_on),
            recorded_after=since - _CLOCKS if since is not None else None,
        )
    )
    late = [item.decision_id for item in found if item.paid_on < month_on]
    billed = set(InvoiceClaim.objects.filter(decision__in=late).values_list("decision_id", flat=True))
    for item in found:
        is_new = since is None or item.funds == "tpa" or item.recorded_at > since
        if item.paid_on >= month_on or (is_new and item.decision_id not in billed):
            yield item
