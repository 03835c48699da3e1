"""What of a claim the edit tables are asked by: services, modifiers, diagnoses, tables that speak of it. Plain."""

from __future__ import annotations

import re
from collections.abc import Iterable

from claims.adjudication.engine.bill_edits import ADMITS, stay_of
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import PriorLine, PriorStay
from claims.facts import Submission
from plans.editing.edit_book import CodedClaim, CodedService

PRACTITIONER, OUTPATIENT, DME = "practitioner", "outpatient", "dme"

_LEVEL_TWO = re.compile(r"[A-CE-V]\d{4}")
_DENTAL = re.compile(r"D\d{4}")
# Suppliers of equipment, prostheses and supplies (NUCC taxonomy): their own table of units.
_SUPPLIERS = ("332", "335")


def coded_claim(submission: Submission, prior: Iterable[PriorLine]) -> CodedClaim:
    """The claim as the tables know it, with what was decided of its days before."""
    pair_table, unit_table = _tables(submission)
    is_institutional = submission.kind == "I"
    return CodedClaim(
        services=tuple(
            [
                CodedService(line.procedure_code, line.modifiers, line.service_from, line.units_count)
                for line in submission.lines
            ]
        ),
        beside=tuple(
            [
                CodedService(line.procedure_code, line.modifiers, line.service_from, line.units_count)
                for line in prior
                if line.billing_npi == submission.billing_provider.npi and line.kind == submission.kind
            ]
        ),
        diagnoses=submission.diagnoses,
        pair_table=pair_table,
        unit_table=unit_table,
        bill_type=submission.facility_code[:2] + submission.frequency_code if is_institutional else "",
        codes=tuple(_codes(submission)),
    )


def code_set_of(procedure: str) -> str:
    """The set that a procedure code belongs to, by its form."""
    if _LEVEL_TWO.fullmatch(procedure):
        return "hcpcs"
    return "dental" if _DENTAL.fullmatch(procedure) else "procedure"


def prior_stay_of(submission: Submission, decision: ClaimDecision) -> PriorStay | None:
    """What later claims see of a claim, if it was a stay: from its first line to its last."""
    if stay_of(submission) is None:
        return None
    return PriorStay(
        claim_number=decision.claim_number,
        billing_npi=submission.billing_provider.npi,
        bill_type=submission.facility_code[:2],
        starts_on=submission.service_from,
        ends_on=submission.service_to,
        outcome=decision.outcome,
    )


def touching(stays: Iterable[PriorStay], submission: Submission) -> tuple[PriorStay, ...]:
    """Of earlier stays those that share a night with this claim, if it is a stay."""
    period = stay_of(submission)
    if period is None:
        return ()
    return tuple([stay for stay in stays if stay.starts_on < period[1] and period[0] < stay.ends_on])


def _tables(submission: Submission) -> tuple[str, str]:
    """Which tables of pairs and of units speak of it: by kind of claim, and for units by who bills."""
    if submission.kind == "P":
        is_supplier = submission.billing_provider.taxonomy_code.startswith(_SUPPLIERS)
        return PRACTITIONER, DME if is_supplier else PRACTITIONER
    if submission.kind == "I" and submission.facility_code[:2] not in ADMITS:
        return OUTPATIENT, OUTPATIENT
    return "", ""


def _codes(submission: Submission) -> Iterable[tuple[str, str]]:
    for line in submission.lines:
        if line.procedure_code:
            yield code_set_of(line.procedure_code), line.procedure_code
        place = line.place_of_service or submission.facility_code
        if submission.kind != "I" and place:
            yield "place_of_service", place
        for modifier in line.modifiers:
            yield "modifier", modifier
    for diagnosis in submission.diagnoses:
        yield "icd10cm", diagnosis
