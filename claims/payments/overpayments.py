"""Overpayments as payment runs meet them: read under their locks, and written with the payments that took of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from claims.models import (
    Overpayment,
    OverpaymentEntry,
    OverpaymentLine,
    Payment,
    PaymentAdjustment,
    PaymentInstrument,
    PaymentItem,
)
from claims.payments.netting import Due, PlannedPayment, Recipient
from claims.payments.recovering import (
    Case,
    Debt,
    Recovering,
    Untold,
    debts_of,
    plan_recovering,
    settle_debts,
    taken_by,
)
from claims.payments.recovery_terms import TermsOf, terms_in_force
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move_many
from tpa.foundation.values.money import ZERO

Kind = OverpaymentEntry.Kind

# Whoever writes to a case holds its row, in the order of ids; the sums are read after that.
_LOCK = """
SELECT id, number, claims_account_id, payee_id, member_id, status, offset_from_on
  FROM claims_overpayment
 WHERE claims_account_id = ANY(%s) AND (payee_id = ANY(%s) OR member_id = ANY(%s))
   AND (status <> 'settled' OR has_more_to_tell OR id = ANY(%s))
 ORDER BY id FOR NO KEY UPDATE
"""

# What people found of claims that these reversals take back as a whole.
_REPLACED = """
SELECT l.overpayment_id, sum(l.amount) FROM claims_decision r
  JOIN claims_overpaymentline l ON l.decision_id = r.reverses_id
  JOIN claims_overpayment o ON o.id = l.overpayment_id AND o.reason <> 'reversed'
 WHERE r.id = ANY(%s) GROUP BY 1
"""

_SUMS = """
SELECT o.id, sum(e.amount), sum(e.forward_amount),
       coalesce(sum(e.amount) FILTER (WHERE e.kind IN ('found', 'write_off', 'replaced')), 0),
       (SELECT CASE count(DISTINCT l.claim_id) WHEN 1 THEN min(c.claim_number) END
          FROM claims_overpaymentline l JOIN claims_claim c ON c.id = l.claim_id WHERE l.overpayment_id = o.id)
  FROM claims_overpayment o JOIN claims_overpaymententry e ON e.overpayment_id = o.id
 WHERE o.id = ANY(%s) GROUP BY o.id
"""

_UNTOLD = """
SELECT e.overpayment_id, e.id, -e.amount, e.check_number, e.kind = 'refund'
  FROM claims_overpaymententry e
 WHERE e.overpayment_id = ANY(%s) AND e.kind IN ('refund', 'write_off')
   AND NOT EXISTS (SELECT 1 FROM claims_overpaymententry b WHERE b.reverses_id = e.id)
   AND NOT EXISTS (SELECT 1 FROM claims_paymentadjustment a WHERE a.entry_id = e.id)
   AND (e.kind = 'refund' OR NOT EXISTS (SELECT 1 FROM claims_overpaymententry c
                                          WHERE c.overpayment_id = e.overpayment_id AND c.kind = 'called'
                                            AND c.id > e.id))
 ORDER BY e.id
