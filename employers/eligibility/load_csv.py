"""Loads an employer's CSV: what is right is taken over, what is not is reported row by row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from employers.eligibility.apply_records import Applied, Problem, apply_records
from employers.eligibility.bad_rows import bad_rows
from employers.eligibility.keep_eligibility_file import Arrival, applied_before, keep_eligibility_file, missing_from
from employers.eligibility.read_csv import ReadCsv, read_csv
from employers.models import EligibilityFile, EligibilityProblem
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import read_bytes, store_bytes
from tpa.foundation.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class LoadedCsv:
    """What a load did, or as a dry run would do. `is_readable` false: the header is wrong, nothing was taken over."""

    file_id: int | None
    is_readable: bool
    applied: Applied
    bad_rows: bytes


def load_csv(
    *, employer_id: int, data: bytes, name: str, by: Actor, is_full: bool = False, dry_run: bool = False
) -> LoadedCsv:
    """Load a file with the columns of `read_csv.COLUMNS`, in one transaction.

    A row with a problem is left out and reported; a column that is not known or missing refuses the whole file. A dry
    run is the real thing without the writing. `is_full`: whoever is covered and not in the file is reported. The same
    file again raises `Conflict("eligibility.applied_before")`.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    earlier = applied_before(employer_id, sha256)
    if earlier is not None:
        raise Conflict("eligibility.applied_before", _("This very file was applied before."), file_id=earlier.pk)
    read = read_csv(data)
    arrival = Arrival(name, sha256, "csv", is_full, timezone.now())
    with transaction.atomic():
        applied = _apply(read, employer_id, arrival, by, dry_run)
        file_id = None
        if not dry_run:
            store_bytes(data)
            file_id = keep_eligibility_file(
                employer_id=employer_id, arrival=arrival, applied=applied, is_applied=not read.faults, by=by
            )
    return LoadedCsv(file_id, not read.faults, applied, _bad_rows(data, applied.problems))


def bad_rows_of(scope: Scope, eligibility_file_id: int) -> bytes:
    """The refused rows of a CSV that was loaded, with what is wrong with each."""
    files = EligibilityFile.objects.visible_to(scope).filter(pk=eligibility_file_id, layout="csv")
    row = files.first()
    if row is None:
        raise NotFound("eligibility.no_such_file", _("There is no such file."))
    problems = row.problems.filter(kind=EligibilityProblem.Kind.REFUSED).order_by("row_number", "pk")
    return bad_rows(data=read_bytes(row.sha256), problems=problems.values_list("row_number", "place", "message"))


def _apply(read: ReadCsv, employer_id: int, arrival: Arrival, by: Actor, dry_run: bool) -> Applied:
    if read.faults:
        return Applied(problems=[Problem(1, fault.place, fault.code) for fault in read.faults])
    applied = apply_records(employer_id=employer_id, records=read.records, by=by, because=arrival.name, dry_run=dry_run)
    if arrival.is_full:
        today = timezone.localdate(arrival.received_at)
        applied.problems += missing_from(employer_id, applied.mentioned | set(applied.member_ids), today)
    applied.problems.sort(key=lambda problem: (problem.row_number is None, problem.row_number or 0))
    return applied


def _bad_rows(data: bytes, problems: list[Problem]) -> bytes:
    refused = [problem for problem in problems if problem.kind == EligibilityProblem.Kind.REFUSED]
    return bad_rows(data=data, problems=[(problem.row_number, problem.place, problem.message) for problem in refused])
