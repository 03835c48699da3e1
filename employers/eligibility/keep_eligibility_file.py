"""Writes down what became of an eligibility file: counts, problems with their places, and who is missing from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from employers.eligibility.apply_records import Applied, Kind, Problem
from employers.models import Coverage, EligibilityFile, EligibilityProblem
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file as it came."""

    name: str
    sha256: str
    layout: str
    is_full: bool
    received_at: datetime
    transaction_set_id: int | None = None


def missing_from(employer_id: int, mentioned: Collection[int], on: date) -> list[Problem]:
    """Who is covered on a day but stands nowhere in a full file: reported, never ended by itself."""
    covered = (
        Coverage.objects.filter(employer=employer_id, superseded_at__isnull=True, period__contains=on)
        .order_by("member_id")
        .values_list("member_id", flat=True)
        .distinct()
    )
    return [
        Problem(None, "", "member.missing", Kind.MISSING, member_id)
        for member_id in covered
        if member_id not in mentioned
    ]


def applied_before(employer_id: int | None, sha256: str) -> EligibilityFile | None:
    """The same file that was applied earlier."""
    return EligibilityFile.objects.filter(
        employer=employer_id, sha256=sha256, status=EligibilityFile.Status.APPLIED
    ).first()


def keep_eligibility_file(
    *, employer_id: int | None, arrival: Arrival, applied: Applied, is_applied: bool, by: Actor
) -> int:
    """Keep the report of a file that was applied or rejected, in the transaction that applied it; returns its id."""
    row = EligibilityFile.objects.create(
        employer_id=employer_id,
        name=arrival.name[:255],
        sha256=arrival.sha256,
        layout=arrival.layout,
        is_full=arrival.is_full,
        received_at=arrival.received_at,
        sent_by_id=by.user_id,
        transaction_set_id=arrival.transaction_set_id,
        status_at=arrival.received_at,
        row_count=applied.row_count,
        added_count=applied.added_count,
        changed_count=applied.changed_count,
        ended_count=applied.ended_count,
        same_count=applied.same_count,
        refused_count=applied.refused_count,
    )
    EligibilityProblem.objects.bulk_create(
        [
            EligibilityProblem(
                eligibility_file=row,
                employer_id=employer_id,
                kind=problem.kind,
                member_id=problem.member_id,
                row_number=problem.row_number,
                place=problem.place[:60],
                code=problem.code,
                message=problem.message,
            )
            for problem in applied.problems
        ],
        batch_size=1000,
    )
    move(row, EligibilityFile.Status.APPLIED if is_applied else EligibilityFile.Status.REJECTED, by=by)
    return row.pk
