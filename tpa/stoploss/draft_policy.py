"""Drafts a stop-loss policy: it binds nobody until it is signed."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.eligibility.selectors import member_facts
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossCoverage, StopLossFactor, StopLossLaser, StopLossPolicy, StopLossTrigger
from tpa.stoploss.policy_words import AggregateWords, PolicyWords, SpecificWords

BENEFITS: Final = ("medical", "drug", "dental", "vision")
Kind = StopLossCoverage.Kind


def draft_policy(*, employer_id: int, words: PolicyWords, by: Actor) -> StopLossPolicy:
    """Draft and return it. Raises Invalid for terms that can not be, Conflict when the number is taken."""
    check_policy(employer_id, words)
    with transaction.atomic():
        if StopLossPolicy.objects.filter(number=words.number).exists():
            raise Conflict("stoploss.number_taken", _("There is a policy of this number."))
        policy = StopLossPolicy.objects.create(employer_id=employer_id, status_at=timezone.now(), **_head(words))
        if words.specific is not None:
            _specific(policy, words.specific)
        if words.aggregate is not None:
            _aggregate(policy, words.aggregate)
        StopLossTrigger.objects.bulk_create(
            StopLossTrigger(policy=policy, employer_id=employer_id, code_from=first, code_to=last, name=name)
            for first, last, name in words.notice.triggers
        )
        record("tpa.stoplosspolicy.drafted", by=by, about=policy)
    return policy


def _head(words: PolicyWords) -> dict[str, object]:
    advance = words.advance
    return {
        "number": words.number,
        "carrier_name": words.carrier.name,
        "carrier_address_line": words.carrier.address_line,
        "carrier_place": words.carrier.place,
        "period": words.term.bounds,
        "terminal_months_count": words.terminal_months_count,
        "notice_percent": words.notice.percent,
        "stay_days": words.notice.stay_days,
        "follow_up_days": words.notice.follow_up_days,
        "follow_up_amount": words.notice.follow_up_amount,
        "proof_days": words.clock.proof_days,
        "proof_unit": words.clock.proof_unit,
        "radar_days": words.clock.radar_days,
        "is_advance_funded": advance is not None,
        "least_advance_amount": advance.least_amount if advance else ZERO,
        "advance_lead_days": advance.lead_days if advance else 0,
        "pay_within_days": advance.pay_within_days if advance else 0,
        "benefit_names": words.benefit_names,
        "recovery_priority": words.recovery_priority,
        "paid_section": words.paid.section,
        "reissued_counts_from": words.paid.reissued_counts_from,
    }


def _specific(policy: StopLossPolicy, words: SpecificWords) -> None:
    coverage = StopLossCoverage.objects.create(
        policy=policy,
        employer_id=policy.employer_id,
        kind=Kind.SPECIFIC,
        section=words.section,
        incurred=words.windows.incurred.bounds,
        paid=words.windows.paid.bounds,
        benefits=list(words.benefits),
        reimburse_percent=words.reimburse_percent,
        most_amount=words.most_amount,
        attachment_amount=words.deductible_amount,
        corridor_amount=words.corridor_amount,
    )
    StopLossLaser.objects.bulk_create(
        StopLossLaser(coverage=coverage, employer_id=policy.employer_id, member_id=member_id, amount=amount)
        for member_id, amount in words.lasers
    )


def _aggregate(policy: StopLossPolicy, words: AggregateWords) -> None:
    coverage = StopLossCoverage.objects.create(
        policy=policy,
        employer_id=policy.employer_id,
        kind=Kind.AGGREGATE,
        section=words.section,
        incurred=words.windows.incurred.bounds,
        paid=words.windows.paid.bounds,
        benefits=list(words.benefits),
        reimburse_percent=words.reimburse_percent,
        most_amount=words.most_amount,
        corridor_percent=words.corridor_percent,
        minimum_percent=words.minimum_percent,
        minimum_floor_amount=words.minimum_floor_amount,
        quoted_month_amount=words.quoted_month_amount,
        person_limit_amount=words.person_limit_amount,
        counts_lasers=words.counts_lasers,
        has_accommodation=words.has_accommodation,
    )
    StopLossFactor.objects.bulk_create(
        StopLossFactor(coverage=coverage, employer_id=policy.employer_id, tier=tier, amount=amount)
        for tier, amount in words.factors
    )


def check_policy(employer_id: int, words: PolicyWords) -> None:
    """Raises Invalid for terms that can not be."""
    if words.term.end is None:
        raise Invalid("stoploss.no_end", _("The term of a policy has an end."))
    coverages = [one for one in (words.specific, words.aggregate) if one is not None]
    if not coverages:
        raise Invalid("stoploss.covers_nothing", _("A policy has a specific or an aggregate coverage."))
    if any(set(one.benefits) - set(BENEFITS) for one in coverages) or set(words.benefit_names.values()) - set(BENEFITS):
        raise Invalid("stoploss.benefit", _("Benefits are medical, drug, dental or vision."))
    if any(one.windows.paid.end is None or one.windows.incurred.end is None for one in coverages):
        raise Invalid("stoploss.open_window", _("The windows of a policy have an end."))
    if words.clock.proof_unit not in ("days", "business_days"):
        raise Invalid("stoploss.unit", _("Proof of loss is counted in days or business days."))
    if words.paid.reissued_counts_from not in StopLossPolicy.Reissued.values:
        raise Invalid("stoploss.reissued", _("A payment made again counts from its reissue or from the first."))
    if words.specific is not None:
        lasered = [member_id for member_id, _amount in words.specific.lasers]
        known = member_facts(lasered)
        if any(member_id not in known or known[member_id].employer_id != employer_id for member_id in lasered):
            raise Invalid("stoploss.laser", _("A laser names somebody who is no member of the employer."))
