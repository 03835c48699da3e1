"""Measures a guarantee over a period that is past, from what is recorded; a miss is credited with the next invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.adjudication.turnaround import turnaround
from tpa.billing.charge import ChargeWords, charge
from tpa.billing.selectors import fees_billed
from tpa.contracts.fees_at_risk import fees_at_risk
from tpa.contracts.months import months_after
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import ZERO
from tpa.models import AuditSample, Charge, Guarantee, GuaranteeResult, MonthClose, ReportDelivery

Measure = Guarantee.Measure
_MONTHS = {Guarantee.Cadence.MONTH: 1, Guarantee.Cadence.QUARTER: 3, Guarantee.Cadence.YEAR: 12}
# More than these stand in the count only.
MOST_EVIDENCE = 500


@dataclass(frozen=True, slots=True)
class Measured:
    """So many (or dollars) right of so many, and what was not: [what, when, how]."""

    good: Decimal
    of: Decimal
    missed: Sequence[tuple[str, str, str]]

    @property
    def percent(self) -> Decimal | None:
        """What was reached, of 100; None where there was nothing to measure."""
        return None if not self.of else (self.good * 100 / self.of).quantize(Decimal("0.0001"))


def period_of(guarantee: Guarantee, number: int) -> tuple[date, date]:
    """The guarantee's period number 0, 1 …: its first day and the first day after."""
    months = _MONTHS[Guarantee.Cadence(guarantee.cadence)]
    starts_on = months_after(guarantee.period.lower, number * months)
    return starts_on, months_after(starts_on, months)


def measure_guarantee(*, guarantee_id: int, starts_on: date, by: Actor) -> GuaranteeResult:
    """Measure the period that begins with a day and return the result; a period that was measured gives the one it has.

    Met when nothing was to be measured. Raises Invalid for a day that begins no period of it or a period that is not
    over (for turnaround: and its days after), Conflict while months of it are not closed, for the fees decide the
    credit.
    """
    with transaction.atomic():
        guarantee = (
            Guarantee.objects.select_for_update(no_key=True, of=("self",))
            .select_related("contract")
            .filter(pk=guarantee_id)
            .first()
        )
        if guarantee is None:
            raise NotFound("contracts.no_such_guarantee", _("There is no such guarantee."))
        if (known := guarantee.results.filter(starts_on=starts_on).first()) is not None:
            return known
        ends_on = _check(guarantee, starts_on)
        months = [months_after(starts_on, n) for n in range(_MONTHS[Guarantee.Cadence(guarantee.cadence)])]
        closed = MonthClose.objects.filter(contract=guarantee.contract_id, month_on__in=months).count()
        if closed < len(months):
            raise Conflict("contracts.months_open", _("Months of this period are not closed."))
        found = measured(guarantee, starts_on, ends_on)
        result = _write(guarantee, starts_on, ends_on, found, fees_billed(guarantee.contract_id, months), by)
        record(
            "tpa.guarantee.measured",
            by=by,
            about=result,
            detail={"met": result.is_met, "credit": str(result.credit_amount)},
        )
    return result


def _check(guarantee: Guarantee, starts_on: date) -> date:
    number = 0
    while period_of(guarantee, number)[0] < starts_on:
        number += 1
    first, ends_on = period_of(guarantee, number)
    last = guarantee.period.upper
    if first != starts_on or (last is not None and ends_on > last):
        raise Invalid("contracts.no_period", _("No period of this guarantee begins on that day."))
    if ends_on + timedelta(days=guarantee.within_days or 0) > timezone.localdate():
        raise Invalid("contracts.period_not_over", _("This period can not be measured yet."))
    return ends_on


def measured(guarantee: Guarantee, starts_on: date, ends_on: date) -> Measured:
    """What was right and what was not in a period. One query."""
    if guarantee.measure == Measure.TURNAROUND:
        return _turnaround(guarantee, starts_on, ends_on)
    if guarantee.measure == Measure.REPORTS:
        return _reports(guarantee, starts_on, ends_on)
    return _audited(guarantee, starts_on, ends_on)


def _turnaround(guarantee: Guarantee, starts_on: date, ends_on: date) -> Measured:
    """Of all claims received in the period; one that is not decided yet has missed."""
    days = guarantee.within_days or 0
    claims = turnaround(guarantee.employer_id, since=starts_on, before=ends_on)
    late = [one for one in claims if not one.is_within(days)]
    missed = [
        (one.claim_number, str(one.received_on), str(one.decided_on) if one.decided_on else _("not decided"))
        for one in late
    ]
    return Measured(Decimal(len(claims) - len(late)), Decimal(len(claims)), missed)


