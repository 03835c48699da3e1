"""Reads claims as they arrived: for who watches for grave illness and long stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec
from django.db import connection

from claims.packing import text_of

_ARRIVED = """
SELECT id, member_id, claim_number, kind, billed_amount, service_from, service_to, submission FROM claims_claim
 WHERE employer_id = %s AND id > %s ORDER BY id LIMIT %s
"""


class ArrivedClaim(NamedTuple):
    """What a claim tells of the illness: diagnoses without dots, the principal first, and the days in hospital."""

    claim_id: int
    member_id: int
    claim_number: str
    billed_amount: Decimal
    service_from: date
    diagnoses: tuple[str, ...]
    stay_days: int


class _Illness(msgspec.Struct):
    """The little of a submission that is asked for."""

    facility_code: str = ""
    diagnoses: tuple[str, ...] = ()
    admitting_diagnosis: str = ""
    admitted_on: date | None = None
    discharged_on: date | None = None


_illness = msgspec.json.Decoder(_Illness).decode
# Bill types of inpatients: the second digit is 1 (NUBC).
_INPATIENT = "1"


def arrived_after(employer_id: int, claim_id: int, *, most: int) -> Iterator[ArrivedClaim]:
    """An employer's claims that came after one, in order, so many at most; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVED, [employer_id, claim_id, most])
        for pk, member_id, number, kind, billed, first, last, packed in cursor.fetchall():
            illness = _illness(text_of(packed))
            diagnoses = illness.diagnoses + ((illness.admitting_diagnosis,) if illness.admitting_diagnosis else ())
            days = 0
            if kind == "I" and illness.facility_code[1:2] == _INPATIENT:
                days = ((illness.discharged_on or last) - (illness.admitted_on or first)).days
            yield ArrivedClaim(pk, member_id, number, billed, first, diagnoses, days)
