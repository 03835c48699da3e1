"""An ACH file (NACHA) of credits, each with the trace that ties it to its 835. Plain.

To providers as CCD+, because the rules for health care payments want it (45 CFR 162.1602, CAQH CORE 370): the addenda
repeats the remittance's TRN segment and the entry says HCCLAIMPMT. To people as PPD, with the same addenda. A prenote
is an entry of zero dollars without addenda.
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
_MOST_CENTS_AN_ENTRY = 10**10 - 1
_MOST_CENTS_A_FILE = 10**12 - 1
# A live credit and a prenote, by the kind of account.
_CODES = {"checking": ("22", "23"), "savings": ("32", "33")}
# By class: the batch's description. The first is fixed by the rules for health care payments.
_CCD, _PPD = "CCD", "PPD"
_DESCRIPTIONS = {_CCD: "HCCLAIMPMT", _PPD: "CLAIM PAY "}


@dataclass(frozen=True, slots=True)
class AchCredit:
    """One credit, or with `is_prenote` the trial of an account. `individual_id` is what the receiver is known by,
    `trace_number` the remittance's TRN02, `entry_number` the last seven digits of the entry's own trace."""

    routing_number: str
    account_number: str
    amount: Decimal
    individual_id: str
    name: str
    trace_number: str
    entry_number: int
    account_type: str = "checking"
    to_person: bool = False
    is_prenote: bool = False


@dataclass(frozen=True, slots=True)
class AchOriginator:
    """Who pays and through which bank. `origin` and `company_number` are as the bank names us, ten characters each;
    `payer_tin` stands in the addenda, as in the remittance's TRN03."""

    routing_number: str
    bank_name: str
    company_name: str
    origin: str
    company_number: str
    payer_tin: str
    discretionary: str = ""


def entry_trace(originator_routing_number: str, entry_number: int) -> str:
    """The trace of an entry: the bank's first eight digits and seven of ours. Returns name it."""
    return f"{originator_routing_number[:8]}{entry_number:07d}"


def write_nacha(
    originator: AchOriginator,
    credits_: Sequence[AchCredit],
    *,
    at: datetime,
    effective_on: date,
    reference: str,
    modifier: str = "A",
) -> bytes:
    """The file: header, a batch for providers and one for people, controls, filled to whole blocks of ten records of 94
    characters.

    `at` is the time of making that the header carries; settlement is asked for on `effective_on`, a banking day.
    Entries stand in the order of their numbers, as the rules want. `modifier` tells apart the files of a day.
    """
    records = [
        f"101 {originator.routing_number}"
        + _text(originator.origin, 10)
        + f"{at:%y%m%d%H%M}"
        + f"{modifier}094101"
        + _text(originator.bank_name, 23)
        + _text(originator.company_name, 23)
        + _text(reference, 8)
    ]
    classes = [
        (_CCD, [one for one in credits_ if not one.to_person]),
        (_PPD, [one for one in credits_ if one.to_person]),
    ]
    batches = [(kind, sorted(entries, key=lambda one: one.entry_number)) for kind, entries in classes if entries]
    for number, (kind, entries) in enumerate(batches, 1):
        records += _batch(originator, kind, number, entries, at=at, effective_on=effective_on)
    total = _cents(sum((credit.amount for credit in credits_), Decimal(0)), 12)
    blocks = -(-(len(records) + 1) // _BLOCK)
    records.append(
        "9"
        f"{len(batches):06d}"
        f"{blocks:06d}"
        f"{_count(credits_):08d}" + _hash(credit.routing_number for credit in credits_) + "0" * 12 + total + " " * 39
    )
    records += ["9" * _WIDTH] * (blocks * _BLOCK - len(records))
    assert all(len(record) == _WIDTH for record in records), "a NACHA record has 94 characters"
    return "".join(f"{record}\r\n" for record in records).encode("ascii")


def _batch(
    originator: AchOriginator,
    kind: str,
    number: int,
    entries: Sequence[AchCredit],
    *,
    at: datetime,
    effective_on: date,
) -> list[str]:
    company_number = _text(originator.company_number, 10)
    odfi = originator.routing_number[:8]
    records = [
        "5"
        + _CREDITS_ONLY
        + _text(originator.company_name, 16)
        + _text(originator.discretionary, 20)
        + company_number
        + kind
        + _DESCRIPTIONS[kind]
        + f"{at:%y%m%d}"
        + f"{effective_on:%y%m%d}"
        + "   1"
        + odfi
        + f"{number:07d}"
    ]
    for credit in entries:
        records += _entry(credit, odfi, originator.payer_tin)
    records.append(
        "8"
        + _CREDITS_ONLY
        + f"{_count(entries):06d}"
        + _hash(credit.routing_number for credit in entries)
        + "0" * 12
        + _cents(sum((credit.amount for credit in entries), Decimal(0)), 12)
        + company_number
        + " " * 25
        + odfi
        + f"{number:07d}"
    )
    return records


def _entry(credit: AchCredit, odfi: str, payer_tin: str) -> list[str]:
    assert 0 < credit.entry_number <= 9_999_999, "an entry is told by seven digits"
    live, prenote = _CODES[credit.account_type]
    if credit.is_prenote:
        assert credit.amount == 0, "a prenote moves nothing"
    else:
        assert 0 < credit.amount * 100 <= _MOST_CENTS_AN_ENTRY, "an ACH entry holds up to $99,999,999.99"
    entry = (
        "6"
        + (prenote if credit.is_prenote else live)
        + credit.routing_number
        + _text(credit.account_number, 17)
        + _cents(credit.amount, 10)
        + _text(credit.individual_id, 15)
        + _text(credit.name, 22)
        + "  "
        + ("0" if credit.is_prenote else "1")
        + odfi
        + f"{credit.entry_number:07d}"
    )
    if credit.is_prenote:
        return [entry]
    said = _text(f"TRN*1*{credit.trace_number}*1{payer_tin}\\", 80)
    return [entry, f"705{said}0001{credit.entry_number:07d}"]


def _count(credits_: Iterable[AchCredit]) -> int:
    """Entries and their addenda."""
    return sum(1 if credit.is_prenote else 2 for credit in credits_)


def _hash(routing_numbers: Iterable[str]) -> str:
    """The sum of the receiving banks' first eight digits, its last ten places."""
    return f"{sum(int(number[:8]) for number in routing_numbers) % 10**10:010d}"


def _cents(amount: Decimal, width: int) -> str:
    assert 0 <= amount * 100 <= _MOST_CENTS_A_FILE, "a NACHA total has twelve digits"
    return f"{int(amount * 100):0{width}d}"


def _text(text: str, width: int) -> str:
    """Upper-case ASCII, cut or filled to its field."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return f"{''.join(mark if mark.isprintable() else ' ' for mark in plain).upper()[:width]:{width}}"
