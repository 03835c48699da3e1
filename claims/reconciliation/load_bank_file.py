"""Loads a bank's file: every statement of it, or none, and what can be matched at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.edi.banks.bai2 import read_bai2
from claims.edi.banks.bank_csv import CsvLayout, CsvWords, read_bank_csv
from claims.edi.banks.camt053 import read_camt053
from claims.edi.banks.statement import Statement, Unreadable
from claims.models import BankAccount, BankFile, BankStatement
from claims.reconciliation.hold_account import hold_account, signed_until
from claims.reconciliation.match_account import match_account
from claims.reconciliation.open_bank_account import account_numbered
from tpa.foundation.audit import Actor, record
from tpa.foundation.bulk import copy_rows
from tpa.foundation.edi_files import read_bytes
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO

SYSTEM = Actor.system("reconciliation")
_DAY = timedelta(days=1)
_LINE = (
    "statement_id", "bank_account_id", "employer_id", "place", "booked_on", "value_on", "amount", "kind", "type_code",
    "bank_reference", "customer_reference", "check_number", "text",
)  # fmt: skip


def load_bank_file(*, file_id: int, by: Actor = SYSTEM) -> BankFile:
    """Read the file, store its statements and match what is certain; returns the file, loaded or refused with its line
    and reason. One transaction; run twice it changes nothing. A fixed number of statements of SQL for each of its
    statements, however many lines."""
    file = BankFile.objects.get(pk=file_id)
    try:
        with transaction.atomic():
            file = BankFile.objects.select_for_update().get(pk=file_id)
            if file.status != BankFile.Status.RECEIVED:
                return file
            found = [(_account_of(one, file), one) for one in _READERS[file.format](file)]
            # In the order in which everybody holds several.
            for account_id in sorted({account.pk for account, _one in found}):
                hold_account(account_id)
            stored = [_store(account, one, file) for account, one in found]
            for account_id in sorted({account.pk for account, _one in found}):
                match_account(bank_account_id=account_id, by=by)
            move(file, BankFile.Status.LOADED, by=by)
            record(
                "claims.bankfile.loaded",
                by=by,
                about=file,
                detail={"statements": sum(stored), "known_before": len(stored) - sum(stored)},
            )
    except Unreadable as problem:
        _refuse(file_id, problem, by)
    file.refresh_from_db()
    return file


def give_up_bank_file(*, file_id: int, error: str) -> None:
    """A file on which workers failed again and again is refused, so that somebody sees it."""
    _refuse(file_id, Unreadable(0, f"it could not be loaded: {error}"[:500]), SYSTEM)


def _refuse(file_id: int, problem: Unreadable, by: Actor) -> None:
    with transaction.atomic():
        file = BankFile.objects.select_for_update().get(pk=file_id)
        if file.status == BankFile.Status.RECEIVED:
            file.problem, file.problem_line = problem.reason, problem.line
            file.save(update_fields=["problem", "problem_line"])
            move(file, BankFile.Status.REFUSED, by=by, because=f"line {problem.line}")


def _csv(file: BankFile) -> list[Statement]:
    account = file.bank_account
    if account is None or account.csv_layout is None:
        raise Unreadable(0, _("the account has no layout for CSV: say how its columns are read"))
    said = {name: Decimal(amount) for name, amount in file.said.items()}
    words = CsvWords(account.number, said.get("opening"), said.get("closing"))
    return [read_bank_csv(read_bytes(file.sha256), CsvLayout.of(account.csv_layout), words)]


_READERS: dict[str, Callable[[BankFile], list[Statement]]] = {
    BankFile.Format.BAI2: lambda file: read_bai2(read_bytes(file.sha256)),
    BankFile.Format.CAMT053: lambda file: read_camt053(read_bytes(file.sha256)),
    BankFile.Format.CSV: _csv,
}


def _account_of(statement: Statement, file: BankFile) -> BankAccount:
    account = file.bank_account or account_numbered(statement.account_number)
    if account is None:
        end = statement.account_number[-4:]
        raise Unreadable(0, _("account …%(end)s is not reconciled here: open it first") % {"end": end})
    return account


def _store(account: BankAccount, told: Statement, file: BankFile) -> bool:
    """False for a statement that stands already. Another one of the same days, or of closed ones, refuses the file."""
    end = account.number_end
    same = BankStatement.objects.filter(bank_account=account, status=BankStatement.Status.STANDING)
    if same.filter(fingerprint=told.fingerprint).exists():
        return False
    if told.starts_on < account.starts_on:
        words = {"end": end, "day": account.starts_on}
        raise Unreadable(0, _("account …%(end)s is reconciled from %(day)s on, and the statement is earlier") % words)
    closed = signed_until(account.pk)
    if closed is not None and told.starts_on <= closed:
        words = {"end": end, "day": closed}
        raise Unreadable(0, _("account …%(end)s is signed and closed to %(day)s") % words)
    period = DateRange(told.starts_on, told.ends_on + _DAY)
    if same.filter(period__overlap=period).exists():
        words = {"end": end, "day": told.ends_on}
        raise Unreadable(
            0,
            _("another statement of account …%(end)s for %(day)s stands: withdraw it first if this one is right")
            % words,
        )
    now = timezone.now()
    statement = BankStatement.objects.create(
        bank_account=account,
        employer_id=account.employer_id,
        file=file,
        number=told.number,
        period=period,
        ends_on=told.ends_on,
        opening_amount=told.opening_amount,
        in_amount=sum((one.amount for one in told.lines if one.amount > 0), ZERO),
        out_amount=-sum((one.amount for one in told.lines if one.amount < 0), ZERO),
        closing_amount=told.closing_amount,
        opening_is_told=told.opening_is_told,
        line_count=len(told.lines),
        fingerprint=told.fingerprint,
        loaded_at=now,
        status_at=now,
    )
    copy_rows(
        "claims_bankline",
        _LINE,
        (
            (
                statement.pk, account.pk, account.employer_id, one.line, one.booked_on, one.value_on, one.amount,
                one.kind, one.type_code[:35], one.bank_reference[:80], one.customer_reference[:80], one.check_number,
                one.text[:500],
            )
            for one in told.lines
        ),
    )  # fmt: skip
    return True
