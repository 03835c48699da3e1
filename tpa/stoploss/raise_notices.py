"""Finds what the carrier must be told: half the deductible, trigger diagnoses, long stays, and how it went since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.intake.selectors import ArrivedClaim, arrived_after
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossCoverage, StopLossNotice, StopLossPolicy, StopLossStanding
from tpa.stoploss.reckoning.clocks import follow_up_due

Kind, Status = StopLossNotice.Kind, StopLossNotice.Status
# Claims looked at in one go; the next go takes the next ones.
_MOST_CLAIMS = 20_000


@dataclass(frozen=True, slots=True)
class _Found:
    member_id: int
    kind: str
    because: str
    claim_id: int | None = None


def raise_notices(*, policy_id: int, on: date, by: Actor) -> int:
    """Raise what is due under a policy and return how many; each thing is told once, follow-ups as the policy says.

    Looks at the standings as they were last reckoned and at claims that arrived since it last looked.
    """
    with transaction.atomic():
        policy = StopLossPolicy.objects.select_for_update(no_key=True).get(pk=policy_id)
        if policy.status == StopLossPolicy.Status.DRAFT:
            return 0
        specific = policy.coverages.filter(kind=StopLossCoverage.Kind.SPECIFIC).first()
        if specific is None:
            return 0
        standings = {row.member_id: row for row in StopLossStanding.objects.filter(coverage=specific)}
        notices = list(StopLossNotice.objects.filter(policy=policy).order_by("pk"))
        known = {(notice.member_id, notice.kind) for notice in notices}
        found = [
            one
            for one in (*_percents(policy, standings), *_illnesses(policy, specific))
            if (one.member_id, one.kind) not in known
        ]
        found += _follow_ups(policy, notices, standings, on)
        unique = {(one.member_id, one.kind): one for one in reversed(found)}
        at = timezone.now()
        rows = StopLossNotice.objects.bulk_create(
            StopLossNotice(
                policy=policy,
                employer_id=policy.employer_id,
                member_id=one.member_id,
                kind=one.kind,
                status_at=at,
                raised_at=at,
                claim_id=one.claim_id,
                because=one.because[:200],
                eligible_amount=standings[one.member_id].eligible_amount if one.member_id in standings else ZERO,
                attachment_amount=_attachment(specific, standings.get(one.member_id)),
            )
            for _key, one in sorted(unique.items())
        )
        if rows:
            about = Subjects.rows(StopLossNotice, [row.pk for row in rows], employer_id=policy.employer_id)
            record("tpa.stoplossnotice.raised", by=by, about=about)
    return len(rows)


def _attachment(specific: StopLossCoverage, standing: StopLossStanding | None) -> Decimal | None:
    return standing.attachment_amount if standing is not None else specific.attachment_amount


def _percents(policy: StopLossPolicy, standings: dict[int | None, StopLossStanding]) -> Iterator[_Found]:
    for member_id, row in standings.items():
        point = row.attachment_amount
        if member_id is None or point is None:
            continue
        if row.eligible_amount * 100 >= point * policy.notice_percent:
            yield _Found(
                member_id,
                Kind.PERCENT,
                _("%(percent)s %% of the deductible is used up") % {"percent": row.used_percent},
            )


def _illnesses(policy: StopLossPolicy, specific: StopLossCoverage) -> Iterator[_Found]:
    triggers = sorted(policy.triggers.values_list("code_from", "code_to", "name"))
    last = policy.watched_claim_id
    for claim in arrived_after(policy.employer_id, last, most=_MOST_CLAIMS):
        last = claim.claim_id
        if claim.service_from not in specific.incurred:
            continue
        if (code := _trigger(claim, triggers)) is not None:
            because = _("%(code)s, %(name)s, on claim %(number)s") % {
                "code": code[0], "name": code[1], "number": claim.claim_number,
            }  # fmt: skip
            yield _Found(claim.member_id, Kind.DIAGNOSIS, because, claim.claim_id)
        if claim.stay_days > policy.stay_days:
            because = _("%(days)s days in hospital on claim %(number)s") % {
                "days": claim.stay_days, "number": claim.claim_number,
            }  # fmt: skip
            yield _Found(claim.member_id, Kind.STAY, because, claim.claim_id)
    StopLossPolicy.objects.filter(pk=policy.pk).update(watched_claim_id=last)


def _trigger(claim: ArrivedClaim, triggers: list[tuple[str, str, str]]) -> tuple[str, str] | None:
    """The first diagnosis of the claim that lies in a range; an end like C95 takes in all that begins with it."""
    for code in claim.diagnoses:
        for first, last, name in triggers:
            if first <= code and (code <= last or code.startswith(last)):
                return code, name
    return None


def _follow_ups(
    policy: StopLossPolicy,
    notices: list[StopLossNotice],
    standings: dict[int | None, StopLossStanding],
    on: date,
) -> Iterator[_Found]:
    sent: dict[int, StopLossNotice] = {}
    for notice in notices:
        if notice.status == Status.SENT:
            sent[notice.member_id] = notice
    waiting = {notice.member_id for notice in notices if notice.status == Status.DUE}
    for member_id, last in sent.items():
        row = standings.get(member_id)
        if row is None or member_id in waiting:
            continue
        if follow_up_due(
            sent_on=timezone.localdate(last.status_at),
            told_amount=last.eligible_amount,
            eligible_amount=row.eligible_amount,
            on=on,
            days_count=policy.follow_up_days,
            least_amount=policy.follow_up_amount,
        ):
            because = _("%(amount)s more since the last notice") % {
                "amount": row.eligible_amount - last.eligible_amount
            }
            yield _Found(member_id, Kind.FOLLOW_UP, because)
