"""Assembles a request for reimbursement: what the carrier owes by now less what was asked before, with its packet."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation import work
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.models import StopLossPolicy, StopLossRequest, StopLossRequestClaim
from tpa.stoploss.draft_request import DraftRequest, in_advance, of_group, of_person
from tpa.stoploss.position_of_policy import position_of_policy
from tpa.stoploss.reckoning.clocks import add_days
from tpa.stoploss.write_packet import PACKETS

Status = StopLossRequest.Status


def assemble_request(
    *, policy_id: int, member_id: int | None, on: date, by: Actor, is_advance: bool = False
) -> StopLossRequest:
    """Assemble the request of a person, or (None) of the group, and return it, open.

    `is_advance` asks for what is approved and not paid yet, where the policy funds in advance: those claims are held
    from filing on until the money has come. Raises Conflict while one is open, Invalid when there is nothing to ask or
    the policy's conditions for an advance are not met.
    """
    with transaction.atomic():
        policy = StopLossPolicy.objects.select_for_update(no_key=True).filter(pk=policy_id).first()
        if policy is None or policy.status == StopLossPolicy.Status.DRAFT:
            raise NotFound("stoploss.no_such_policy", _("There is no such policy."))
        found = position_of_policy(policy, on=on)
        if member_id is None:
            draft = of_group(found)
        elif is_advance:
            draft = in_advance(found, member_id, on)
        else:
            draft = of_person(found, member_id)
        return _write(policy, draft, by)


def _write(policy: StopLossPolicy, draft: DraftRequest, by: Actor) -> StopLossRequest:
    asked = draft.reimbursable_amount - draft.filed_before_amount
    if not asked:
        raise Invalid("stoploss.nothing_to_ask", _("The carrier owes nothing that was not asked for already."))
    requests = StopLossRequest.objects.filter(policy=policy)
    if requests.filter(coverage=draft.coverage, member=draft.member_id, status=Status.OPEN).exists():
        raise Conflict("stoploss.open_request", _("A request is open already: file or withdraw it first."))
    at = timezone.now()
    request = StopLossRequest.objects.create(
        number=f"{policy.number}-R{requests.count() + 1:03d}",
        policy=policy,
        coverage=draft.coverage,
        employer_id=policy.employer_id,
        member_id=draft.member_id,
        kind=draft.kind,
        status_at=at,
        assembled_at=at,
        prove_by_on=add_days(draft.since_on, policy.proof_days, policy.proof_unit) if draft.since_on else None,
        eligible_amount=draft.eligible_amount,
        attachment_amount=draft.attachment_amount,
        corridor_amount=draft.corridor_amount,
        reimbursable_amount=draft.reimbursable_amount,
        filed_before_amount=draft.filed_before_amount,
        requested_amount=asked,
        facts=draft.facts,
    )
    for line in draft.claims:
        line.request, line.employer_id = request, policy.employer_id
    StopLossRequestClaim.objects.bulk_create(draft.claims, batch_size=2000)
    work.ask(PACKETS, key=str(request.pk), payload={"request": request.pk}, at=at)
    record("tpa.stoplossrequest.assembled", by=by, about=request, detail={"asked": str(asked)})
    return request
