"""Loads what members had used up under a prior carrier, as accumulator entries: all of a file, or with faults none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from claims.adjudication.engine.years import LIFETIME
from claims.adjudication.read_prior_credits import CreditRow, RowFault, read_prior_credits
from claims.models import AccumulatorEntry, PriorCredit
from employers.eligibility.selectors import MemberNamed, members_of_families
from plans.design.selectors import plan_terms, plan_versions_on
from plans.design.terms import CALENDAR_YEAR, PER_LIFETIME, PlanTerms
from tpa.foundation import audit
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.values.money import ZERO

_LOCK = "SELECT id FROM employers_family WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_STATED = """
SELECT DISTINCT ON (member_id, year_on, bucket) member_id, year_on, bucket, stated_amount FROM claims_priorcredit
 WHERE member_id = ANY(%s) ORDER BY member_id, year_on, bucket, id DESC
"""

Key = tuple[int, date, str]  # member, first day of the year, bucket


class Source(NamedTuple):
    """Whose members, under which plan of ours, and who carried them before."""

    employer_id: int
    plan_id: int
    carrier_name: str


class _Placed(NamedTuple):
    row: CreditRow
    member: MemberNamed
    year_on: date

    @property
    def key(self) -> Key:
        return self.member.member_id, self.year_on, self.row.bucket


def load_prior_credits(*, content: bytes, source: Source, by: Actor) -> int:
    """Load a file; returns how many rows it has. What it says of a bucket holds from now on: the entry is the
    difference to what was stated before, so that the balance is what was stated last.

    Raises Invalid with the `faults` by row and column, and Conflict for a file that was loaded already.
    """
    digest = hashlib.sha256(content).hexdigest()
    rows, faults = read_prior_credits(content)
    with transaction.atomic():
        if PriorCredit.objects.filter(file_hash=digest, employer_id=source.employer_id).exists():
            raise Conflict("credits.loaded_before", "This very file was loaded before.")
        placed, misplaced = _place(rows, source)
        faults = sorted([*faults, *misplaced])
        if faults:
            said = [fault._asdict() for fault in faults]
            first = faults[0]
            message = f"row {first.row_number}, {first.column}: {first.problem}"
            raise Invalid("credits.faults", f"{message} ({len(faults)} in all; nothing was loaded)", faults=said)
        _lock({one.member.family_id for one in placed})
        _write(placed, source, digest, by)
    return len(placed)


def _place(rows: Sequence[CreditRow], source: Source) -> tuple[list[_Placed], list[RowFault]]:
    """Each row's member and year, or what is wrong with it."""
    families: dict[str, list[MemberNamed]] = {}
    for member in members_of_families(source.employer_id, {row.subscriber_number for row in rows}):
        families.setdefault(member.subscriber_number, []).append(member)
    hashes = plan_versions_on({(source.plan_id, row.year_on) for row in rows})
    placed: dict[Key, _Placed] = {}
    faults: list[RowFault] = []
    for row in rows:
        content_hash = hashes.get((source.plan_id, row.year_on))
        terms = plan_terms(content_hash) if content_hash else None
        family = families.get(row.subscriber_number, [])
        wrong = list(_faults_of(row, family, terms))
        if wrong or terms is None:
            faults += wrong
            continue
        one = _Placed(row, _named(row, family)[0], _key(row, terms))
        if one.key in placed:
            first = placed[one.key].row.row_number
            faults.append(RowFault(row.row_number, "bucket", f"row {first} says it of the same member already"))
        placed[one.key] = one
    return list(placed.values()), faults


