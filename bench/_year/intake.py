"""The year's claims: 837 files of invented ones, costly ones and corrections, taken in by the real doors."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

import msgspec

from bench._year.cast import OVER
from claims.adjudication.ask_decision import DECIDE
from claims.edi.x837_writer import VERSIONS, SetParties, set_segments
from claims.facts import Submission, SubmittedLine
from claims.intake.answer_file import answer_file
from claims.intake.kinds import KINDS, SHELF
from claims.intake.load_set import LOAD_837, load_set
from claims.models import Claim
from claims.packing import unpack_submission
from claims.simulation.invent_claims import Oddities, invent_claims, names_of
from claims.simulation.load_population import load_population
from claims.simulation.make_claims import MIX
from claims.simulation.population import Population
from claims.tasks import _decide
from tpa.foundation import work
from tpa.foundation.edi_files import OPEN_FILE, keep_file
from tpa.foundation.open_file import ANSWER_FILE, open_file
from tpa.foundation.x12.writer import OutGroup, OutSet, Parties, write_interchange

_PER_SET = 1000
_PLAIN = Oddities(faults=0, duplicates=0, other_payers=0)


@dataclass(slots=True)
class Costly:
    """Who is treated at great cost: a subscriber, so often a year, billed about so much each time."""

    subscriber_number: str
    times: int
    billed: Decimal


def people_of_the_year(on: date) -> Population:
    """Everybody as enrolled by now; nobody is treated after the year."""
    found = load_population(on=on)
    families = [
        msgspec.structs.replace(one, covered_to=min(one.covered_to or OVER, OVER)) for one in found.families
    ]  # fmt: skip
    return msgspec.structs.replace(found, families=tuple(families))


def invented(population: Population, *, count: int, seed: int, on: date) -> list[Submission]:
    """So many claims of all kinds as they are sent on a day, with duplicates and faults."""
    found = []
    for kind, weight in MIX.items():
        share = count * weight // 100 if kind != "P" else count - sum(count * MIX[one] // 100 for one in "ID")
        claims = invent_claims(population, kind=kind, count=share, seed=seed, on=on, oddities=Oddities(faults=0.004))
        found += [claim.submission for claim in claims]
    return found


def treated(
    population: Population, costly: Iterable[Costly], *, on: date, share: float, rng: Random
) -> Iterator[Submission]:
    """The costly treatments of a share of the year: infusions, each of its own price."""
    families = {one.subscriber_number: one for one in population.families}
    clinics = [one for one in population.providers if one.kind == "P" and one.entity == "2"]
    for one in costly:
        family = families.get(one.subscriber_number)
        if family is None or rng.random() > one.times * share:
            continue
        alone = msgspec.structs.replace(family, members=family.members[:1])
        few = msgspec.structs.replace(population, families=(alone,), providers=tuple(clinics[:8]))
        [made] = invent_claims(few, kind="P", count=1, seed=rng.randrange(10**8), on=on, lines=1, oddities=_PLAIN)
        claim = made.submission
        billed = (one.billed * Decimal(rng.randint(60, 140)) / 100).quantize(Decimal("0.01"))
        line = SubmittedLine(
            number=1,
            billed_amount=billed,
            service_from=claim.service_from,
            service_to=claim.service_from,
            procedure_qualifier="HC",
            procedure_code="J9301",
            place_of_service="11",
            diagnosis_pointers=(1,),
            control_number="1",
        )
        yield msgspec.structs.replace(
            claim,
            billed_amount=billed,
            lines=(line,),
            diagnoses=("C9110",),
            facility_code="11",
            accident_codes=(),
            accident_on=None,
            member_paid_amount=None,
            admitted_on=None,
            benefits_assigned=True,
        )


def corrections(*, on: date, share: float, rng: Random) -> Iterator[Submission]:
    """Of claims decided in the last weeks a share is sent again: two in three replaced, the third taken back."""
    rows = Claim.objects.filter(
        status__in=["paid", "approved", "denied"], received_on__gte=date.fromordinal(on.toordinal() - 60)
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    wanted = rng.sample(ids, min(len(ids), max(1, round(len(ids) * share))))
    for row in Claim.objects.filter(pk__in=wanted).order_by("pk"):
        claim = unpack_submission(row.submission)
        if claim.other_payers or claim.patient_control_number == "":
            continue
        frequency = "7" if rng.random() < 0.67 else "8"
        lines = claim.lines
        if frequency == "7":
            first = lines[0]
            less = (first.billed_amount * Decimal(rng.randint(50, 130)) / 100).quantize(Decimal("0.01"))
            lines = (msgspec.structs.replace(first, billed_amount=less), *lines[1:])
        yield msgspec.structs.replace(
            claim,
            frequency_code=frequency,
            original_claim_number=row.claim_number,
            lines=lines,
            billed_amount=sum((line.billed_amount for line in lines), Decimal(0)),
        )


def send(submissions: Sequence[Submission], population: Population, *, number: int, on: date) -> None:
    """Write them as a file, drop it at the door, and work off what it asks for until its claims are decided."""
    out = io.BytesIO()
    at = datetime.combine(on, time(8, 30))
    for place, kind in enumerate(MIX):
        of_kind = [claim for claim in submissions if claim.kind == kind]
        if of_kind:
            sender = f"YEAR{kind}{number:05}"
            parties = SetParties(
                submitter_name="YEAR CLEARINGHOUSE",
                submitter_number=sender,
                contact_name="CLAIMS DESK",
                contact_phone="5555550100",
                receiver_name=population.payer_name,
                receiver_number=population.payer_number,
                names=names_of(population.physicians),
            )
            write_interchange(
                out,
                parties=Parties(("ZZ", sender), ("ZZ", population.payer_number[:15])),
                control_number=number * 3 + place + 1,
                at=at,
                groups=[OutGroup("HC", number * 3 + place + 1, VERSIONS[kind], _sets(of_kind, kind, parties, at))],
                usage="P",
            )
    keep_file(chunks=[out.getvalue()], name=f"year-{number:05}.x12", origin="drop")
    work_off()


def _sets(claims: list[Submission], kind: str, parties: SetParties, at: datetime) -> Iterator[OutSet]:
    stream = iter(claims)
    for number in range(1, len(claims) + 1):
        batch = sorted(islice(stream, _PER_SET), key=_order)
        if not batch:
            return
        # Replacements and voids say of themselves what the set's BHT says of all: original claims.
        reference = f"{parties.submitter_number}-{number}"
        segments = set_segments(batch, parties=parties, reference=reference, at=at)
        yield OutSet("837", f"{number:04}", VERSIONS[kind], segments)


def _order(claim: Submission) -> tuple[Any, ...]:
    patient = claim.patient.first_name if claim.patient is not None else ""
    return claim.billing_provider.npi, claim.subscriber.number, claim.payer_sequence, bool(patient), patient


def work_off() -> None:
    """Files opened, sets loaded, answers written, claims decided: what waits is done, and nothing goes on waiting."""
    steps: tuple[tuple[str, Callable[[dict[str, Any]], object]], ...] = (
        (OPEN_FILE, lambda piece: open_file(file_id=piece["file"], shelf=SHELF, kinds=KINDS)),
        (LOAD_837, lambda piece: load_set(set_id=piece["set"])),
        (ANSWER_FILE, lambda piece: answer_file(file_id=piece["file"])),
        (DECIDE, _decide),
    )
    for kind, do in steps:
        drain(kind, do)


def drain(kind: str, do: Callable[[dict[str, Any]], object]) -> None:
    """Do what waits of a kind. A piece that fails stops the year."""
    while work.do_next(kind, do):
        pass
    assert not work.waiting(kind), f"{kind} still waits"
