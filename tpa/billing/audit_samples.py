"""Draws settled claims for audit, by chance that can be repeated, and records what the auditor found."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.payments.selectors import settled_between
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.transitions import move
from tpa.foundation.values.money import cents
from tpa.models import AuditSample


def draw_audit_sample(*, employer_id: int, since: date, before: date, count: int, by: Actor) -> list[AuditSample]:
    """Draw so many of the decisions that were settled in a period (reversals are none) and return them. The same
    again draws the same, and none twice."""
    if count < 1 or since >= before:
        raise Invalid("billing.sample", _("Draw at least one, of a period."))
    with transaction.atomic():
        settled = settled_between(employer_id, since=since, before=before, recorded_after=timezone.now())
        facts = [fact for fact in settled if fact.outcome != "reversed" and fact.paid_on >= since]
        chance = Random(f"{employer_id}/{since}/{before}")  # noqa: S311 (repeatable on purpose)
        chosen = chance.sample(facts, min(count, len(facts)))
        now = timezone.now()
        AuditSample.objects.bulk_create(
            [
                AuditSample(
                    employer_id=employer_id,
                    decision_id=fact.decision_id,
                    claim_number=fact.claim_number,
                    paid_on=fact.paid_on,
                    paid_amount=fact.amount,
                    drawn_at=now,
                    status_at=now,
                )
                for fact in chosen
            ],
            ignore_conflicts=True,
        )
        drawn = list(
            AuditSample.objects.filter(decision__in=[fact.decision_id for fact in chosen]).order_by("paid_on", "pk")
        )
        record(
            "tpa.auditsample.drawn",
            by=by,
            about=Subjects.rows(AuditSample, [one.pk for one in drawn], employer_id=employer_id),
            detail={"of": len(facts)},
        )
    return drawn


def record_audit(
    *, sample_id: int, correct_amount: Decimal, is_handled_right: bool, by: Actor, finding: str = ""
) -> AuditSample:
    """Record what should have been paid and whether procedure was kept; once. Raises Invalid for what is no amount, or
    an error that is not described."""
    if correct_amount < 0 or correct_amount != cents(correct_amount):
        raise Invalid("billing.audit_amount", _("An amount is in whole cents and not below zero."))
    with transaction.atomic():
        row = AuditSample.objects.select_for_update(no_key=True).filter(pk=sample_id).first()
        if row is None:
            raise NotFound("billing.no_such_sample", _("There is no such sample."))
        if (correct_amount != row.paid_amount or not is_handled_right) and not finding.strip():
            raise Invalid("billing.audit_finding", _("Say what was wrong."))
        if row.status == AuditSample.Status.DRAWN:
            row.correct_amount, row.is_handled_right = correct_amount, is_handled_right
            row.finding, row.audited_by = finding.strip()[:300], str(by)[:80]
            row.save(update_fields=["correct_amount", "is_handled_right", "finding", "audited_by"])
        move(row, AuditSample.Status.AUDITED, by=by)
    return row
