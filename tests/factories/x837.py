"""Small 837P files of our own, in text, for members and providers of a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Service:
    """One professional line."""

    code: str
    billed: Decimal
    on: date
    units: int = 1


@dataclass(frozen=True, slots=True)
class Patient:
    """The subscriber who is the patient."""

    number: str
    last: str
    first: str
    born: date
    sex: str
    group: str


@dataclass(frozen=True, slots=True)
class Office:
    """Who bills."""

    npi: str
    tin: str
    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """One claim to write."""

    control: str
    patient: Patient
    office: Office
    services: Sequence[Service]
    frequency: str = "1"
    original: str = ""


def write_set(claims: Sequence[Written], control: str = "0001") -> list[str]:
    """The segments ST to SE of one professional set."""
    segments = [
        f"ST*837*{control}*005010X222A1",
        "BHT*0019*00*REF1*20260601*1200*CH",
        "NM1*41*2*CLEARINGHOUSE*****46*CH1",
        "PER*IC*DESK*TE*6145550100",
        "NM1*40*2*STEWARD*****46*STEWARD",
    ]
    level = 0
    for claim in claims:
        level += 1
        billing = level
        segments += [
            f"HL*{level}**20*1",
            f"NM1*85*2*{claim.office.name}*****XX*{claim.office.npi}",
            "N3*1 MAIN ST",
            "N4*DAYTON*OH*454021111",
            f"REF*EI*{claim.office.tin}",
        ]
        level += 1
        patient = claim.patient
        segments += [
            f"HL*{level}*{billing}*22*0",
            f"SBR*P*18*{patient.group}******CI",
            f"NM1*IL*1*{patient.last}*{patient.first}****MI*{patient.number}",
            "N3*2 ELM ST",
            "N4*DAYTON*OH*45402",
            f"DMG*D8*{patient.born:%Y%m%d}*{patient.sex}",
            "NM1*PR*2*STEWARD*****PI*STEWARD",
            f"CLM*{claim.control}*{sum(s.billed for s in claim.services)}***11:B:{claim.frequency}*Y*A*Y*Y",
            *([f"REF*F8*{claim.original}"] if claim.original else []),
            "HI*ABK:J069",
        ]
        for number, service in enumerate(claim.services, start=1):
            segments += [
                f"LX*{number}",
                f"SV1*HC:{service.code}*{service.billed}*UN*{service.units}***1",
                f"DTP*472*D8*{service.on:%Y%m%d}",
            ]
    segments.append(f"SE*{len(segments) + 1}*{control}")
    return segments


def write_file(sets: Sequence[Sequence[str]], *, isa13: int = 1, sender: str = "SENDER") -> bytes:
    """An interchange of one group with these sets."""
    lines = [
        f"ISA*00*          *00*          *ZZ*{sender:15}*ZZ*STEWARD        *260601*1200*^*00501*{isa13:09}*0*P*:",
        f"GS*HC*{sender}*STEWARD*20260601*1200*1*X*005010X222A1",
        *(segment for one in sets for segment in one),
        f"GE*{len(sets)}*1",
        f"IEA*1*{isa13:09}",
    ]
    return ("~".join(lines) + "~").encode()
