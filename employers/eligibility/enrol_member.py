"""Enrols one person: a subscriber, or a dependent of one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from employers.eligibility.apply_records import Kind, apply_records
from employers.facts import MemberRecord
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid


def enrol_member(*, employer_id: int, member: MemberRecord, by: Actor, dry_run: bool = False) -> int | None:
    """Enrol a person, or bring what we hold of one in line with what is told; returns the member's id.

    Raises `Invalid("enrolment.refused")` with every problem in `problems` (place, code, message). `dry_run` checks all
    of that and writes nothing (None).
    """
    with transaction.atomic():
        applied = apply_records(
            employer_id=employer_id, records=[member], by=by, because=member.because, dry_run=dry_run
        )
        refused = [problem for problem in applied.problems if problem.kind == Kind.REFUSED]
        if refused:
            raise Invalid(
                "enrolment.refused",
                _("This can not be enrolled as it stands."),
                problems=[
                    {"place": problem.place, "code": problem.code, "message": problem.message} for problem in refused
                ],
            )
    return applied.member_ids[0] if applied.member_ids else None
