"""The bank of a demonstration account: half a year matched and signed, and months of which something is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from claims.reconciliation.agree_terms import RuleWords, agree_posting_rule
from claims.reconciliation.keep_bank_file import BankFileWords, keep_bank_file
from claims.reconciliation.load_bank_file import load_bank_file
from claims.reconciliation.open_bank_account import BankAccountWords, open_bank_account
from claims.reconciliation.open_facts import ItemRow, open_items
from claims.reconciliation.sign_reconciliation import prepare_reconciliation, sign_reconciliation
from tpa.demo.cast import ROUTING_NUMBER
from tpa.foundation.access import system_scope
from tpa.foundation.values.money import ZERO

FIRST_DAY: Final = date(2026, 1, 1)
SIGNED_DAY: Final = date(2026, 6, 30)
LAST_DAY: Final = date(2026, 11, 20)
_CODES: Final = {
    "check": ("PMNT", "ICHQ", "CCHQ"),
    "ach": ("PMNT", "ICDT", "ACDT"),
    "wire": ("PMNT", "RCDT", "DMCT"),
    "fee": ("ACMT", "MDOP", "CHRG"),
    "interest": ("ACMT", "MCOP", "INTR"),
    "other": ("PMNT", "MDOP", "OTHR"),
}


class Entry(NamedTuple):
    """A movement as the bank tells it."""

    on: date
    amount: Decimal
    kind: str
    reference: str = ""
    check_number: str = ""
    text: str = ""


def bank_year(*, claims_account_id: int) -> None:
    """Begin the account, send what its bank has to say, and have the first half signed by two."""
    scope = system_scope("demonstration")
    account = open_bank_account(claims_account_id=claims_account_id, words=BankAccountWords(FIRST_DAY), scope=scope)
    for kind, limit in (("fee", "50.00"), ("interest", "100.00")):
        words = RuleWords(kind, Decimal(limit), "employer", "ASA-2026-001, 2.3", FIRST_DAY)
        agree_posting_rule(bank_account_id=account.pk, words=words, scope=scope)
    told = [_told(row) for row in open_items(account)]
    first = [entry for entry in told if entry.on <= SIGNED_DAY]
    first += [_fee(month) for month in range(1, 7)]
    closing = _send(account.number, (FIRST_DAY, SIGNED_DAY), ZERO, first)
    prepared = prepare_reconciliation(bank_account_id=account.pk, as_of_on=SIGNED_DAY, scope=scope)
    sign_reconciliation(reconciliation_id=prepared.pk, scope=system_scope("controller"))
    rest = _second_half([entry for entry in told if SIGNED_DAY < entry.on <= LAST_DAY])
    _send(account.number, (SIGNED_DAY + timedelta(1), LAST_DAY), closing, rest)


def _told(row: ItemRow) -> Entry:
    """The bank has a deposit the same day, pays an ACH file the next and a check after six."""
    days = {"check": 6, "ach": 1}.get(row.method or "", 0)
    return Entry(
        on=row.posted_on + timedelta(days),
        amount=row.open_amount,
        kind=row.method or ("wire" if row.open_amount > 0 else "other"),
        reference=row.sent_with or "" if row.method == "ach" else "" if row.method else row.reference.split(":", 2)[-1],
        check_number=row.check_number or "",
        text="" if row.method else row.description,
    )


def _fee(month: int) -> Entry:
    return Entry(date(2026, month, 28), Decimal("-18.50"), "fee", text="ACCOUNT MAINTENANCE")


def _second_half(told: Sequence[Entry]) -> list[Entry]:
    """One check encoded otherwise, a deposit that came late under another name, and two lines nobody booked."""
    entries = list(told)
    checks = [entry for entry in entries if entry.kind == "check"]
    wires = [entry for entry in entries if entry.kind == "wire"]
    if checks:
        wrong = checks[-1]
        entries[entries.index(wrong)] = wrong._replace(amount=wrong.amount - 90)
    if wires:
        late = wires[-1]
        named = late._replace(on=LAST_DAY, reference="FED 20261120 77120", text="INCOMING WIRE, ORIGINATOR UNKNOWN")
        entries[entries.index(late)] = named
    return [
        *entries,
        *(_fee(month) for month in range(7, 11)),
        Entry(date(2026, 10, 30), Decimal("12.40"), "interest", text="INTEREST OCTOBER"),
        Entry(date(2026, 11, 12), Decimal("-64.25"), "other", text="CHECK STOCK, 2 BOXES"),
    ]


def _send(number: str, days: tuple[date, date], opening: Decimal, entries: Sequence[Entry]) -> Decimal:
    """A camt.053 message of these days; returns the balance it ends with."""
    closing = opening + sum((entry.amount for entry in entries), ZERO)
    scope = system_scope("demonstration")
    words = BankFileWords(f"statement-{days[1]:%Y%m%d}.xml", "demo")
    file, _is_new = keep_bank_file(
        chunks=[_message(number, days, (opening, closing), entries)], words=words, scope=scope
    )
    loaded = load_bank_file(file_id=file.pk, by=scope.actor)
    assert loaded.status == "loaded", loaded.problem
    return closing


def _message(
    number: str, days: tuple[date, date], balances: tuple[Decimal, Decimal], entries: Sequence[Entry]
) -> bytes:
    rows = "".join(map(_entry, sorted(entries, key=lambda entry: (entry.on, entry.amount))))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M{days[1]:%Y%m%d}</MsgId><CreDtTm>{days[1]}T23:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>S{days[1]:%Y%m%d}</Id><FrToDt><FrDtTm>{days[0]}T00:00:00</FrDtTm><ToDtTm>{days[1]}T23:59:59</ToDtTm>"
        f"</FrToDt><Acct><Id><Othr><Id>{escape(number)}</Id></Othr></Id><Ccy>USD</Ccy><Svcr><FinInstnId><ClrSysMmbId>"
        f"<MmbId>{ROUTING_NUMBER}</MmbId></ClrSysMmbId></FinInstnId></Svcr></Acct>"
        f"{_balance('OPBD', balances[0], days[0])}{_balance('CLBD', balances[1], days[1])}{rows}"
        "</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def _balance(code: str, amount: Decimal, on: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_signed(amount)}<Dt><Dt>{on}</Dt></Dt></Bal>\n"


def _signed(amount: Decimal) -> str:
    side = "CRDT" if amount >= 0 else "DBIT"
    return f'<Amt Ccy="USD">{abs(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _entry(entry: Entry) -> str:
    domain, family, sub = _CODES[entry.kind]
    check = f"<ChqNb>{entry.check_number}</ChqNb>" if entry.check_number else ""
    reference = escape(entry.reference) or "NOTPROVIDED"
    return (
        f"<Ntry>{_signed(entry.amount)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{entry.on}</Dt></BookgDt>"
        f"<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId>{check}</Refs></TxDtls></NtryDtls>"
        f"<AddtlNtryInf>{escape(entry.text)}</AddtlNtryInf></Ntry>\n"
    )
