"""Reads a NACHA file of returns and notifications of change: what each entry says, what can not be read. Plain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

_WIDTH = 94
_RETURN, _CHANGE = "99", "98"
_CODES = {"22": "checking", "23": "checking", "24": "checking", "32": "savings", "33": "savings", "34": "savings"}


@dataclass(frozen=True, slots=True)
class Returned:
    """An entry that came back (`return`), whose account is another (`change`), or that can not be read (`unread`).

    `place` is its record, counted from one; `trace` that of the entry it is about; `corrected` the corrected data as
    they stand there; `finding` says what is wrong with one that can not be read. `bank` (eight digits) and `account`
    are where the entry went.
    """

    place: int
    kind: str
    code: str = ""
    trace: str = ""
    amount: Decimal | None = None
    name: str = ""
    corrected: str = ""
    finding: str = ""
    bank: str = ""
    account: str = ""


class Corrected(NamedTuple):
    """What a notification of change corrects; what it leaves alone is empty."""

    routing_number: str = ""
    account_number: str = ""
    account_type: str = ""


def read_returns(data: bytes) -> list[Returned]:
    """Every entry of a file, in order; nothing is left out: what does not fit is `unread`, with its record and why.

    Lines may end as they like, or not at all. Counts and totals of the controls are compared with the entries.
    """
    records = _records(data)
    found = list(_entries(records))
    if not records or records[0][1][:1] != "1":
        found.append(Returned(1, "unread", finding="This is no NACHA file: it does not begin with a file header."))
    else:
        found += _controls(records)
    by_place: dict[int, Returned] = {}
    for one in found:
        by_place.setdefault(one.place, one)
    return [by_place[place] for place in sorted(by_place)]


def corrected(code: str, data: str) -> Corrected | None:
    """What the corrected data of a change code say; None for a code that corrects no account, or for wrong data."""
    field = f"{data:29}"
    parts = data.split()
    match code:
        case "C01":
            found = Corrected(account_number=field[:17].strip())
        case "C02":
            found = Corrected(routing_number=field[:9].strip())
        case "C03":
            found = Corrected(routing_number=field[:9].strip(), account_number=field[9:29].strip())
        case "C05":
            found = Corrected(account_type=_CODES.get(field[:2], ""))
        case "C06" if len(parts) >= 2:
            found = Corrected(account_number=" ".join(parts[:-1]), account_type=_CODES.get(parts[-1], ""))
        case "C07" if len(data.strip()) > 11:
            found = Corrected(
                routing_number=field[:9].strip(),
                account_number=data.strip()[9:-2].strip(),
                account_type=_CODES.get(data.strip()[-2:], ""),
            )
        case _:
            return None
    wanted = {"C01": "n", "C02": "r", "C03": "rn", "C05": "t", "C06": "nt", "C07": "rnt"}[code]
    has = {"r": found.routing_number, "n": found.account_number, "t": found.account_type}
    if not all(has[one] for one in wanted) or len(found.account_number) > 17:
        return None
    return found


def _records(data: bytes) -> list[tuple[int, str]]:
    """Records with their places; one long line is cut into its records."""
    text = data.decode("latin-1")
    lines = text.splitlines()
    if len(lines) == 1 and len(lines[0]) > _WIDTH:
        lines = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
    records = [(place, f"{line.rstrip():{_WIDTH}}") for place, line in enumerate(lines, 1) if line.strip()]
    return [(place, record) for place, record in records if record != "9" * _WIDTH]


def _entries(records: list[tuple[int, str]]) -> Iterator[Returned]:
    entry: tuple[int, str] | None = None
    for place, record in records:
        kind = record[:1]
        if len(record) > _WIDTH:
            yield Returned(place, "unread", finding="The record has more than 94 characters.")
            continue
        if kind == "7" and record[1:3] in (_RETURN, _CHANGE):
            yield _addenda(place, record, entry)
            entry = None
            continue
        elif kind == "7" and entry is None:
            yield Returned(place, "unread", finding="An addenda without its entry.")
        elif kind not in "156789":
            yield Returned(place, "unread", finding="A record of a kind that NACHA does not know.")
        if entry is not None and kind != "7":
            yield _silent(entry)
            entry = None
        if kind == "6":
            entry = (place, record)
    if entry is not None:
        yield _silent(entry)


def _silent(entry: tuple[int, str]) -> Returned:
    """An entry that does not say why it is here."""
    place, record = entry
    return Returned(
        place,
        "unread",
        amount=_amount(record),
        name=record[54:76].strip(),
        finding="An entry without the addenda that says why it came back.",
    )


def _addenda(place: int, record: str, entry: tuple[int, str] | None) -> Returned:
    code, trace = record[3:6], record[6:21].strip()
    is_return = record[1:3] == _RETURN
    letter = "R" if is_return else "C"
    if entry is None:
        return Returned(place, "unread", code, trace, finding="An addenda without its entry.")
    amount, name = _amount(entry[1]), entry[1][54:76].strip()
    if amount is None:
        return Returned(place, "unread", code, trace, name=name, finding="The amount of the entry is not a number.")
    if not (code[:1] == letter and code[1:].isdigit()):
        return Returned(place, "unread", code, trace, amount, name, finding="The reason code is none.")
    if not (len(trace) == 15 and trace.isdigit()):
        return Returned(place, "unread", code, trace, amount, name, finding="The original trace is not 15 digits.")
    said = "" if is_return else record[35:64].rstrip()
    kind = "return" if is_return else "change"
    bank, account = record[27:35].strip(), entry[1][12:29].strip()
    return Returned(place, kind, code, trace, amount, name, said, bank=bank, account=account)


def _amount(record: str) -> Decimal | None:
    text = record[29:39]
    return Decimal(int(text)) / 100 if text.isascii() and text.isdigit() else None


def _controls(records: list[tuple[int, str]]) -> Iterator[Returned]:
    """The file control counts and adds up what stands before it."""
    place, last = records[-1]
    if last[:1] != "9":
        yield Returned(place + 1, "unread", finding="The file ends without its control: something may be missing.")
        return
    counted = sum(1 for _place, record in records if record[:1] in "67")
    total = sum((_amount(record) or Decimal(0) for _place, record in records if record[:1] == "6"), Decimal(0))
    says = [last[13:21], last[31:43], last[43:55]]
    if not all(text.isascii() and text.isdigit() for text in says):
        yield Returned(place, "unread", finding="The totals of the file control are not numbers.")
    elif int(says[0]) != counted or Decimal(int(says[1]) + int(says[2])) / 100 != total:
        yield Returned(
            place, "unread", finding="The file control counts or adds up to something else than stands there."
        )
