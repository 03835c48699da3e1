"""Reads recoveries: the desk by age and amount, one case with its money and timeline, what a claim or member has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Abs, Coalesce
from django.utils.translation import gettext as _

from claims.models import Overpayment, OverpaymentEntry, OverpaymentLine, PaymentAdjustment, RecoveryTerms
from tpa.foundation.access import Scope
from tpa.foundation.values.money import ZERO

Kind = OverpaymentEntry.Kind
_NOTHING = Value(ZERO, output_field=DecimalField(max_digits=14, decimal_places=2))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the dollars of a case are: found = refunded + offset + given up + open. What was found of a claim that was
    taken back as a whole since is found no more: the reversal owes it."""

    found_amount: Decimal
    refunded_amount: Decimal
    offset_amount: Decimal
    written_off_amount: Decimal
    open_amount: Decimal


def overpayments_of(scope: Scope, *, status: str = "", employer_id: int | None = None) -> QuerySet[Overpayment]:
    """The cases that exist for a person, each with what is owed (`balance_amount`), what was found and its claims."""
    rows = Overpayment.objects.visible_to(scope).select_related("employer", "payee", "member", "claims_account")
    if status:
        rows = rows.filter(status=status)
    if employer_id is not None:
        rows = rows.filter(employer=employer_id)
    return rows.annotate(
        balance_amount=Coalesce(Sum("entries__amount"), _NOTHING),
        found_amount=Coalesce(
            Sum("entries__amount", filter=Q(entries__kind__in=[Kind.FOUND, Kind.REPLACED])), _NOTHING
        ),
    )


def standing_of(row: Overpayment) -> Standing:
    """Where its dollars are; one query."""
    sums = dict(row.entries.values_list("kind").annotate(Sum("amount")).order_by())
    found, offset, given_up = (sums.get(kind, ZERO) for kind in (Kind.FOUND, Kind.OFFSET, Kind.WRITE_OFF))
    found += sums.get(Kind.REPLACED, ZERO)
    refunded = sum((sums.get(kind, ZERO) for kind in (Kind.REFUND, Kind.BOUNCED, Kind.RETURNED)), ZERO)
    return Standing(found, -refunded, -offset, -given_up, sum(sums.values(), ZERO))


def entries_of(row: Overpayment) -> QuerySet[OverpaymentEntry]:
    """Its timeline, the oldest first."""
    return row.entries.select_related("payment").order_by("pk")


def lines_of(row: Overpayment) -> QuerySet[OverpaymentLine]:
    """The claims it is about."""
    lines = row.lines.select_related("claim__member", "decision").defer(
        "claim__submission", "decision__facts", "decision__says"
    )
    return lines.annotate(paid_amount=Abs("decision__plan_paid_amount")).order_by("pk")


def overpayments_of_claim(scope: Scope, claim_id: int) -> QuerySet[Overpayment]:
    """The cases that a claim is part of."""
    return (
        overpayments_of(scope)
        .filter(pk__in=OverpaymentLine.objects.filter(claim=claim_id).values("overpayment"))
        .order_by("-pk")
    )


def told_of(row: Overpayment) -> QuerySet[PaymentAdjustment]:
    """What remittances told of it."""
    return PaymentAdjustment.objects.filter(overpayment=row.pk).select_related("payment").order_by("pk")


def terms_for(scope: Scope, *, employer_id: int | None = None) -> QuerySet[RecoveryTerms]:
    """The terms that stand, by employer, the narrowest first."""
    rows = RecoveryTerms.objects.visible_to(scope).filter(superseded_at__isnull=True)
    if employer_id is not None:
        rows = rows.filter(employer=employer_id)
    return rows.select_related("employer", "plan", "payee").order_by("employer_id", "-payee_id", "-state", "pk")


def next_action(row: Overpayment, on: date) -> str:
    """What is to be done about it next, in words."""
    if row.status == Overpayment.Status.SETTLED:
        return _("Nothing: it is settled")
    if row.write_off_amount is not None:
        return _("Somebody else decides whether it is given up")
    if row.status == Overpayment.Status.DISPUTED:
        return _("Answer what the payee says")
    if row.status == Overpayment.Status.OPEN:
        return _("It is taken from the next payments") if row.offset_from_on else _("Write the letter")
    if row.offset_from_on is not None and row.offset_from_on <= on:
        return _("It is taken from the next payments")
    if row.answer_by_on is not None and row.answer_by_on < on:
        return _("Ask again")
    return _("Wait for the answer")


def desk_totals(scope: Scope, on: date) -> dict[str, Decimal | int]:
    """What is open, what waits for somebody today, what was disputed; one query a figure's row."""
    found = Overpayment.objects.visible_to(scope).exclude(status=Overpayment.Status.SETTLED)
    sums = found.aggregate(
        open_amount=Coalesce(Sum("entries__amount"), _NOTHING),
        disputed_amount=Coalesce(Sum("entries__amount", filter=Q(status=Overpayment.Status.DISPUTED)), _NOTHING),
    )
    counts = found.aggregate(open_count=Count("pk"), due_count=Count("pk", filter=Q(next_action_on__lte=on)))
    return sums | counts