def _reports(guarantee: Guarantee, starts_on: date, ends_on: date) -> Measured:
    due = list(ReportDelivery.objects.filter(contract=guarantee.contract_id, due_on__gte=starts_on, due_on__lt=ends_on))
    late = [one for one in due if one.delivered_on is None or one.delivered_on > one.due_on]
    missed = [(one.name, str(one.due_on), str(one.delivered_on or _("not delivered"))) for one in late]
    return Measured(Decimal(len(due) - len(late)), Decimal(len(due)), missed)


def _audited(guarantee: Guarantee, starts_on: date, ends_on: date) -> Measured:
    """Of what was paid in the period, drawn and audited. Dollars: too much and too little are both wrong."""
    samples = AuditSample.objects.filter(
        employer=guarantee.employer_id,
        status=AuditSample.Status.AUDITED,
        paid_on__gte=starts_on,
        paid_on__lt=ends_on,
    ).order_by("paid_on", "pk")
    found = [(one, one.paid_amount - (one.correct_amount or ZERO)) for one in samples]
    if guarantee.measure == Measure.PROCEDURAL_ACCURACY:
        wrong = [(one, off) for one, off in found if not one.is_handled_right]
    else:
        wrong = [(one, off) for one, off in found if off]
    missed = [(one.claim_number, str(one.paid_on), f"{off:+} {one.finding}".strip()) for one, off in wrong]
    if guarantee.measure == Measure.FINANCIAL_ACCURACY:
        paid = sum((one.paid_amount for one, _off in found), ZERO)
        return Measured(max(paid - sum((abs(off) for _one, off in wrong), ZERO), ZERO), paid, missed)
    return Measured(Decimal(len(found) - len(wrong)), Decimal(len(found)), missed)


def _write(
    guarantee: Guarantee, starts_on: date, ends_on: date, found: Measured, fees: Decimal, by: Actor
) -> GuaranteeResult:
    is_met = found.percent is None or found.percent >= guarantee.target_percent
    weights = {"this": guarantee.weight_percent, "others": 100 - guarantee.weight_percent}
    at_risk = fees_at_risk(max(fees, ZERO), guarantee.at_risk_percent, weights)["this"]
    row: Charge | None = None
    if not is_met and at_risk:
        words = ChargeWords(
            kind=Charge.Kind.GUARANTEE,
            reference=f"guarantee:{guarantee.pk}:{starts_on}",
            name=_("%(name)s missed: %(reached)s %% of %(target)s %%")
            % {
                "name": guarantee.name,
                "reached": f"{found.percent:.2f}",
                "target": f"{guarantee.target_percent.normalize():f}",
            },
            # With the next invoice, whatever month it is for.
            incurred_on=starts_on,
            amount=at_risk,
            section=guarantee.section,
        )
        row = charge(contract_id=guarantee.contract_id, words=words, by=by)
    return GuaranteeResult.objects.create(
        guarantee=guarantee,
        employer_id=guarantee.employer_id,
        starts_on=starts_on,
        ends_on=ends_on,
        good=found.good,
        measured=found.of,
        reached_percent=found.percent,
        is_met=is_met,
        fees_amount=fees,
        credit_amount=at_risk if row is not None else ZERO,
        evidence={"missed": [list(one) for one in found.missed[:MOST_EVIDENCE]], "count": len(found.missed)},
        charge=row,
        recorded_at=timezone.now(),
    )


def guarantees_due(on: date) -> list[tuple[int, date]]:
    """(guarantee, first day) of every period that is over, closed and not measured, in order."""
    due = []
    for guarantee in Guarantee.objects.select_related("contract").order_by("pk"):
        known = set(guarantee.results.values_list("starts_on", flat=True))
        closed = set(MonthClose.objects.filter(contract=guarantee.contract_id).values_list("month_on", flat=True))
        number = 0
        while (period := period_of(guarantee, number))[1] + timedelta(days=guarantee.within_days or 0) <= on:
            number += 1
            if guarantee.period.upper is not None and period[1] > guarantee.period.upper:
                break
            months = {months_after(period[0], n) for n in range(_MONTHS[Guarantee.Cadence(guarantee.cadence)])}
            if period[0] not in known and months <= closed:
                due.append((guarantee.pk, period[0]))
    return due
