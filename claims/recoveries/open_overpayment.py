"""Opens a case for what was paid too much and no reversal takes back: found by an audit, paid twice, and the like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Overpayment, OverpaymentEntry, OverpaymentLine
from claims.payments.overpayments import overpayment_numbers
from claims.recoveries.cases import WORKERS, check_amount, check_reason
from employers.funding.post import post
from employers.funding.posting import Account, Posting
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import ZERO

# What was paid of each claim and stands: the last decision's payment, locked, so that what is found never exceeds it.
_PAID = """
SELECT c.id, c.employer_id, d.id, p.claims_account_id, p.payee_id, p.member_id, i.amount,
       (SELECT coalesce(sum(l.amount), 0) FROM claims_overpaymentline l WHERE l.decision_id = d.id)
  FROM claims_claim c
  JOIN LATERAL (SELECT id FROM claims_decision WHERE claim_id = c.id ORDER BY number DESC LIMIT 1) d ON true
  JOIN claims_paymentitem i ON i.decision_id = d.id
  JOIN claims_payment p ON p.id = i.payment_id
 WHERE c.claim_number = ANY(%s) AND c.status = 'paid' ORDER BY c.id FOR NO KEY UPDATE OF c
"""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """Of a claim: how much of what was paid for it (or for one line of it) was too much."""

    claim_number: str
    amount: Decimal
    line_number: int | None = None


def open_overpayment(*, found: Sequence[FoundLine], reason: str, because: str, by: Scope) -> Overpayment:
    """Open the case of claims that one recipient was paid for out of one account; it owes their amounts from now.

    Raises Refused, Invalid, NotFound for a claim that is not paid, and Conflict when the claims were paid to different
    recipients or out of different accounts, or when more would be found of a claim than was paid.
    """
    check_role(by, *WORKERS)
    because = check_reason(because)
    if reason not in Overpayment.Reason.values or reason == Overpayment.Reason.REVERSED or not found:
        raise Invalid("recoveries.reason", _("Say what was found, and of which claims."))
    for one in found:
        check_amount(one.amount)
    with transaction.atomic():
        lines, recipient = _lines(found, by)
        total = sum((line.amount for line in lines), ZERO)
        at = timezone.now()
        row = Overpayment.objects.create(
            number=overpayment_numbers(1)[0],
            employer_id=lines[0].employer_id,
            claims_account_id=recipient[0],
            payee_id=recipient[1],
            member_id=recipient[2],
            reason=reason,
            because=because,
            status_at=at,
            opened_at=at,
            next_action_on=timezone.localdate(at),
        )
        for line in lines:
            line.overpayment = row
        OverpaymentLine.objects.bulk_create(lines)
        OverpaymentEntry.objects.create(
            overpayment=row,
            employer_id=row.employer_id,
            kind=OverpaymentEntry.Kind.FOUND,
            amount=total,
            posted_on=timezone.localdate(at),
            recorded_at=at,
            recorded_by=str(by.actor)[:80],
        )
        post(
            claims_account_id=row.claims_account_id,
            posting=Posting(
                reference=f"overpayment:{row.number}",
                kind="overpayment",
                description=_("Overpayment %(number)s found") % {"number": row.number},
                posted_on=timezone.localdate(at),
                entries=((Account.RECOVERIES, total), (Account.RECOVERED, -total)),
            ),
            by=by.actor,
        )
        record("claims.overpayment.opened", by=by.actor, about=row, because=because, detail={"amount": str(total)})
    return row


def _lines(found: Sequence[FoundLine], by: Scope) -> tuple[list[OverpaymentLine], tuple[int, int | None, int | None]]:
    numbers = {one.claim_number for one in found}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claim_number, id, employer_id FROM claims_claim WHERE claim_number = ANY(%s)", [list(numbers)]
        )
        known = {number: pk for number, pk, employer_id in cursor.fetchall() if by.sees(employer_id)}
        cursor.execute(_PAID, [list(numbers)])
        paid = {row[0]: row for row in cursor.fetchall()}
    if any(known.get(number) not in paid for number in numbers):
        raise NotFound("recoveries.not_paid", _("A claim is not there, or not paid."))
    recipients = {paid[known[number]][3:6] for number in numbers}
    if len(recipients) > 1:
        raise Conflict(
            "recoveries.several_recipients",
            _("These claims were paid to different recipients or out of different accounts: open a case for each."),
        )
    left = {pk: row[6] - row[7] for pk, row in paid.items()}
    lines = []
    for one in found:
        pk, employer_id, decision_id = paid[known[one.claim_number]][:3]
        left[pk] -= one.amount
        if left[pk] < 0:
            raise Conflict(
                "recoveries.more_than_paid",
                _("More would be asked back for claim %(number)s than was paid.") % {"number": one.claim_number},
            )
        lines.append(
            OverpaymentLine(
                employer_id=employer_id,
                claim_id=pk,
                decision_id=decision_id,
                line_number=one.line_number,
                amount=one.amount,
            )
        )
    return lines, recipients.pop()
