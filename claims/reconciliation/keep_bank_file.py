"""Keeps a bank's file as it came and asks for its loading. The same bytes are the same file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import BankAccount, BankFile
from tpa.foundation import work
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.edi_files import open_stored, store_stream
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move

LOAD_BANK_FILE = "load_bank_file"
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class BankFileWords:
    """How it came. Whose a CSV is, and its balances where no column has them, are said with it."""

    name: str
    origin: str
    bank_account_id: int | None = None
    opening_amount: Decimal | None = None
    closing_amount: Decimal | None = None


def keep_bank_file(*, chunks: Iterable[bytes], words: BankFileWords, scope: Scope) -> tuple[BankFile, bool]:
    """Keep it; returns (file, True), or (the earlier file, False) when the same bytes came before.

    One that was refused may come again: it is read anew, for what it lacked (its account, say) may be there by now.
    Raises Invalid for an empty file or a CSV of no account.
    """
    sha256, size = store_stream(chunks)
    if size == 0:
        raise Invalid("bank.empty_file", _("The file is empty: nothing was received."))
    account_id = _account_id(words, scope)
    kind = _format_of(sha256)
    if kind == BankFile.Format.CSV and account_id is None:
        raise Invalid("bank.csv_of_no_account", _("This is neither BAI2 nor camt.053. Of a CSV say the account."))
    now = timezone.now()
    with transaction.atomic():
        fresh = BankFile(
            sha256=sha256,
            name=words.name[:255],
            size_bytes=size,
            format=kind,
            origin=words.origin,
            sent_by_id=scope.user_id,
            bank_account_id=account_id if kind == BankFile.Format.CSV else None,
            said=_said(words),
            received_at=now,
            status_at=now,
        )
        BankFile.objects.bulk_create([fresh], ignore_conflicts=True)
        kept = BankFile.objects.select_for_update().get(sha256=sha256)
        is_new = kept.received_at == now
        if not is_new:
            _came_again(kept, account_id, words, scope)
        work.ask(LOAD_BANK_FILE, key=f"{kept.pk}:{kept.again_count}", payload={"file": kept.pk}, at=now)
        record("claims.bankfile.received", by=scope.actor, about=kept, detail={"again": kept.again_count})
    return kept, is_new


def _account_id(words: BankFileWords, scope: Scope) -> int | None:
    if words.bank_account_id is None:
        return None
    if not BankAccount.objects.visible_to(scope).filter(pk=words.bank_account_id).exists():
        raise NotFound("bank.no_such_account", _("There is no such bank account."))
    return words.bank_account_id


def _format_of(sha256: str) -> BankFile.Format:
    with open_stored(sha256) as stream:
        begins = stream.read(_LOOKED_AT).removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins.startswith(b"<"):
        return BankFile.Format.CAMT053
    return BankFile.Format.BAI2 if begins.startswith(b"01,") else BankFile.Format.CSV


def _said(words: BankFileWords) -> dict[str, Any]:
    said = {"opening": words.opening_amount, "closing": words.closing_amount}
    return {name: str(amount) for name, amount in said.items() if amount is not None}


def _came_again(kept: BankFile, account_id: int | None, words: BankFileWords, scope: Scope) -> None:
    if (
        kept.format == BankFile.Format.CSV
        and kept.status == BankFile.Status.LOADED
        and kept.bank_account_id != account_id
    ):
        raise Conflict("bank.file_of_another", _("The same bytes were loaded for another account."))
    kept.again_count += 1
    fields = ["again_count"]
    if kept.status == BankFile.Status.REFUSED:
        if kept.format == BankFile.Format.CSV:
            kept.bank_account_id, kept.said = account_id, _said(words)
            fields += ["bank_account_id", "said"]
        move(kept, BankFile.Status.RECEIVED, by=scope.actor, because="came again")
    kept.save(update_fields=fields)
