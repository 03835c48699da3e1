"""Agrees what of a settlement is paid to the plan: as its terms say, or less where a manager may give that."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import ThirdPartyCase, ThirdPartyStep
from claims.recoveries.cases import check_reason
from claims.recoveries.settlement import Due, PlanSays, Settlement, due_of
from claims.recoveries.third_party_cases import add_step, keep_case, paid_parts, terms_on, third_party_case
from tpa.foundation.access import Scope, check_role
from tpa.foundation.audit import record
from tpa.foundation.authority import approval_limits
from tpa.foundation.errors import Conflict, Invalid, Refused
from tpa.foundation.models import Role
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO, cents


def due_to_plan(row: ThirdPartyCase, settlement: Settlement) -> Due:
    """What of a settlement is due to the plan by its terms: three queries. Without terms the whole lien is."""
    parts = paid_parts(row.pk)
    lien = sum((part.amount for part in parts), ZERO)
    terms = terms_on(row.employer_id, parts[0].plan_id if parts else None, row.accident_on)
    if terms is None:
        return due_of(lien, settlement, PlanSays(False, False, ""))
    return due_of(lien, settlement, PlanSays(terms.made_whole_applies, terms.common_fund_applies, terms.clause))


def settle_third_party_case(
    *, number: str, revision: int, settlement: Settlement, because: str, by: Scope, agreed_amount: Decimal | None = None
) -> ThirdPartyCase:
    """Agree. `agreed_amount` below what is due by the terms is a compromise: a manager's, up to the limit that the
    contract sets. Raises as `third_party_case`, Invalid for sums that can not be, Refused, Conflict unless the lien was
    told."""
    because = check_reason(because)
    sums = (settlement.amount, settlement.attorney_amount, settlement.damages_amount or ZERO, agreed_amount or ZERO)
    if any(one != cents(one) or one < 0 for one in sums) or settlement.attorney_amount > settlement.amount:
        raise Invalid("recoveries.settlement", _("These sums can not be: the attorney's part is within the whole."))
    with transaction.atomic():
        row = third_party_case(number=number, revision=revision, by=by)
        if row.status != ThirdPartyCase.Status.NOTICED:
            raise Conflict("recoveries.not_told", _("The lien was not told, or it is settled."))
        due = due_to_plan(row, settlement)
        agreed = due.amount if agreed_amount is None else agreed_amount
        if agreed > due.lien_amount or agreed > settlement.amount:
            raise Invalid("recoveries.more_than_owed", _("That is more than is owed."), open_amount=str(due.amount))
        if agreed < due.amount:
            _check_compromise(row, due.amount - agreed, by)
        parts = paid_parts(row.pk)
        terms = terms_on(row.employer_id, parts[0].plan_id if parts else None, row.accident_on)
        move(row, ThirdPartyCase.Status.SETTLED, by=by.actor, because=because)
        keep_case(
            row,
            terms_id=terms.pk if terms else None,
            settlement_amount=settlement.amount,
            attorney_amount=settlement.attorney_amount,
            damages_amount=settlement.damages_amount,
            agreed_amount=agreed,
            agreed_on=timezone.localdate(),
            next_action_on=timezone.localdate(),
        )
        add_step(row, ThirdPartyStep.Kind.AGREED, because, by=by.actor, amount=agreed)
        record("claims.thirdpartycase.settled", by=by.actor, about=row, because=because, detail={"agreed": str(agreed)})
    return row


def _check_compromise(row: ThirdPartyCase, given: Decimal, by: Scope) -> None:
    check_role(by, Role.TPA_MANAGER)
    limits = approval_limits([row.employer_id], timezone.localdate()).get(row.employer_id, {})
    limit = limits.get(Role.TPA_MANAGER)
    if limit is not None and given > limit:
        raise Refused("recoveries.above_authority", _("This is more than you may give up."), limit=str(limit))
