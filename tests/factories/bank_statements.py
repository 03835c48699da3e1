"""Bank accounts and files of banks for tests: what a bank would send of given movements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from claims.edi.banks import bai_codes
from claims.models import BankAccount, BankFile, BankLine
from claims.reconciliation.agree_terms import RuleWords, agree_posting_rule
from claims.reconciliation.keep_bank_file import BankFileWords, keep_bank_file
from claims.reconciliation.load_bank_file import load_bank_file
from claims.reconciliation.open_bank_account import BankAccountWords, open_bank_account
from tests.factories.payments import World
from tpa.foundation.access import Scope, system_scope

SCOPE = system_scope("tests")
START = date(2026, 3, 1)
D = Decimal

Movement = tuple[str, str, str, str]
"""Type code, amount without sign, customer reference, text."""


def open_bank(world: World, *, starts_on: date = START, opening: str = "0.00", scope: Scope = SCOPE) -> BankAccount:
    """The bank's side of a world's claims account."""
    words = BankAccountWords(starts_on=starts_on, opening_amount=D(opening))
    return open_bank_account(claims_account_id=world.account.pk, words=words, scope=scope)


def agree_fees(account: BankAccount, *, limit: str = "50.00", borne_by: str = "employer") -> None:
    """Fees and interest are posted by themselves."""
    for kind in ("fee", "interest"):
        words = RuleWords(kind, D(limit), borne_by, "ASA 4.3", START)
        agree_posting_rule(bank_account_id=account.pk, words=words, scope=SCOPE)


def bai(account_number: str, on: date, opening: str, movements: Sequence[Movement]) -> bytes:
    """A BAI2 file of one day."""
    start = int(D(opening) * 100)
    moved = [bai_codes.sign_of(code) * int(D(amount) * 100) for code, amount, _reference, _text in movements]
    records, total = [], 2 * start + sum(moved) + sum(map(abs, moved))
    for place, (code, amount, reference, text) in enumerate(movements, 1):
        records.append(f"16,{code},{int(D(amount) * 100)},0,B{on:%y%m%d}{place:05},{reference},/")
        records.append(f"88,{text or code}")
    count = len(records) + 2
    lines = [
        f"01,029999990,STEWARD,{on:%y%m%d},0605,1,,,2/",
        f"02,STEWARD,029999990,1,{on:%y%m%d},2359,USD,2/",
        f"03,{account_number},,010,{start},,,015,{start + sum(moved)},,/",
        *records,
        f"49,{total},{count}/",
        f"98,{total},1,{count + 2}/",
        f"99,{total},1,{count + 4}/",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def send(data: bytes, *, name: str = "day.bai", scope: Scope = SCOPE, **words: Any) -> BankFile:
    """Keep a file and load it, as the door and the worker do."""
    kept, _is_new = keep_bank_file(chunks=[data], words=BankFileWords(name, "screen", **words), scope=scope)
    return load_bank_file(file_id=kept.pk)


def send_day(account: BankAccount, day: int, opening: str, *movements: Movement) -> BankFile:
    """A day's statement: so many days after the start."""
    return send(bai(account.number, account.starts_on + timedelta(day), opening, movements))


def lines_of(account: BankAccount) -> list[BankLine]:
    """The lines, in the order in which they came."""
    return list(BankLine.objects.filter(bank_account=account).order_by("pk"))