"""


@dataclass(slots=True)
class Recoveries:
    """What a run does about money owed back, by recipient."""

    by_recipient: Mapping[Recipient, Recovering]
    cases: Mapping[Recipient, Sequence[Case]]
    terms: Mapping[Recipient, TermsOf]
    entries: list[OverpaymentEntry] = field(default_factory=list)
    adjustments: list[PaymentAdjustment] = field(default_factory=list)
    lines: list[OverpaymentLine] = field(default_factory=list)

    @property
    def adjustments_amounts(self) -> dict[Recipient, Decimal]:
        return {recipient: one.adjustments_amount for recipient, one in self.by_recipient.items()}


def gather_recoveries(
    employer_id: int,
    due: Sequence[Due],
    on: date,
    *,
    undelivered: Mapping[Recipient, Sequence[PaymentInstrument]] | None = None,
) -> Recoveries:
    """Cases and terms of all recipients of a run, the cases locked; two queries, three more where there are any, and
    one where something is reversed.

    `undelivered`: what never arrived, of claims that are taken back with this run.
    """
    recipients = {item.recipient for item in due if not item.is_held}
    debts = debts_of(due)
    cases = _cases(recipients, on, [item.decision_id for item in due if item.amount < 0])
    terms = terms_in_force(employer_id, debts.keys(), on) if debts else {}
    deferring = {recipient for recipient in debts if recipient in terms and terms[recipient].wants_letter_first}
    return Recoveries(plan_recovering(debts, cases, deferring, _not_owed(undelivered or {})), cases, terms)


def write_recoveries(
    found: Recoveries, planned: Sequence[PlannedPayment], payments: Sequence[Payment], *, by: Actor, at: datetime
) -> None:
    """Write beside the payments what they told, took and left owing. A fixed number of statements."""
    opened: list[tuple[Overpayment, Payment, list[Debt], bool]] = []
    settled: list[int] = []
    told: list[int] = []
    for plan, payment in zip(planned, payments, strict=True):
        recovering = found.by_recipient.get(plan.recipient) or Recovering()
        cases = found.cases.get(plan.recipient, ())
        settle_debts(recovering, plan.items)
        taken, open_debts = taken_by(plan, recovering, cases)
        at_once = [
            debt._replace(amount=open_debts[debt.claim_id])
            for debt in recovering.at_once
            if debt.claim_id in open_debts
        ]
        for debts, deferred in ((at_once, False), (recovering.deferred, True)):
            if debts:
                opened.append(
                    (_opened(payment, found.terms.get(plan.recipient), at, deferred), payment, debts, deferred)
                )
        _tell(found, payment, cases, recovering)
        _replace(found, payment, cases, by)
        left = {case.overpayment_id: case.balance_amount for case in cases}
        for one in taken:
            found.entries.append(
                _entry(
                    payment,
                    one.overpayment_id,
                    Kind.OFFSET if one.amount > 0 else Kind.RETURNED,
                    -one.amount,
                    -one.amount,
                )
            )
            left[one.overpayment_id] -= one.amount
        settled += [pk for pk, amount in left.items() if amount == ZERO]
        told += left
    _open(found, opened)
    for entry in found.entries:
        entry.recorded_at, entry.recorded_by = at, str(by)[:80]
    OverpaymentLine.objects.bulk_create(found.lines)
    OverpaymentEntry.objects.bulk_create(found.entries)
    PaymentAdjustment.objects.bulk_create(found.adjustments)
    _close(settled, told, by, at)


def _not_owed(
    undelivered: Mapping[Recipient, Sequence[PaymentInstrument]],
) -> dict[Recipient, tuple[Decimal, set[int]]]:
    """What never arrived, with the claims it was for; one query where there is any."""
    payments = {row.payment_id: recipient for recipient, rows in undelivered.items() for row in rows}
    found = {
        recipient: (sum((row.amount for row in rows), ZERO), set[int]()) for recipient, rows in undelivered.items()
    }
    if payments:
        items = PaymentItem.objects.filter(payment__in=list(payments))
        for payment_id, claim_id in items.values_list("payment", "claim"):
            found[payments[payment_id]][1].add(claim_id)
    return found


def _cases(recipients: Collection[Recipient], on: date, reversals: Sequence[int]) -> dict[Recipient, list[Case]]:
    accounts = sorted({recipient.claims_account_id for recipient in recipients})
    payees = sorted({recipient.payee_id for recipient in recipients if recipient.payee_id is not None})
    members = sorted({recipient.member_id for recipient in recipients if recipient.member_id is not None})
    with connection.cursor() as cursor:
        replaced: dict[int, Decimal] = {}
        if reversals:
            cursor.execute(_REPLACED, [list(reversals)])
            replaced = dict(cursor.fetchall())
        cursor.execute(_LOCK, [accounts, payees, members, list(replaced)])
        rows = [row for row in cursor.fetchall() if Recipient(*row[2:5]) in recipients]
        if not rows:
            return {}
        cursor.execute(_SUMS, [[row[0] for row in rows]])
        sums = {pk: values for pk, *values in cursor.fetchall()}
        cursor.execute(_UNTOLD, [[row[0] for row in rows]])
        untold: dict[int, list[Untold]] = defaultdict(list)
        for pk, entry_id, amount, check_number, is_refund in cursor.fetchall():
            untold[pk].append(Untold(entry_id, amount, check_number, is_refund))
    found: dict[Recipient, list[Case]] = defaultdict(list)
    for pk, number, *recipient, status, offset_from_on in rows:
        balance, forward, standing, claim_number = sums[pk]
        # What was given up of it is not owed by the case any more.
        gone = min(replaced.get(pk, ZERO), standing)
        takes = offset_from_on is not None and offset_from_on <= on and status != Overpayment.Status.DISPUTED
        reference = claim_number or number
        case = Case(pk, Recipient(*recipient), reference, balance - gone, forward, takes, tuple(untold[pk]), gone)
        found[case.recipient].append(case)
    return found


def _opened(payment: Payment, terms: TermsOf | None, at: datetime, deferred: bool) -> Overpayment:
    return Overpayment(
        employer_id=payment.employer_id,
        claims_account_id=payment.claims_account_id,
        payee_id=payment.payee_id,
        member_id=payment.member_id,
        reason=Overpayment.Reason.REVERSED,
        because=_("Reversed with payment %(trace)s") % {"trace": payment.trace_number},
        status_at=at,
        opened_at=at,
        terms_id=terms.terms_id if terms else None,
        offset_from_on=None if deferred else payment.paid_on,
        next_action_on=payment.paid_on,
    )


def _open(found: Recoveries, opened: Sequence[tuple[Overpayment, Payment, list[Debt], bool]]) -> None:
    """The cases that the run's own reversals leave, numbered, with their claims and entries."""
    if not opened:
        return
    for case, number in zip([one[0] for one in opened], overpayment_numbers(len(opened)), strict=True):
        case.number = number
    Overpayment.objects.bulk_create([one[0] for one in opened])
    for case, payment, debts, deferred in opened:
        total = sum((debt.amount for debt in debts), ZERO)
        found.entries.append(_entry(payment, case.pk, Kind.FOUND, total, ZERO if deferred else total))
        for debt in debts:
            found.lines.append(
                OverpaymentLine(
                    overpayment=case,
                    employer_id=case.employer_id,
                    claim_id=debt.claim_id,
                    decision_id=debt.decision_id,
                    amount=debt.amount,
                )
            )
        if deferred:
            found.adjustments.append(_adjustment(payment, "WO", -total, case.number, case.pk))


