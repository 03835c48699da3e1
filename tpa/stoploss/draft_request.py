"""Works out what a request asks and tells: of a person, in advance, or of the group. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from claims.payments.paid_services import PaidService, UnpaidClaim, paid_services, unpaid_claims
from employers.eligibility.selectors import coverage_facts, other_coverage_facts
from tpa.foundation.errors import Invalid
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossCoverage, StopLossRequest, StopLossRequestClaim
from tpa.stoploss.position_of_policy import PolicyPosition, facts_of_services
from tpa.stoploss.reckoning.specific import PersonPosition, specific_position
from tpa.stoploss.reckoning.terms import PaidFact, share_of

Coverage, Kind, Purpose = StopLossCoverage.Kind, StopLossRequest.Kind, StopLossRequestClaim.Purpose
# What a packet tells of payments; what is to be paid with an advance is none yet.
_TOLD = (Purpose.PAID, Purpose.TAKEN_BACK, Purpose.PAID_AGAIN)


@dataclass(slots=True)
class DraftRequest:
    """A request to be: its figures, what it tells of, and from when proof of loss is counted."""

    kind: str
    coverage: StopLossCoverage
    eligible_amount: Decimal
    attachment_amount: Decimal
    reimbursable_amount: Decimal
    filed_before_amount: Decimal
    corridor_amount: Decimal = ZERO
    member_id: int | None = None
    since_on: date | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    claims: list[StopLossRequestClaim] = field(default_factory=list)


def filed_amounts(policy_id: int) -> dict[tuple[int, int | None], Decimal]:
    """What filed requests ask, by coverage and person; what is open asks nothing yet. One query."""
    rows = StopLossRequest.objects.filter(policy=policy_id, filed_on__isnull=False)
    rows = rows.exclude(status=StopLossRequest.Status.WITHDRAWN)
    return {
        (coverage_id, member_id): amount
        for coverage_id, member_id, amount in rows.values_list("coverage", "member")
        .annotate(Sum("requested_amount"))
        .order_by()
    }


def of_person(found: PolicyPosition, member_id: int) -> DraftRequest:
    """What the carrier owes for a person by now, with what no packet told of yet, and what was taken back since."""
    coverage = _coverage(found, Coverage.SPECIFIC)
    person = found.specific.of(member_id) if found.specific else None
    filed = filed_amounts(found.terms.policy.pk).get((coverage.pk, member_id), ZERO)
    draft = _draft(Kind.SPECIFIC, coverage, person, member_id, filed)
    told = _told(coverage, member_id)
    benefits = coverage.benefits
    read = paid_services(found.terms.question(Coverage.SPECIFIC), [member_id])
    services = [one for one in read if not benefits or one.benefit in benefits]
    draft.claims = [*_new(draft, services, told), *_taken_back(draft, services, told)]
    days = [line.paid_on for line in draft.claims if line.paid_on is not None and line.amount > 0]
    draft.since_on = (person.owed_on if person and not filed else None) or min(days, default=None)
    return draft


def in_advance(found: PolicyPosition, member_id: int, on: date) -> DraftRequest:
    """What the carrier would owe were the person's approved claims paid today."""
    policy, terms = found.terms.policy, found.terms.specific
    coverage = _coverage(found, Coverage.SPECIFIC)
    assert terms is not None, "there is the coverage"
    if not policy.is_advance_funded:
        raise Invalid("stoploss.no_advance", _("This policy does not fund in advance."))
    if (found.terms.last_day(Coverage.SPECIFIC) - on).days < policy.advance_lead_days:
        raise Invalid("stoploss.advance_too_late", _("It is too late for an advance: the window ends too soon."))
    waiting = [
        one
        for one in unpaid_claims(found.terms.question(Coverage.SPECIFIC))
        if one.member_id == member_id
        and one.status == "approved"
        and (not terms.benefits or one.benefit in terms.benefits)
    ]
    last = max((one.decision_id for one in found.services), default=0)
    paid = facts_of_services([one for one in found.services if one.member_id == member_id])
    if not paid and found.specific and (person := found.specific.of(member_id)):
        paid = [PaidFact(member_id, terms.windows.incurred.start, terms.windows.paid.start, person.eligible_amount)]
    others = facts_of_services([one for one in found.services if one.member_id != member_id])
    would_be = [
        PaidFact(member_id, one.incurred_on, on, one.amount, last + place, one.benefit)
        for place, one in enumerate(waiting, 1)
    ]
    person = specific_position(terms, [*others, *paid, *would_be]).of(member_id)
    filed = filed_amounts(policy.pk).get((coverage.pk, member_id), ZERO)
    draft = _draft(Kind.ADVANCE, coverage, person, member_id, filed)
    asked = draft.reimbursable_amount - filed
    if asked <= policy.least_advance_amount:
        raise Invalid("stoploss.advance_too_small", _("The policy advances larger amounts only."), amount=str(asked))
    draft.claims = [_to_pay(draft, one) for one in waiting]
    draft.since_on = on
    return draft


