"""Reads BAI2, the format in which American banks report balances and movements. Plain.

Source: "Cash Management Balance Reporting Specifications, Version 2" (BAI, 2005): records 01, 02, 03, 16, 88, 49, 98
and 99; each trailer's control total and counts are checked. Only final data of a day is a statement: groups that hold
interim data, tests, deletions or corrections are refused, each with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from claims.edi.banks import bai_codes
from claims.edi.banks.statement import Statement, StatementLine, Unreadable, check_adds_up, check_number_of, decoded

_CODES: Final = {"01", "02", "03", "16", "49", "88", "98", "99"}
_FINAL: Final = {"", "2", "4"}  # the as-of-date modifier: final of the previous or of the same day
_STATUSES: Final = {
    "2": "the group deletes what was sent before: withdraw that statement, then this is not needed",
    "3": "the group corrects what was sent before: withdraw that statement and ask the bank for the whole day anew",
    "4": "the group is a test",
}
_DISTRIBUTED: Final = {"S": 3, "V": 2}


def read_bai2(data: bytes) -> list[Statement]:
    """The statements of a file, in its order. Raises Unreadable: nothing is read of a file that is broken in part."""
    return list(_Reading(_records(decoded(data))).statements())


@dataclass(slots=True)
class _Record:
    """A record with what its continuations add. `take` gives its fields one by one, `rest` what is left as text."""

    line: int
    code: str
    parts: list[list[str]]
    at: tuple[int, int] = (0, 0)

    def take(self) -> str:
        part, place = self.at
        while part < len(self.parts) and place >= len(self.parts[part]):
            part, place = part + 1, 0
        if part >= len(self.parts):
            return ""
        self.at = (part, place + 1)
        return self.parts[part][place].strip()

    @property
    def is_used_up(self) -> bool:
        part, place = self.at
        return all(
            place >= len(one) if number == part else not one for number, one in enumerate(self.parts) if number >= part
        )

    def rest(self) -> str:
        part, place = self.at
        left = [",".join(self.parts[part][place:])] if part < len(self.parts) else []
        left += [",".join(one) for one in self.parts[part + 1 :]]
        self.at = (len(self.parts), 0)
        return " ".join(text.strip() for text in left if text.strip())

    @property
    def count(self) -> int:
        return len(self.parts)


@dataclass(slots=True)
class _Control:
    """What a trailer must say: the total of the amounts below it, how many parts, how many records."""

    total: int = 0
    parts_count: int = 0
    records_count: int = 0

    def add(self, below: _Control) -> None:
        self.total += below.total
        self.parts_count += 1
        self.records_count += below.records_count


@dataclass(slots=True)
class _Account:
    number: str
    balances: dict[str, int] = field(default_factory=dict)
    lines: list[StatementLine] = field(default_factory=list)
    control: _Control = field(default_factory=_Control)


def _records(text: str) -> list[_Record]:
    found: list[_Record] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line:
            continue
        code, comma, body = line.partition(",")
        if code not in _CODES:
            raise Unreadable(number, f"“{code[:10]}” is no record of BAI2")
        if not comma:
            raise Unreadable(number, f"record {code} says nothing")
        # A slash ends the record's fields; without one the text goes on in the next record.
        fields = body.removesuffix("/").split(",")
        if code != "88":
            found.append(_Record(number, code, [fields]))
        elif not found:
            raise Unreadable(number, "a continuation follows nothing")
        else:
            found[-1].parts.append(fields)
    return found


class _Reading:
    """Walks the records once: file, groups, accounts, movements."""

    def __init__(self, records: Sequence[_Record]) -> None:
        self.records = iter(records)
        self.last_line = records[-1].line if records else 0

    def next(self, *wanted: str) -> _Record:
        record = next(self.records, None)
        if record is None:
            raise Unreadable(self.last_line, f"the file ends, and a record {' or '.join(wanted)} is missing")
        if record.code not in wanted:
            raise Unreadable(record.line, f"record {record.code} stands where {' or '.join(wanted)} is due")
        return record

    def statements(self) -> Iterator[Statement]:
        header = self.next("01")
        version = [header.take() for _ in range(8)][7]
        if version != "2":
            raise Unreadable(header.line, f"version {version or '(none)'} of the format, and 2 is read")
        control = _Control(records_count=header.count)
        found: list[Statement] = []
        while (record := self.next("02", "99")).code == "02":
            statements, below = self.group(record)
            found += statements
            control.add(below)
        self.check(record, control, "groups")
        extra = next(self.records, None)
        if extra is not None:
            raise Unreadable(extra.line, "something follows the file's trailer")
        yield from found

    def group(self, record: _Record) -> tuple[list[Statement], _Control]:
        _receiver, originator, status, day, _time, currency, modifier = (record.take() for _ in range(7))
        if status in _STATUSES:
            raise Unreadable(record.line, _STATUSES[status])
        if modifier not in _FINAL:
            raise Unreadable(record.line, "the group holds interim data; the day's final data is what is reconciled")
        as_of = _day(record.line, day)
        control = _Control(records_count=record.count)
        found: list[Statement] = []
        while (one := self.next("03", "98")).code == "03":
            statement, below = self.account(one, as_of, originator, currency)
            found.append(statement)
            control.add(below)
        self.check(one, control, "accounts")
        return found, control

    def account(self, record: _Record, as_of: date, originator: str, currency: str) -> tuple[Statement, _Control]:
        account = _Account(record.take())
        currency = record.take() or currency or "USD"
        if currency != "USD":
            raise Unreadable(record.line, f"the account is in {currency}; claims accounts are in US dollars")
        if not account.number:
            raise Unreadable(record.line, "the account has no number")
        account.control.records_count = record.count
        _summaries(record, account)
        while (one := self.next("16", "49")).code == "16":
            account.control.records_count += one.count
            _movement(one, account, as_of)
        self.check(one, account.control, "")
        return _statement(account, as_of, originator, one.line), account.control

    def check(self, trailer: _Record, control: _Control, parts: str) -> None:
        """A trailer counts itself, too."""
        control.records_count += trailer.count
        told_total = _amount(trailer.line, trailer.take())
        told_parts = _count(trailer.line, trailer.take()) if parts else 0
        told_records = _count(trailer.line, trailer.take())
        if told_total != control.total:
            raise Unreadable(trailer.line, f"the control total is {told_total}, and the amounts make {control.total}")
        if parts and told_parts != control.parts_count:
            raise Unreadable(trailer.line, f"{told_parts} {parts} are told, and {control.parts_count} are there")
        if told_records != control.records_count:
            raise Unreadable(trailer.line, f"{told_records} records are told, and {control.records_count} are there")


def _summaries(record: _Record, account: _Account) -> None:
    """Balances and totals: type, amount, item count, funds. Their amounts count for the control total."""
    while not record.is_used_up:
        code = record.take()
        if not code:
            continue
        amount = _amount(record.line, record.take())
        record.take()  # how many items
        _funds(record)
        account.control.total += amount
        account.balances[_code(record.line, code)] = amount


def _movement(record: _Record, account: _Account, as_of: date) -> None:
    code = _code(record.line, record.take())
    told = record.take()
    amount = _amount(record.line, told)
    value_on = _funds(record)
    account.control.total += amount
    bank, customer = record.take(), record.take()
    text = record.rest().removesuffix("/")
    sign = bai_codes.sign_of(code)
    if code == bai_codes.NO_MONEY or (amount == 0 and sign):
        return
    if not sign:
        raise Unreadable(record.line, f"type {code} is no movement of a deposit account")
    kind = bai_codes.kind_of(code)
    account.lines.append(
        StatementLine(
            line=record.line,
            booked_on=as_of,
            amount=_dollars(sign * amount),
            kind=kind,
            type_code=code,
            bank_reference=bank,
            customer_reference=customer,
            check_number=check_number_of(customer, bank) if kind in ("check", "returned", "correction") else "",
            text=text,
            value_on=value_on,
        )
    )


def _funds(record: _Record) -> date | None:
    """The funds type and what it brings along; the day of value where one is told."""
    kind = record.take()
    if kind == "V":
        day = record.take()
        record.take()
        return _day(record.line, day) if day else None
    if kind == "D":
        for _ in range(2 * _count(record.line, record.take())):
            record.take()
    elif kind in _DISTRIBUTED:
        for _ in range(_DISTRIBUTED[kind]):
            record.take()
    elif kind not in ("", "0", "1", "2", "Z"):
        raise Unreadable(record.line, f"“{kind[:5]}” is no funds type")
    return None


def _statement(account: _Account, as_of: date, originator: str, line: int) -> Statement:
    """The ledger balances bound it; a bank that tells only how the day ended lets the opening be reckoned."""
    came = sum(int(one.amount * 100) for one in account.lines if one.amount > 0)
    went = -sum(int(one.amount * 100) for one in account.lines if one.amount < 0)
    for code, moved in ((bai_codes.TOTAL_CREDITS, came), (bai_codes.TOTAL_DEBITS, went)):
        if account.balances.get(code, moved) != moved:
            told = account.balances[code]
            raise Unreadable(
                line, f"type {code} says {_dollars(told)} in total, and the movements make {_dollars(moved)}"
            )
    opening = account.balances.get(bai_codes.OPENING_LEDGER)
    closing = account.balances.get(bai_codes.CLOSING_LEDGER)
    if closing is None:
        raise Unreadable(line, "the closing ledger balance (type 015) is missing")
    statement = Statement(
        account_number=account.number.strip(),
        routing_number=originator if len(originator) == 9 and originator.isdigit() else "",
        number="",
        starts_on=as_of,
        ends_on=as_of,
        opening_amount=_dollars(closing - came + went if opening is None else opening),
        closing_amount=_dollars(closing),
        lines=tuple(account.lines),
        opening_is_told=opening is not None,
    )
    check_adds_up(statement, line=line)
    return statement


def _dollars(in_cents: int) -> Decimal:
    return Decimal(in_cents).scaleb(-2)


def _code(line: int, text: str) -> str:
    if len(text) != 3 or not (text.isascii() and text.isdigit()):
        raise Unreadable(line, f"“{text[:10]}” is no type code")
    return text


def _amount(line: int, text: str) -> int:
    """Cents, with or without a sign; nothing is zero."""
    digits = text.removeprefix("+").removeprefix("-")
    if text and not (digits.isascii() and digits.isdigit() and len(digits) <= 16):
        raise Unreadable(line, f"“{text[:20]}” is no amount")
    return int(text or "0")


def _count(line: int, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Unreadable(line, f"“{text[:20]}” is no count")
    return int(text)


def _day(line: int, text: str) -> date:
    try:
        return datetime.strptime(text, "%y%m%d" if len(text) == 6 else "%Y%m%d").date()
    except ValueError:
        raise Unreadable(line, f"“{text[:10]}” is no date") from None
