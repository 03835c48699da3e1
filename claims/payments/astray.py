"""Payments that went out and did not arrive, and when they were made after all: readers of paid services begin so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final, NamedTuple

from django.db.models import Max
from django.utils import timezone

from claims.models import PaymentInstrument

# Payments of which a check or credit did not arrive, few of all, and when they were made after all: the day of the
# instrument that stands, or of the payment in which what is left of it went out; NULL: nobody was paid yet.
ASTRAY: Final = """
WITH RECURSIVE went (payment_id, by_id) AS (
  SELECT DISTINCT payment_id, payment_id FROM claims_paymentinstrument
   WHERE employer_id = %(employer)s AND status IN ('returned', 'stopped', 'voided', 'reissued', 'credited')
   UNION
  SELECT went.payment_id, n.credited_by_id FROM went JOIN claims_paymentinstrument n ON n.payment_id = went.by_id
   WHERE n.credited_by_id IS NOT NULL),
astray AS (
  SELECT went.payment_id, CASE WHEN n.id IS NULL THEN b.paid_on
                               WHEN n.status NOT IN ('issued', 'cleared', 'escheated') THEN NULL
                               WHEN n.number = 1 THEN b.paid_on ELSE n.issued_on END AS made_on
    FROM went
    JOIN claims_payment b ON b.id = went.by_id
    LEFT JOIN LATERAL (SELECT id, status, number, issued_on, credited_by_id FROM claims_paymentinstrument
                        WHERE payment_id = went.by_id ORDER BY number DESC LIMIT 1) n ON true
   WHERE n.credited_by_id IS NULL)
"""


def last_astray(employer_ids: Collection[int]) -> dict[int, datetime]:
    """When a payment of each employer last came back, was made again or was set against its claims; one query."""
    moved = PaymentInstrument.objects.filter(employer__in=list(employer_ids), status__in=PaymentInstrument.ASTRAY)
    return dict(moved.order_by().values_list("employer").annotate(Max("status_at")))


class Astray(NamedTuple):
    """What became of a payment that did not arrive: in words, and on which day."""

    status: str
    on: date


def astray_payments(employer_id: int, trace_numbers: Collection[str]) -> dict[str, Astray]:
    """Of these payments those that are owed again by now, by trace number; one query."""
    rows = PaymentInstrument.objects.filter(
        employer=employer_id, payment__trace_number__in=list(trace_numbers), status__in=PaymentInstrument.OWED
    ).select_related("payment")
    return {
        row.payment.trace_number: Astray(row.get_status_display(), timezone.localdate(row.status_at))
        for row in rows.order_by("number")
    }