def _faults_of(row: CreditRow, family: Sequence[MemberNamed], terms: PlanTerms | None) -> Iterator[RowFault]:
    if not family:
        yield RowFault(row.row_number, "subscriber_number", f"no family has the number {row.subscriber_number}")
    elif len(found := _named(row, family)) != 1:
        column = "person_number" if row.person_number else "first_name"
        yield RowFault(row.row_number, column, f"{len(found) or 'no'} members of the family are named so")
    if terms is None:
        yield RowFault(row.row_number, "plan_year", f"no version of the plan is in force on {row.year_on}")
        return
    if terms.year_on(row.year_on) != row.year_on:
        yield RowFault(row.row_number, "plan_year", f"the plan year begins on {terms.year_on(row.year_on)}")
    whole = ":".join(row.bucket.split(":")[:2])
    if whole not in terms.prior_credits:
        known = ", ".join(terms.prior_credits) or "none"
        section = terms.sections.get("prior_carrier")
        by_section = f" by its section {section}" if section else ""
        yield RowFault(row.row_number, "bucket", f"the plan credits no {row.bucket};{by_section} it credits: {known}")
    elif row.bucket != whole and not _is_condition(row.bucket, whole, terms):
        yield RowFault(row.row_number, "bucket", f"{whole} has no part {row.bucket}")


def _is_condition(bucket: str, whole: str, terms: PlanTerms) -> bool:
    """A limit that counts by condition has a bucket for each."""
    limit = next((limit for limit in terms.limits if limit.bucket == whole), None)
    name = bucket.removeprefix(f"{whole}:")
    return limit is not None and (limit.is_per_diagnosis or name in {one.name for one in limit.conditions})


def _named(row: CreditRow, family: Sequence[MemberNamed]) -> list[MemberNamed]:
    if row.person_number:
        return [member for member in family if member.person_number == row.person_number]
    name = row.first_name.casefold()
    return [member for member in family if member.first_name.casefold() == name and member.birth_on == row.birth_on]


def _key(row: CreditRow, terms: PlanTerms) -> date:
    """Under which day the bucket is kept: that of the plan year, of the calendar year, or of the lifetime."""
    for limit in terms.limits:
        if limit.is_kept_in(row.bucket):
            if limit.span.per == PER_LIFETIME:
                return LIFETIME
            if limit.span.per == CALENDAR_YEAR:
                return date(row.year_on.year, 1, 1)
    return row.year_on


def _lock(family_ids: set[int]) -> None:
    """As whoever decides claims of the families does, so that no decision misses what is loaded."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(family_ids)])


def _stated(member_ids: set[int]) -> dict[Key, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(_STATED, [sorted(member_ids)])
        return {(member_id, year_on, bucket): amount for member_id, year_on, bucket, amount in cursor.fetchall()}


def _write(placed: Sequence[_Placed], source: Source, digest: str, by: Actor) -> None:
    at = timezone.now()
    stated = _stated({one.member.member_id for one in placed})
    loaded = PriorCredit.objects.bulk_create(
        PriorCredit(
            employer_id=source.employer_id,
            family_id=one.member.family_id,
            member_id=one.member.member_id,
            plan_id=source.plan_id,
            carrier_name=source.carrier_name,
            year_on=one.year_on,
            bucket=one.row.bucket,
            stated_amount=one.row.amount,
            added_amount=one.row.amount - stated.get(one.key, ZERO),
            file_hash=digest,
            row_number=one.row.row_number,
            recorded_at=at,
            recorded_by=str(by),
        )
        for one in placed
    )
    AccumulatorEntry.objects.bulk_create(
        AccumulatorEntry(
            family_id=credit.family_id,
            member_id=credit.member_id,
            employer_id=credit.employer_id,
            credit=credit,
            year_on=credit.year_on,
            bucket=credit.bucket,
            amount=credit.added_amount,
        )
        for credit in loaded
        if credit.added_amount
    )
    subjects = audit.Subjects("claims.priorcredit", tuple(credit.pk for credit in loaded), source.employer_id)
    detail = {"file": digest, "rows": len(loaded), "carrier": source.carrier_name}
    audit.record("claims.priorcredit.loaded", by=by, about=subjects, detail=detail)