def of_group(found: PolicyPosition) -> DraftRequest:
    """While the term runs what monthly accommodation advances; at its end the settlement, advances deducted."""
    coverage = _coverage(found, Coverage.AGGREGATE)
    group = found.group
    assert group is not None, "there is the coverage"
    filed = filed_amounts(found.terms.policy.pk).get((coverage.pk, None), ZERO)
    month = group.accommodated
    if not group.is_over and month is None:
        raise Invalid("stoploss.not_over", _("The group is settled when its window is over."))
    running = None if group.is_over else month
    return DraftRequest(
        kind=Kind.ACCOMMODATION if running else Kind.AGGREGATE,
        coverage=coverage,
        eligible_amount=running.loss_amount if running else group.position.loss_amount,
        attachment_amount=running.attachment_amount if running else group.position.attachment.amount,
        reimbursable_amount=owed_for_group(found, filed),
        filed_before_amount=filed,
        since_on=found.terms.last_day(Coverage.AGGREGATE) if group.is_over else None,
        facts={
            "months": [
                {
                    "month_on": month.month_on.isoformat(),
                    "lives": dict(month.lives),
                    "attachment_amount": str(month.attachment_amount),
                    "loss_amount": str(month.cash.loss_amount),
                    "cumulative_attachment_amount": str(month.cash.attachment_amount),
                    "advance_amount": str(month.cash.advance_amount),
                }
                for month in group.months
            ],
            "minimum_amount": str(group.position.attachment.minimum_amount),
        },
    )


def owed_for_group(found: PolicyPosition, filed: Decimal) -> Decimal:
    """At the end what the carrier owes for the year. Until then what accommodation advances: the excess of the months
    that are over, and never less than was asked for, for nothing is settled before the end."""
    group, terms = found.group, found.terms.aggregate
    if group is None or terms is None:
        return ZERO
    if group.is_over:
        return group.position.reimbursable_amount
    if group.accommodated is None:
        return filed
    return max(filed, share_of(group.accommodated.excess_amount, terms.reimburse_percent, terms.most_amount))


def _draft(
    kind: str, coverage: StopLossCoverage, person: PersonPosition | None, member_id: int, filed: Decimal
) -> DraftRequest:
    return DraftRequest(
        kind=kind,
        coverage=coverage,
        member_id=member_id,
        eligible_amount=person.eligible_amount if person else ZERO,
        attachment_amount=(person.deductible_amount if person else coverage.attachment_amount) or ZERO,
        corridor_amount=person.corridor_amount if person else ZERO,
        reimbursable_amount=person.reimbursable_amount if person else ZERO,
        filed_before_amount=filed,
        facts=_eligibility(member_id),
    )


