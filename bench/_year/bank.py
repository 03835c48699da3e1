"""The year's little bank: what it saw of each claims account, told month by month in statements of its own arithmetic.

It cashes checks some days after they were written, settles ACH files by their bytes, sends returns, takes in what was
wired or sent and pays out what the administrator takes. Its balance is a running sum of its own. Every second account
gets camt.053, the others CSV. What the bank hears of too late for a month stands in the next one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from django.db import connection

from bench._year.cast import FIRST
from bench._year.intake import drain
from bench._year.world import World
from claims.models import AchFile, BankAccount, PaymentInstrument
from claims.reconciliation.agree_terms import set_csv_layout
from claims.reconciliation.keep_bank_file import LOAD_BANK_FILE, BankFileWords, keep_bank_file
from claims.reconciliation.load_bank_file import load_bank_file
from claims.reconciliation.open_bank_account import BankAccountWords, open_bank_account
from tpa.foundation.access import Scope
from tpa.foundation.edi_files import read_bytes

_COLUMNS: Final = ("Date", "Amount", "Type", "Check", "Reference", "Text", "Balance")
_LAYOUT: Final = {
    "booked_column": "Date",
    "amount_column": "Amount",
    "type_column": "Type",
    "check_column": "Check",
    "reference_column": "Reference",
    "text_column": "Text",
    "balance_column": "Balance",
    "date_format": "%Y-%m-%d",
    "sign": "signed",
    "kinds": [["CHECK", "check"], ["ACH RETURN", "returned"], ["ACH", "ach"], ["WIRE", "wire"], ["DEPOSIT", "deposit"]],
}
# The same kinds in ISO 20022's codes: domain, family, sub-family.
_CODES: Final = {
    "CHECK": ("PMNT", "ICHQ", "CCHQ"),
    "ACH RETURN": ("PMNT", "IRCT", "RRTN"),
    "ACH SETTLEMENT": ("PMNT", "ICDT", "ESCT"),
    "WIRE IN": ("PMNT", "RRCT", "DMCT"),
    "WIRE OUT": ("PMNT", "IRCT", "DMCT"),
    "DEPOSIT": ("PMNT", "RCHQ", "CCHQ"),
}
# Wires in and out, as the other side ordered them: money for claims, invoices paid, what the administrator takes, what
# is paid back of a surplus; and checks that payees and third parties sent.
_WIRES: Final = """
SELECT t.id, t.claims_account_id, t.posted_on, e.amount, t.kind, t.reference, t.description
  FROM employers_ledgertransaction t
  JOIN employers_ledgerentry e ON e.transaction_id = t.id
  JOIN employers_ledgeraccount a ON a.id = e.account_id AND a.kind = 'cash'
 WHERE t.kind IN ('deposit', 'settlement', 'taken', 'stop_loss', 'surplus', 'refund', 'recovery') AND t.posted_on <= %s
 ORDER BY t.id
"""
_RETURNS: Final = """
SELECT r.id, i.claims_account_id, (f.received_at AT TIME ZONE 'America/New_York')::date, i.amount, i.ach_trace
  FROM claims_returnentry r JOIN claims_returnfile f ON f.id = r.file_id
  JOIN claims_paymentinstrument i ON i.id = r.instrument_id JOIN claims_payment p ON p.id = i.payment_id
 WHERE r.kind = 'return' AND r.status = 'applied' AND p.funds = 'own' ORDER BY r.id
"""


class Moved(NamedTuple):
    """A movement as the bank books it; `key` is the bank's own name for it."""

    key: str
    account_id: int
    on: date
    amount: Decimal
    kind: str
    check: str = ""
    reference: str = ""
    text: str = ""


@dataclass(slots=True)
class Bank:
    """What it told so far: balances by claims account, each month's closing ones, and movements that it booked."""

    balances: dict[int, Decimal] = field(default_factory=dict)
    closings: dict[tuple[int, date], Decimal] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    opened: dict[int, int] = field(default_factory=dict)
    since: date = FIRST

    def open(self, world: World) -> None:
        """Every claims account, reconciled from the year's first day on."""
        scope = world.people["first"]
        for house in world.houses:
            for account_id in house.account_ids:
                account = open_bank_account(
                    claims_account_id=account_id, words=BankAccountWords(starts_on=FIRST), scope=scope
                )
                if not self.speaks_xml(account_id):
                    set_csv_layout(bank_account_id=account.pk, layout=_LAYOUT, scope=scope)
                self.balances[account_id] = Decimal("0.00")
                self.opened[account_id] = account.pk

    def speaks_xml(self, claims_account_id: int) -> bool:
        """camt.053 for every second account: it says of which days it is; a CSV is of the days of its lines."""
        return claims_account_id % 2 == 0

    def tell(self, world: World, until: date) -> None:
        """Bring every account's statement of the days since the last one, and have it loaded."""
        moved: dict[int, list[Moved]] = {account_id: [] for account_id in self.opened}
        for one in (*_wires(until), *_credits(until), *_checks(until), *_returned(until)):
            if one.key not in self.told:
                self.told.add(one.key)
                moved[one.account_id].append(one._replace(on=max(one.on, self.since)))
        for account_id, lines in moved.items():
            self._bring(account_id, sorted(lines, key=lambda one: one.on), (self.since, until), world.people["first"])
            self.closings[account_id, until] = self.balances[account_id]
        self.since = until + timedelta(days=1)
        drain(LOAD_BANK_FILE, lambda piece: load_bank_file(file_id=piece["file"]))

    def _bring(self, account_id: int, lines: Sequence[Moved], days: tuple[date, date], scope: Scope) -> None:
        account = BankAccount.objects.get(pk=self.opened[account_id])
        before = self.balances[account_id]
        self.balances[account_id] = before + sum((one.amount for one in lines), Decimal(0))
        name = f"{account.pk}-{days[0]:%Y-%m}"
        if self.speaks_xml(account_id):
            data, words = _camt(account.number, name, before, lines, days), BankFileWords(f"{name}.xml", "drop")
        elif lines:
            data, words = _csv(before, lines), BankFileWords(f"{name}.csv", "drop", bank_account_id=account.pk)
        else:
            return
        keep_bank_file(chunks=[data], words=words, scope=scope)