def _tell(found: Recoveries, payment: Payment, cases: Sequence[Case], recovering: Recovering) -> None:
    for one in recovering.told:
        found.adjustments.append(
            _adjustment(payment, one.reason, one.amount, one.reference, one.overpayment_id, one.entry_id)
        )
    for case in cases:
        if case.change_amount:
            found.entries.append(_entry(payment, case.overpayment_id, Kind.CALLED, ZERO, case.change_amount))


def _replace(found: Recoveries, payment: Payment, cases: Sequence[Case], by: Actor) -> None:
    """What was found of a claim that this payment takes back as a whole is not owed beside it: what came of it is
    given back with what the reversal asks."""
    for case in cases:
        if not case.replaced_amount:
            continue
        found.entries.append(_entry(payment, case.overpayment_id, Kind.REPLACED, -case.replaced_amount, ZERO))
        post(
            claims_account_id=payment.claims_account_id,
            posting=Posting(
                reference=f"overpayment-replaced:{case.overpayment_id}:{payment.trace_number}",
                kind="overpayment",
                description=_("Found, and taken back with payment %(trace)s") % {"trace": payment.trace_number},
                posted_on=payment.paid_on,
                entries=((Account.RECOVERED, case.replaced_amount), (Account.RECOVERIES, -case.replaced_amount)),
            ),
            by=by,
        )


def _close(settled: Sequence[int], told: Sequence[int], by: Actor, at: datetime) -> None:
    if not told:
        return
    Overpayment.objects.filter(pk__in=told).update(has_more_to_tell=False)
    open_still = Overpayment.objects.filter(pk__in=settled).exclude(status=Overpayment.Status.SETTLED)
    moves = dict.fromkeys(open_still.values_list("pk", flat=True), Overpayment.Status.SETTLED)
    move_many(Overpayment, moves, by=by, because="payment run", at=at)


def overpayment_numbers(count: int) -> list[str]:
    """So many numbers of cases."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_overpayment_number') FROM generate_series(1, %s)", [count])
        return [f"R{row[0]:09d}" for row in cursor.fetchall()]


def _entry(payment: Payment, overpayment_id: int, kind: str, amount: Decimal, forward: Decimal) -> OverpaymentEntry:
    return OverpaymentEntry(
        overpayment_id=overpayment_id,
        employer_id=payment.employer_id,
        kind=kind,
        amount=amount,
        forward_amount=forward,
        posted_on=payment.paid_on,
        payment=payment,
    )


def _adjustment(
    payment: Payment, reason: str, amount: Decimal, reference: str, case_id: int | None, entry_id: int | None = None
) -> PaymentAdjustment:
    return PaymentAdjustment(
        payment=payment,
        employer_id=payment.employer_id,
        overpayment_id=case_id,
        entry_id=entry_id,
        reason=reason,
        reference=reference[:50],
        amount=amount,
    )
