"""Reads camt.053 (ISO 20022, BankToCustomerStatement), in any of its versions from 2 on. Plain.

Source: ISO 20022 message definitions, camt.053.001.02 to .001.08 and what came since: the elements read here have kept
their names; where a version moved one (the status of an entry became `Sts/Cd`), both places are read. One entry is one
movement of the account; what stands below it (a batch's transactions) explains it and is not counted again.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from claims.edi.banks.statement import Statement, StatementLine, Unreadable, check_adds_up, check_number_of
from claims.edi.banks.xml_tree import Element, read_xml
from tpa.foundation.values.money import ZERO

_NAMESPACE: Final = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)")
# Bank transaction codes (domain, family, sub-family) that say what a movement is; the first that fits.
_KINDS: Final = (
    ("PMNT", "ICHQ", "", "check"),
    ("PMNT", "RCHQ", "UPCQ", "returned"),
    ("PMNT", "RCHQ", "", "deposit"),
    ("PMNT", "", "CHRG", "fee"),
    ("PMNT", "", "FEES", "fee"),
    ("PMNT", "", "RRTN", "returned"),
    ("PMNT", "", "RPCR", "returned"),
    ("PMNT", "", "RVSL", "correction"),
    ("PMNT", "", "BOOK", "transfer"),
    ("PMNT", "", "DMCT", "wire"),
    ("PMNT", "", "XBCT", "wire"),
    ("PMNT", "IRCT", "", "wire"),
    ("PMNT", "RRCT", "", "wire"),
    ("PMNT", "MDOP", "OTHR", "other"),
    ("PMNT", "MCOP", "OTHR", "other"),
    ("PMNT", "", "", "ach"),
    ("ACMT", "MCOP", "INTR", "interest"),
    ("ACMT", "MDOP", "INTR", "interest"),
    ("ACMT", "", "CHRG", "fee"),
    ("ACMT", "", "FEES", "fee"),
    ("ACMT", "", "COMM", "fee"),
    ("ACMT", "OPCL", "", "other"),
    ("CAMT", "ACCB", "", "transfer"),
)


def read_camt053(data: bytes) -> list[Statement]:
    """The statements of a message. Raises Unreadable: nothing is read of a message of which a part is broken."""
    root = read_xml(data)
    message = root.first("BkToCstmrStmt") if root.name == "Document" else None
    if message is None or not _NAMESPACE.fullmatch(root.namespace):
        raise Unreadable(root.line, "this is no camt.053 message")
    if int(_NAMESPACE.fullmatch(root.namespace)[1]) < 2:  # type: ignore[index]
        raise Unreadable(root.line, "versions of camt.053 are read from 2 on")
    if message.says("GrpHdr/MsgPgntn/LastPgInd") == "false" or message.says("GrpHdr/MsgPgntn/PgNb") not in ("", "1"):
        raise Unreadable(message.line, "the message is one page of several: send the statement in one piece")
    found = [_statement(one) for one in message.all("Stmt")]
    if not found:
        raise Unreadable(message.line, "the message holds no statement")
    return found


def _statement(told: Element) -> Statement:
    account = told.first("Acct")
    number = account.says("Id/Othr/Id", "Id/IBAN") if account is not None else ""
    if account is None or not number:
        raise Unreadable(told.line, "the statement names no account")
    currency = account.says("Ccy")
    if currency not in ("", "USD"):
        raise Unreadable(account.line, f"the account is in {currency}; claims accounts are in US dollars")
    opening = _balance(told, "OPBD") or _balance(told, "PRCD")
    closing = _balance(told, "CLBD")
    if closing is None:
        raise Unreadable(told.line, "the closing balance (CLBD) is missing")
    lines = tuple(_line(entry) for entry in told.all("Ntry") if _is_booked(entry))
    moved = sum((one.amount for one in lines), ZERO)
    from_on, to_on = told.first("FrToDt/FrDt", "FrToDt/FrDtTm"), told.first("FrToDt/ToDt", "FrToDt/ToDtTm")
    days = [one.booked_on for one in lines]
    ends_on = _day(to_on) if to_on is not None else max([closing[1], *days])
    statement = Statement(
        account_number=number,
        routing_number=account.says("Svcr/FinInstnId/ClrSysMmbId/MmbId"),
        number=" ".join(part for part in (told.says("Id"), told.says("ElctrncSeqNb", "LglSeqNb")) if part)[:80],
        starts_on=_day(from_on) if from_on is not None else min([closing[1], *days]),
        ends_on=ends_on,
        opening_amount=closing[0] - moved if opening is None else opening[0],
        closing_amount=closing[0],
        lines=lines,
        opening_is_told=opening is not None,
    )
    if statement.starts_on > statement.ends_on:
        raise Unreadable(told.line, "the statement ends before it starts")
    _check_summary(told, lines)
    check_adds_up(statement, line=told.line)
    return statement


def _balance(told: Element, code: str) -> tuple[Decimal, date] | None:
    for balance in told.all("Bal"):
        if balance.says("Tp/CdOrPrtry/Cd") == code:
            day = balance.first("Dt/Dt", "Dt/DtTm")
            if day is None:
                raise Unreadable(balance.line, f"the balance {code} has no day")
            return _signed(balance), _day(day)
    return None


def _is_booked(entry: Element) -> bool:
    """Pending entries and information move nothing yet."""
    status = entry.says("Sts/Cd", "Sts")
    if status not in ("BOOK", "PDNG", "INFO", "FUTR"):
        raise Unreadable(entry.line, f"“{status[:10]}” is no status of an entry")
    return status == "BOOK"


def _line(entry: Element) -> StatementLine:
    booked = entry.first("BookgDt/Dt", "BookgDt/DtTm")
    if booked is None:
        raise Unreadable(entry.line, "the entry has no booking day")
    value = entry.first("ValDt/Dt", "ValDt/DtTm")
    codes = tuple(entry.says(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd"))
    details = list(entry.all("NtryDtls/TxDtls"))
    kind = _kind(codes, entry, details)
    one = details[0] if len(details) == 1 else None
    told = [entry.says("AddtlNtryInf"), *(text for detail in details for text in _texts(detail))]
    batch = entry.first("NtryDtls/Btch")
    customer = one.says("Refs/EndToEndId", "Refs/InstrId", "Refs/TxId") if one is not None else ""
    if not customer and batch is not None:
        customer = batch.says("PmtInfId", "MsgId")
    check_number = check_number_of(one.says("Refs/ChqNb")) if one is not None else ""
    return StatementLine(
        line=entry.line,
        booked_on=_day(booked),
        amount=_signed(entry),
        kind="check" if check_number and kind in ("ach", "other") else kind,
        type_code="-".join(code for code in codes if code) or entry.says("BkTxCd/Prtry/Cd")[:35],
        bank_reference=entry.says("AcctSvcrRef", "NtryRef"),
        customer_reference="" if customer == "NOTPROVIDED" else customer,
        check_number=check_number or (check_number_of(customer) if kind == "check" else ""),
        text=" ".join(text for text in told if text),
        value_on=_day(value) if value is not None else None,
    )


def _texts(detail: Element) -> list[str]:
    return [
        *(one.text for one in detail.all("RmtInf/Ustrd")),
        detail.says("RtrInf/OrgnlBkTxCd/Prtry/Cd"),
        detail.says("RtrInf/Rsn/Cd"),
        detail.says("AddtlTxInf"),
    ]


def _kind(codes: tuple[str, ...], entry: Element, details: list[Element]) -> str:
    if any(detail.first("RtrInf") is not None for detail in details):
        return "returned"
    if entry.says("RvslInd") == "true":
        return "correction"
    for domain, family, sub, kind in _KINDS:
        if codes[0] == domain and family in ("", codes[1]) and sub in ("", codes[2]):
            return kind
    return "other"


def _check_summary(told: Element, lines: tuple[StatementLine, ...]) -> None:
    """Counts and sums of the statement, where it tells them."""
    came = [one.amount for one in lines if one.amount > 0]
    went = [-one.amount for one in lines if one.amount < 0]
    for name, amounts in (("TtlNtries", [*came, *went]), ("TtlCdtNtries", came), ("TtlDbtNtries", went)):
        summary = told.first(f"TxsSummry/{name}")
        if summary is None:
            continue
        count, total = summary.says("NbOfNtries"), summary.first("Sum")
        if count and count != str(len(amounts)):
            raise Unreadable(summary.line, f"{name} counts {count[:10]} entries, and {len(amounts)} are there")
        if total is not None and _money(total) != sum(amounts, ZERO):
            raise Unreadable(total.line, f"{name} says {total.text[:20]}, and the entries make {sum(amounts, ZERO)}")


def _signed(holder: Element) -> Decimal:
    amount, direction = holder.first("Amt"), holder.says("CdtDbtInd")
    if amount is None or direction not in ("CRDT", "DBIT"):
        raise Unreadable(holder.line, "an amount or its direction is missing")
    if amount.attributes.get("Ccy") != "USD":
        raise Unreadable(amount.line, "the amount is not in US dollars")
    return _money(amount) if direction == "CRDT" else -_money(amount)


def _money(told: Element) -> Decimal:
    try:
        amount = Decimal(told.text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not re.fullmatch(r"\d{1,13}(\.\d{0,5})?", told.text) or amount != round(amount, 2):
        raise Unreadable(told.line, f"“{told.text[:20]}” is no amount in whole cents")
    return round(amount, 2) + ZERO


def _day(told: Element) -> date:
    try:
        return date.fromisoformat(told.text[:10]) if "T" not in told.text else datetime.fromisoformat(told.text).date()
    except ValueError:
        raise Unreadable(told.line, f"“{told.text[:30]}” is no day") from None
