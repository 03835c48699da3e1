"""Writes made-up claims as an 837 file: an interchange for each kind, in sets of bounded size, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from itertools import islice
from typing import BinaryIO, Final

from claims.edi.x837_writer import VERSIONS, SetParties, set_segments
from claims.facts import Fact, Submission
from claims.simulation.invent_claims import InventedClaim, Oddities, invent_claims, names_of
from claims.simulation.population import Population
from tpa.foundation.x12.writer import OutGroup, OutSet, Parties, write_interchange

# Of a hundred claims so many are professional, institutional and dental.
MIX: Final[Mapping[str, int]] = {"P": 70, "I": 15, "D": 15}


class MadeFile(Fact, frozen=True, kw_only=True):
    """What was written: claims by kind, transaction sets, and how many claims have which fault."""

    claim_counts: dict[str, int]
    set_count: int
    faults: dict[str, int]


def make_claims(
    out: BinaryIO,
    population: Population,
    *,
    count: int,
    seed: int,
    on: date,
    mix: Mapping[str, int] = MIX,
    lines: int | None = None,
    oddities: Oddities | None = None,
    per_set: int = 1000,
) -> MadeFile:
    """Write `count` claims for a population to `out`, the same bytes for the same arguments.

    `on` is the day the file is sent; services lie before it. `mix` weighs the kinds, `lines` fixes how many lines a
    claim has, `oddities` says which shares are faulty, sent twice or paid by another plan first.
    """
    at = datetime.combine(on, time(8, 30))
    claim_counts: dict[str, int] = {}
    set_count = 0
    faults: Counter[str] = Counter()
    for place, (kind, kind_count) in enumerate(_shares(count, mix).items()):
        if not kind_count:
            continue
        claims = invent_claims(
            population, kind=kind, count=kind_count, seed=seed, on=on, lines=lines, oddities=oddities
        )
        batches = _Batches(claims, per_set, faults)
        # Another seed, or kind, is another sender: nobody numbers interchanges for all of them.
        control_number = 1 + (seed * 3 + place) % 999_999_998
        sender = f"CLEARING{kind}{seed % 100_000:05}"
        parties = _set_parties(population, sender)
        write_interchange(
            out,
            parties=Parties(("ZZ", sender), ("ZZ", population.payer_number[:15])),
            control_number=control_number,
            at=at,
            groups=[OutGroup("HC", control_number, VERSIONS[kind], _sets(batches, kind, parties, at))],
            usage="P",
        )
        claim_counts[kind] = kind_count
        set_count += batches.count
    return MadeFile(claim_counts=claim_counts, set_count=set_count, faults=dict(sorted(faults.items())))


class _Batches:
    """Claims in batches of a set's size, each in the order of its providers and families, and a count of both."""

    def __init__(self, claims: Iterable[InventedClaim], size: int, faults: Counter[str]) -> None:
        self.claims = iter(claims)
        self.size = size
        self.faults = faults
        self.count = 0

    def __iter__(self) -> Iterator[list[Submission]]:
        while batch := list(islice(self.claims, self.size)):
            self.count += 1
            for claim in batch:
                if claim.fault:
                    self.faults[claim.fault] += 1
            yield sorted([claim.submission for claim in batch], key=_order)


def _order(claim: Submission) -> tuple[object, ...]:
    patient = claim.patient.first_name if claim.patient is not None else ""
    return claim.billing_provider.npi, claim.subscriber.number, claim.payer_sequence, bool(patient), patient


def _sets(batches: _Batches, kind: str, parties: SetParties, at: datetime) -> Iterator[OutSet]:
    for number, batch in enumerate(batches, start=1):
        segments = set_segments(batch, parties=parties, reference=f"{parties.submitter_number}-{number}", at=at)
        yield OutSet("837", f"{number:04}", VERSIONS[kind], segments)


def _set_parties(population: Population, sender: str) -> SetParties:
    return SetParties(
        submitter_name="EXAMPLE CLEARINGHOUSE",
        submitter_number=sender,
        contact_name="CLAIMS DESK",
        contact_phone="5555550100",
        receiver_name=population.payer_name,
        receiver_number=population.payer_number,
        names=names_of(population.physicians),
    )


def _shares(count: int, mix: Mapping[str, int]) -> dict[str, int]:
    """The count divided by weights, in whole claims that add up; what is left over goes to the first kind."""
    whole = sum(mix.values())
    shares = {kind: count * weight // whole for kind, weight in mix.items()}
    first = next(iter(shares))
    shares[first] += count - sum(shares.values())
    return shares
