"""Keeps the standings of a policy true: reckoned anew when payments were made or came back since, each day once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.payments.astray import last_astray
from claims.payments.selectors import latest_runs
from tpa.foundation.errors import NotFound
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossCoverage, StopLossPolicy, StopLossStanding
from tpa.stoploss.position_of_policy import PolicyPosition, position_of_policy

Kind = StopLossCoverage.Kind
# What is committed later than its own time says: looked at once more.
_UNSEEN = timedelta(minutes=1)


def reckon_standings(*, policy_id: int, on: date) -> PolicyPosition:
    """Reckon the policy and write its standings in the place of the earlier ones; returns the position.

    They are figures drawn from payments, and can be drawn again at any time. A draft has none: NotFound.
    """
    with transaction.atomic():
        policy = (
            StopLossPolicy.objects.select_for_update(no_key=True)
            .filter(pk=policy_id)
            .exclude(status=StopLossPolicy.Status.DRAFT)
            .first()
        )
        if policy is None:
            raise NotFound("stoploss.no_such_policy", _("There is no such policy."))
        # Read before the payments: a run that comes between is counted, and looked at once more.
        at, run_id = timezone.now(), latest_runs([policy.employer_id]).get(policy.employer_id, 0)
        found = position_of_policy(policy, on=on)
        StopLossStanding.objects.filter(policy=policy).delete()
        StopLossStanding.objects.bulk_create(_standings(found, at), batch_size=2000)
        StopLossPolicy.objects.filter(pk=policy_id).update(counted_run_id=run_id)
    return found


def policies_to_reckon(on: date) -> list[int]:
    """Policies whose employer had a payment run since they were reckoned, of whose payments one came back or was made
    again since, or that no one has reckoned on this day.

    Four queries. Those whose windows are long closed are left as they stand.
    """
    policies = list(
        StopLossPolicy.objects.exclude(status=StopLossPolicy.Status.DRAFT)
        .filter(coverages__paid__endswith__gt=date(on.year - 1, 1, 1), period__startswith__lte=on)
        .distinct()
        .order_by("pk")
        .values_list("pk", "employer_id", "counted_run_id")
    )
    employers = {employer_id for _pk, employer_id, _run_id in policies}
    runs, astray = latest_runs(employers), last_astray(employers)
    fresh: dict[int, datetime] = dict(
        StopLossStanding.objects.filter(policy__in=[pk for pk, _employer_id, _run_id in policies], reckoned_at__date=on)
        .order_by()
        .values_list("policy")
        .annotate(Min("reckoned_at"))
    )
    return [
        pk
        for pk, employer_id, run_id in policies
        if runs.get(employer_id, 0) > run_id
        or pk not in fresh
        or (employer_id in astray and astray[employer_id] + _UNSEEN >= fresh[pk])
    ]


def _standings(found: PolicyPosition, at: datetime) -> Iterator[StopLossStanding]:
    policy = found.terms.policy
    specific = found.terms.coverages.get(Kind.SPECIFIC)
    if found.specific is not None and specific is not None:
        for person in found.specific.persons:
            yield StopLossStanding(
                policy=policy,
                coverage=specific,
                employer_id=policy.employer_id,
                member_id=person.member_id,
                eligible_amount=person.eligible_amount,
                attachment_amount=person.deductible_amount,
                corridor_amount=person.corridor_amount,
                reimbursable_amount=person.reimbursable_amount,
                used_percent=person.used_percent(),
                owed_on=person.owed_on,
                reckoned_at=at,
            )
    if found.group is not None:
        group = found.group.position
        yield StopLossStanding(
            policy=policy,
            coverage=found.terms.coverages[Kind.AGGREGATE],
            employer_id=policy.employer_id,
            eligible_amount=group.loss_amount,
            attachment_amount=group.attachment.amount,
            reimbursable_amount=group.reimbursable_amount if found.group.is_over else ZERO,
            used_percent=group.used_percent(),
            reckoned_at=at,
        )