def _csv(balance: Decimal, lines: Sequence[Moved]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for one in lines:
        balance += one.amount
        writer.writerow((one.on, one.amount, one.kind, one.check, one.reference, one.text, balance))
    return out.getvalue().encode()


def _camt(number: str, name: str, before: Decimal, lines: Sequence[Moved], days: tuple[date, date]) -> bytes:
    after = before + sum((one.amount for one in lines), Decimal(0))
    entries = "".join(_entry(one) for one in lines)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{name}</MsgId></GrpHdr><Stmt><Id>{name}</Id>"
        f"<FrToDt><FrDt>{days[0]}</FrDt><ToDt>{days[1]}</ToDt></FrToDt>"
        f"<Acct><Id><Othr><Id>{number}</Id></Othr></Id><Ccy>USD</Ccy></Acct>"
        f"{_balance('OPBD', before, days[0])}{_balance('CLBD', after, days[1])}"
        f"<TxsSummry><TtlNtries><NbOfNtries>{len(lines)}</NbOfNtries></TtlNtries></TxsSummry>"
        f"{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _signed(amount: Decimal) -> str:
    return f'<Amt Ccy="USD">{abs(amount)}</Amt><CdtDbtInd>{"CRDT" if amount >= 0 else "DBIT"}</CdtDbtInd>'


def _balance(code: str, amount: Decimal, on: date) -> str:
    told = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_signed(amount)}"
    return f"<Bal>{told}<Dt><Dt>{on}</Dt></Dt></Bal>"


def _entry(one: Moved) -> str:
    domain, family, sub = _CODES[one.kind]
    refs = f"<ChqNb>{one.check}</ChqNb>" if one.check else f"<EndToEndId>{escape(one.reference)}</EndToEndId>"
    text = f"<RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf>" if one.text else ""
    return (
        f"<Ntry>{_signed(one.amount)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one.on}</Dt></BookgDt>"
        f"<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs>{refs}</Refs>{text}</TxDtls></NtryDtls></Ntry>"
    )


def _wires(until: date) -> Iterator[Moved]:
    with connection.cursor() as cursor:
        cursor.execute(_WIRES, [until])
        for pk, account_id, on, amount, kind, reference, description in cursor.fetchall():
            key = f"wire {pk}"
            if kind in ("refund", "recovery"):
                yield Moved(key, account_id, on, amount, "DEPOSIT", text="CHECKS RECEIVED")
            else:
                told = reference.split(":", 2)[2] if kind == "deposit" else description.rpartition(": ")[2]
                yield Moved(key, account_id, on, amount, "WIRE IN" if amount > 0 else "WIRE OUT", reference=told)


def _credits(until: date) -> Iterator[Moved]:
    """A line for each ACH file, by what its records say; files of the administrator's own account are not here."""
    own = set(PaymentInstrument.objects.filter(payment__funds="own", method="ach").values_list("ach_file", flat=True))
    files = AchFile.objects.filter(pk__in=own - {None}, effective_on__lte=until)
    for file in files.select_related("document").order_by("pk"):
        records = read_bytes(file.document.sha256).decode().splitlines()
        cents = sum(int(record[29:39]) for record in records if record[:1] == "6")
        if cents:
            amount, name = -Decimal(cents) / 100, records[0][86:94].strip()
            yield Moved(
                f"ach {file.pk}", file.claims_account_id, file.effective_on, amount, "ACH SETTLEMENT", reference=name
            )


def _checks(until: date) -> Iterator[Moved]:
    """Cashed three days to three weeks after they were written; one in forty not at all."""
    written = PaymentInstrument.objects.filter(method="check", payment__funds="own", status="issued")
    for one in written.filter(issued_on__lte=until).order_by("pk"):
        on = one.issued_on + timedelta(days=3 + one.pk * 7 % 19)
        if on <= until and one.pk % 40:
            yield Moved(f"check {one.pk}", one.claims_account_id, on, -one.amount, "CHECK", check=one.check_number)


def _returned(until: date) -> Iterator[Moved]:
    with connection.cursor() as cursor:
        cursor.execute(_RETURNS)
        for pk, account_id, on, amount, trace in cursor.fetchall():
            if on <= until:
                yield Moved(f"return {pk}", account_id, on, amount, "ACH RETURN", reference=trace, text="RETURNED")
