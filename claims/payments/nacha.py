"""An ACH file (NACHA): credits to health care providers as CCD+, each with the trace that ties it to its 835. Plain.

CCD+ because the rules for health care payments want it (45 CFR 162.1602, CAQH CORE 370): the addenda repeats the
remittance's TRN segment and the entry says HCCLAIMPMT.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

_WIDTH = 94
_BLOCK = 10
_CREDITS_ONLY = "220"
_CHECKING_CREDIT = "22"
_MOST_CENTS_AN_ENTRY = 10**10 - 1


@dataclass(frozen=True, slots=True)
class AchCredit:
    """One credit. `individual_id` is what the receiver is known by, `trace_number` the remittance's TRN02."""

    routing_number: str
    account_number: str
    amount: Decimal
    individual_id: str
    name: str
    trace_number: str


@dataclass(frozen=True, slots=True)
class AchOriginator:
    """Who pays and through which bank: the bank's routing number, the company's name and TIN."""

    routing_number: str
    bank_name: str
    company_name: str
    company_tin: str


def write_nacha(
    originator: AchOriginator, credits_: Sequence[AchCredit], *, at: datetime, effective_on: date, reference: str
) -> bytes:
    """The file: header, one batch of credits, controls, filled to whole blocks of ten records of 94 characters.

    `at` is the time of making that the header carries; settlement is asked for on `effective_on`, a banking day.
    """
    company_id = f"1{originator.company_tin}"
    odfi = originator.routing_number[:8]
    records = [
        "101"
        f" {originator.routing_number}"
        + company_id
        + f"{at:%y%m%d%H%M}"
        + "A094101"
        + _text(originator.bank_name, 23)
        + _text(originator.company_name, 23)
        + _text(reference, 8),
        "5"
        + _CREDITS_ONLY
        + _text(originator.company_name, 16)
        + " " * 20
        + company_id
        + "CCD"
        + "HCCLAIMPMT"
        + f"{at:%y%m%d}"
        + f"{effective_on:%y%m%d}"
        + "   1"
        + odfi
        + "0000001",
    ]
    for number, credit in enumerate(credits_, 1):
        records += _entry(credit, odfi, number, originator.company_tin)
    entries = 2 * len(credits_)
    entry_hash = _hash(credit.routing_number for credit in credits_)
    total = _cents(sum((credit.amount for credit in credits_), Decimal(0)), 12)
    records.append(
        "8"
        + _CREDITS_ONLY
        + f"{entries:06d}"
        + entry_hash
        + "0" * 12
        + total
        + company_id
        + " " * 25
        + odfi
        + "0000001"
    )
    blocks = -(-(len(records) + 1) // _BLOCK)
    records.append("9" + "000001" + f"{blocks:06d}" + f"{entries:08d}" + entry_hash + "0" * 12 + total + " " * 39)
    records += ["9" * _WIDTH] * (blocks * _BLOCK - len(records))
    assert all(len(record) == _WIDTH for record in records), "a NACHA record has 94 characters"
    return "".join(f"{record}\r\n" for record in records).encode("ascii")


def _entry(credit: AchCredit, odfi: str, number: int, company_tin: str) -> tuple[str, str]:
    assert 0 < credit.amount * 100 <= _MOST_CENTS_AN_ENTRY, "an ACH entry holds up to $99,999,999.99"
    entry = (
        "6"
        + _CHECKING_CREDIT
        + credit.routing_number
        + _text(credit.account_number, 17)
        + _cents(credit.amount, 10)
        + _text(credit.individual_id, 15)
        + _text(credit.name, 22)
        + "  1"
        + odfi
        + f"{number:07d}"
    )
    addenda = "705" + _text(f"TRN*1*{credit.trace_number}*1{company_tin}\\", 80) + "0001" + f"{number:07d}"
    return entry, addenda


def _hash(routing_numbers: Iterable[str]) -> str:
    """The sum of the receiving banks' first eight digits, its last ten places."""
    return f"{sum(int(number[:8]) for number in routing_numbers) % 10**10:010d}"


def _cents(amount: Decimal, width: int) -> str:
    return f"{int(amount * 100):0{width}d}"


def _text(text: str, width: int) -> str:
    """Upper-case ASCII, cut or filled to its field."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return f"{''.join(mark if mark.isprintable() else ' ' for mark in plain).upper()[:width]:{width}}"
