"""The people, providers and sponsors that published example files name, so that the files go all the way to payment."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from django.conf import settings

from claims.edi.x837 import read_claims
from claims.facts import Submission, SubmittedPerson
from employers.edi.x834 import EnrolmentHeader, read_enrolment
from employers.facts import CoverageRecord, MemberRecord
from plans.networks.add_providers import ProviderRecord
from tpa.foundation.open_file import transaction_of
from tpa.foundation.values.identifiers import digits_of, is_tin
from tpa.foundation.x12 import envelope
from tpa.foundation.x12.envelope_model import EnvelopeFinding, SetRef
from tpa.foundation.x12.tokens import read_set

# Beside the project, where somebody has put them; they are not ours to ship. Ours stand below.
SHARED: Final = settings.BASE_DIR.parent / "shared" / "edi"
OWN: Final = Path(__file__).parent / "files"
_COVERED_SINCE: Final = date(1990, 1, 1)
_GROWN_UP: Final = date(2002, 1, 1)
_RELATIONSHIPS: Final = {"18": "18", "01": "01", "53": "01", "19": "19", "17": "19", "09": "19", "10": "19"}


def demo_files() -> list[Path]:
    """The valid 837 and 834 files that the world holds the people for: ours, and those beside the project."""
    return [*sorted(OWN.glob("*.edi")), *_valid_shared()]


def _valid_shared() -> Iterator[Path]:
    index = SHARED / "INDEX.csv"
    if not index.is_file():
        return
    with index.open(newline="") as rows:
        for row in csv.DictReader(rows):
            if row["status"] == "valid" and row["transaction"].startswith(("837", "834")):
                path = SHARED / row["file"]
                if path.is_file():
                    yield path


@dataclass(slots=True)
class OpenGroup:
    """One employer of people in files: families by subscriber number, and other numbers by which files name it."""

    families: dict[str, list[MemberRecord]] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)


@dataclass(slots=True)
class OpenWorld:
    """All that the files name. There is more than one group where two files give one number to different people."""

    groups: list[OpenGroup] = field(default_factory=lambda: [OpenGroup()])
    providers: dict[str, ProviderRecord] = field(default_factory=dict)


def read_open_world() -> OpenWorld:
    """Read all demo files."""
    world = OpenWorld()
    for path in demo_files():
        with path.open("rb") as stream:
            for reference in list(envelope.transaction_sets(stream)):
                if isinstance(reference, EnvelopeFinding):
                    continue
                segments = read_set(stream, reference.offset, reference.length, reference.delimiters)
                kind = _kind(reference)
                if kind == "834":
                    _take_enrolment(world, *read_enrolment(segments))
                elif kind:
                    for claim in read_claims(segments, reference.delimiters, kind):
                        if claim.submission is not None:
                            _take_claim(world, claim.submission)
    return world


def _kind(reference: SetRef) -> str:
    kind = transaction_of(reference.identifier, reference.convention)
    return kind if kind in ("834", "837P", "837I", "837D") else ""


def _take_claim(world: OpenWorld, submission: Submission) -> None:
    billing = submission.billing_provider
    if billing.npi and billing.npi not in world.providers:
        tin = digits_of(billing.tin)
        world.providers[billing.npi] = ProviderRecord(
            npi=billing.npi,
            tin=tin if is_tin(tin) else "",
            name=billing.name,
            first_name=billing.first_name,
            entity=billing.entity,
            taxonomy_code=billing.taxonomy_code,
            address_line=billing.address_line,
            city=billing.city,
            state=billing.state,
            postal_code=billing.postal_code,
        )
    subscriber = submission.subscriber
    number = subscriber.number.strip()
    if not number:
        return
    people = [_record(number, "18", subscriber)]
    if submission.patient is not None and submission.relationship != "18":
        relationship = _RELATIONSHIPS.get(submission.relationship, "G8")
        people.append(_record(number, relationship, submission.patient))
    _enrol(world, people)


def _take_enrolment(world: OpenWorld, header: EnrolmentHeader, records: Iterator[MemberRecord]) -> None:
    """Whom a file changes must be there before it comes; whom it adds must not."""
    group = world.groups[0]
    group.aliases |= {header.policy_number, header.sponsor_number, header.group_number} - {""}
    for record in records:
        is_subscriber = record.relationship == "18"
        if not record.subscriber_number or (is_subscriber and record.because == "first enrolment"):
            continue
        if is_subscriber and record.action == "set" and record.coverages:
            continue
        if not is_subscriber and record.listed_under:
            continue
        first_name = record.first_name if is_subscriber else "PAT"
        person = SubmittedPerson(
            last_name=record.last_name, first_name=first_name, birth_on=record.birth_on if is_subscriber else None
        )
        family = group.families.setdefault(record.subscriber_number, [])
        if not family:
            family.append(_record(record.subscriber_number, "18", person))


def _enrol(world: OpenWorld, people: list[MemberRecord]) -> None:
    """Into the first group in which the number is free or is that of the same subscriber."""
    subscriber, *patients = people
    place = 0
    while True:
        if place == len(world.groups):
            world.groups.append(OpenGroup())
        family = world.groups[place].families.setdefault(subscriber.subscriber_number, [])
        if not family or _same(family[0], subscriber):
            break
        place += 1
    if not family:
        family.append(subscriber)
    for patient in patients:
        if not any(_same(patient, known) for known in family):
            family.append(patient)


def _same(one: MemberRecord, other: MemberRecord) -> bool:
    return (one.last_name.upper(), one.first_name.upper(), one.birth_on) == (
        other.last_name.upper(),
        other.first_name.upper(),
        other.birth_on,
    )


def _record(number: str, relationship: str, person: SubmittedPerson) -> MemberRecord:
    return MemberRecord(
        subscriber_number=number,
        relationship=relationship,
        last_name=person.last_name[:60],
        first_name=person.first_name[:35],
        middle_name=person.middle_name[:25],
        birth_on=person.birth_on,
        sex=person.sex,
        own_number=person.number.strip() if relationship != "18" else "",
        # The files are of many years: who was a child then has come of age since, and would be ended for it.
        is_disabled=relationship == "19" and person.birth_on is not None and person.birth_on < _GROWN_UP,
        address_line=person.address_line[:120],
        city=person.city[:60],
        state=person.state[:2],
        postal_code=person.postal_code[:15],
        coverages=(CoverageRecord(plan_codes=("open-files",), starts_on=_COVERED_SINCE),),
        because="named in a published file",
    )