def _eligibility(member_id: int) -> dict[str, Any]:
    """Coverage and other payers as they stand: the carrier asks for both. Two queries."""
    return {
        "coverages": [
            {
                "tier": one.tier,
                "from": one.starts_on.isoformat(),
                "to": one.ends_on.isoformat() if one.ends_on else None,
            }
            for one in coverage_facts([member_id]).get(member_id, [])
        ],
        "other_payers": [
            {
                "name": one.payer_name,
                "pays_first": one.pays_first,
                "because": one.because,
                "from": one.starts_on.isoformat(),
                "to": one.ends_on.isoformat() if one.ends_on else None,
            }
            for one in other_coverage_facts([member_id]).get(member_id, [])
        ],
    }


def _coverage(found: PolicyPosition, kind: str) -> StopLossCoverage:
    coverage = found.terms.coverages.get(kind)
    if coverage is None:
        raise Invalid("stoploss.no_coverage", _("The policy has no such coverage."))
    return coverage


def _told(coverage: StopLossCoverage, member_id: int) -> dict[tuple[int, date, str], list[StopLossRequestClaim]]:
    """What live packets told of a person, by service: paid, and perhaps taken back and paid again."""
    told: dict[tuple[int, date, str], list[StopLossRequestClaim]] = {}
    lines = StopLossRequestClaim.objects.filter(
        coverage=coverage, request__member=member_id, is_withdrawn=False, purpose__in=_TOLD
    )
    for line in lines.order_by("pk"):
        told.setdefault((line.decision_id, line.incurred_on, line.benefit), []).append(line)
    return told


def _new(
    draft: DraftRequest, services: Sequence[PaidService], told: dict[tuple[int, date, str], list[StopLossRequestClaim]]
) -> list[StopLossRequestClaim]:
    """What no packet told of; and what one took back and is paid again."""
    before = {key: sum((line.amount for line in lines), ZERO) for key, lines in told.items()}
    return [
        StopLossRequestClaim(
            coverage=draft.coverage,
            purpose=Purpose.PAID_AGAIN if key in before else Purpose.PAID,
            decision_id=one.decision_id,
            claim_id=one.claim_id,
            claim_number=one.claim_number,
            incurred_on=one.incurred_on,
            benefit=one.benefit,
            paid_on=one.paid_on,
            trace_number=one.trace_number,
            claims_account_id=one.claims_account_id,
            amount=one.amount - before.get(key, ZERO),
        )
        for one in services
        if one.amount > before.get(key := (one.decision_id, one.incurred_on, one.benefit), ZERO)
    ]


def _taken_back(
    draft: DraftRequest, services: Sequence[PaidService], told: dict[tuple[int, date, str], list[StopLossRequestClaim]]
) -> list[StopLossRequestClaim]:
    stand: dict[tuple[int, date, str], Decimal] = defaultdict(lambda: ZERO)
    for one in services:
        stand[(one.decision_id, one.incurred_on, one.benefit)] += one.amount
    return [
        StopLossRequestClaim(
            coverage=draft.coverage,
            purpose=Purpose.TAKEN_BACK,
            decision_id=lines[0].decision_id,
            claim_id=lines[0].claim_id,
            claim_number=lines[0].claim_number,
            incurred_on=lines[0].incurred_on,
            benefit=lines[0].benefit,
            paid_on=lines[0].paid_on,
            trace_number=lines[0].trace_number,
            claims_account_id=lines[0].claims_account_id,
            amount=stand[key] - sum((line.amount for line in lines), ZERO),
        )
        for key, lines in told.items()
        # As a whole: the claim was taken back, or its payment did not arrive. In part: a recovery came.
        if stand[key] < sum((line.amount for line in lines), ZERO)
    ]


def _to_pay(draft: DraftRequest, claim: UnpaidClaim) -> StopLossRequestClaim:
    assert claim.decision_id is not None, "what is approved was decided"
    return StopLossRequestClaim(
        coverage=draft.coverage,
        purpose=Purpose.TO_PAY,
        decision_id=claim.decision_id,
        claim_id=claim.claim_id,
        claim_number=claim.claim_number,
        incurred_on=claim.incurred_on,
        benefit=claim.benefit,
        amount=claim.amount,
    )
