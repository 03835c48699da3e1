"""A third-party case under its lock, its lien, and what is written to it: shared by the verbs about such cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import SubrogationTerms, ThirdPartyCase, ThirdPartyReceipt, ThirdPartyStep
from claims.recoveries.cases import WORKERS
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.values.money import ZERO

# What stands paid of each related claim, by the decision and account that paid it. A payment that was taken back and
# what took it back cancel out; what an overpayment gave back is no part of the lien.
_PAID = """
SELECT c.id, c.claim_number, d.id, p.claims_account_id, d.plan_id,
       i.amount - coalesce((SELECT sum(l.amount) FROM claims_overpaymentline l WHERE l.decision_id = d.id), 0)
  FROM claims_thirdpartyclaim t
  JOIN claims_claim c ON c.id = t.claim_id
  JOIN claims_paymentitem i ON i.claim_id = c.id AND i.amount > 0
  JOIN claims_decision d ON d.id = i.decision_id
  JOIN claims_payment p ON p.id = i.payment_id
 WHERE t.case_id = %s AND t.is_related
   AND NOT EXISTS (SELECT 1 FROM claims_decision r WHERE r.reverses_id = d.id)
 ORDER BY c.id, d.id
"""


class PaidPart(NamedTuple):
    """What stands paid of a related claim."""

    claim_id: int
    claim_number: str
    decision_id: int
    claims_account_id: int
    plan_id: int | None
    amount: Decimal


def third_party_case(*, number: str, revision: int, by: Scope) -> ThirdPartyCase:
    """The case, locked, for who may work it. Raises Refused, NotFound, and Conflict when it was changed since it was
    seen."""
    check_role(by, *WORKERS)
    row = (
        ThirdPartyCase.objects.visible_to(by).select_for_update(no_key=True, of=("self",)).filter(number=number).first()
    )
    if row is None:
        raise NotFound("recoveries.no_such_case", _("There is no such recovery."))
    if row.revision != revision:
        raise Conflict("status.stale", _("Somebody changed this record meanwhile."), revision=row.revision)
    return row


def paid_parts(case_id: int) -> list[PaidPart]:
    """What stands paid of its related claims, claim by claim; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [case_id])
        return [part for part in (PaidPart(*row) for row in cursor.fetchall()) if part.amount > 0]


def received_of(case_id: int) -> Decimal:
    """What came in for the plan by now, the TPA's part included; one query."""
    sums = ThirdPartyReceipt.objects.filter(case=case_id).aggregate(plan=Sum("plan_amount"), fee=Sum("fee_amount"))
    return (sums["plan"] or ZERO) + (sums["fee"] or ZERO)


def terms_on(employer_id: int, plan_id: int | None, on: date) -> SubrogationTerms | None:
    """What the plan says on a day; of the plan before the employer's. One query."""
    rows = SubrogationTerms.objects.filter(employer=employer_id, period__contains=on, superseded_at__isnull=True)
    fitting = [row for row in rows.order_by("pk") if row.plan_id in (None, plan_id)]
    return max(fitting, key=lambda row: (row.plan_id is not None, row.pk), default=None)


def add_step(row: ThirdPartyCase, kind: str, because: str, *, by: Actor, amount: Decimal | None = None) -> None:
    """One step of a case that the caller has locked."""
    ThirdPartyStep.objects.create(
        case=row,
        employer_id=row.employer_id,
        kind=kind,
        amount=amount,
        because=because[:500],
        at=timezone.now(),
        by_name=str(by)[:80],
    )


def keep_case(row: ThirdPartyCase, **values: Any) -> None:
    """Write these columns of a case, and that it changed."""
    row.revision += 1
    ThirdPartyCase.objects.filter(pk=row.pk).update(revision=row.revision, **values)
    for name, value in values.items():
        setattr(row, name, value)
