"""Takes in a bank's file of returns and notifications of change: each entry finds what it is about, or is a finding."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import PaymentInstrument, ReceivingAccount, ReturnEntry, ReturnFile
from claims.payments.apply_change import apply_change, went_to
from claims.payments.nacha_returns import Returned, read_returns
from claims.payments.receiving_accounts import destinations, note_account
from claims.payments.return_codes import code_words, return_code
from claims.payments.take_back import Taken, take_back
from tpa.foundation.audit import Actor, record
from tpa.foundation.edi_files import store_bytes
from tpa.foundation.errors import Invalid
from tpa.foundation.transitions import move

MOST_BYTES = 20_000_000
Status = ReturnEntry.Status


@dataclass(slots=True)
class _Came:
    """What came of an entry."""

    status: str
    finding: str
    instrument: PaymentInstrument | None = None
    account: ReceivingAccount | None = None


def take_returns(
    *, data: bytes, name: str, origin: str, by: Actor, sent_by_id: int | None = None
) -> tuple[ReturnFile, bool]:
    """Keep the file byte for byte and do what its entries say, all in one transaction; (file, True), or (the earlier
    file, False) when the same bytes came before: then nothing is done.

    A return takes its payment back (`take_back`): the money is owed again. A notification of change corrects the
    account of the next payment. What fits nothing, or not any more, is an open entry that a person looks at; nothing is
    left out. Raises Invalid for an empty file, or one of more than 20 MB.
    """
    if not data or len(data) > MOST_BYTES:
        raise Invalid("returns.size", _("The file is empty, or has more than 20 MB."))
    with transaction.atomic():
        sha256 = store_bytes(data)
        ReturnFile.objects.bulk_create(
            [
                ReturnFile(
                    sha256=sha256,
                    name=name[:255],
                    size_bytes=len(data),
                    origin=origin,
                    sent_by_id=sent_by_id,
                    received_at=timezone.now(),
                )
            ],
            ignore_conflicts=True,
        )
        # Of two who bring the same file at once the second waits at the insert, and finds it read.
        file = ReturnFile.objects.select_for_update(no_key=True).get(sha256=sha256)
        if file.entry_count:
            ReturnFile.objects.filter(pk=file.pk).update(again_count=F("again_count") + 1)
            record("claims.returnfile.came_again", by=by, about=file)
            return file, False
        said = read_returns(data)
        entries = _apply(file, said, by)
        ReturnEntry.objects.bulk_create(entries, batch_size=500)
        file.entry_count = max(1, len(entries))
        file.open_count = sum(1 for one in entries if one.status == Status.OPEN)
        file.save(update_fields=["entry_count", "open_count"])
        record(
            "claims.returnfile.taken",
            by=by,
            about=file,
            detail={"entries": len(entries), "open": file.open_count, "sha256": hashlib.sha256(data).hexdigest()},
        )
    return file, True


def _apply(file: ReturnFile, said: Sequence[Returned], by: Actor) -> list[ReturnEntry]:
    """Locks what the entries are about in one order, then does what each says, in theirs."""
    traces = {one.trace for one in said if one.trace}
    instruments: dict[str, list[PaymentInstrument]] = {}
    for row in (
        PaymentInstrument.objects.select_for_update(no_key=True, of=("self",))
        .filter(ach_trace__in=traces)
        .select_related("payment__payee", "payment__member")
        .order_by("pk")
    ):
        instruments.setdefault(row.ach_trace, []).append(row)
    accounts: dict[str, ReceivingAccount] = {}
    for account in (
        ReceivingAccount.objects.select_for_update(no_key=True, of=("self",))
        .filter(ach_trace__in=traces)
        .order_by("pk")
    ):
        accounts[account.ach_trace] = account
    on = timezone.localdate(file.received_at)
    taken: dict[int, Taken] = {}
    entries = []
    for one in said:
        # Traces come again after ten million: the latest of the same amount is meant.
        found = [row for row in instruments.get(one.trace, []) if one.kind == "change" or row.amount == one.amount]
        instrument = found[-1] if found else None
        differs = bool(instruments.get(one.trace)) and instrument is None
        came = _one(one, instrument, accounts.get(one.trace), taken, on=on, by=by, differs=differs)
        about = came.instrument or came.account
        entries.append(
            ReturnEntry(
                file=file,
                employer_id=about.employer_id if about else None,
                place=one.place,
                kind=one.kind,
                code=one.code if len(one.code) <= 3 else "",
                ach_trace=one.trace[:15],
                amount=one.amount,
                name=one.name,
                corrected=one.corrected,
                status=came.status,
                status_at=file.received_at,
                finding=came.finding[:300],
                instrument=came.instrument,
                account=came.account,
            )
        )
    take_back(taken, to=PaymentInstrument.Status.RETURNED, on=on, by=by)
    return entries


def _one(
    said: Returned,
    instrument: PaymentInstrument | None,
    account: ReceivingAccount | None,
    taken: dict[int, Taken],
    *,
    on: date,
    by: Actor,
    differs: bool,
) -> _Came:
    if said.kind == "unread":
        return _Came(Status.OPEN, said.finding)
    known = return_code(said.code)
    if known is None:
        return _Came(Status.OPEN, _("%(code)s is no code that Nacha has.") % {"code": said.code}, instrument, account)
    if differs:
        return _Came(Status.OPEN, _("The trace is that of a payment of another amount."))
    if instrument is None and account is None:
        return _Came(Status.OPEN, _("No payment or prenote of ours has this trace."))
    if said.kind == "change":
        return _change(said, instrument, account, on=on, by=by)
    if instrument is not None:
        return _returned(said, instrument, taken, on=on, by=by)
    assert account is not None
    return _prenote_returned(said, account, by=by)


def _returned(said: Returned, instrument: PaymentInstrument, taken: dict[int, Taken], *, on: date, by: Actor) -> _Came:
    """The payment is taken back, unless it was already: a return that comes late changes nothing, and is shown."""
    Now = PaymentInstrument.Status
    if instrument.pk in taken or instrument.status not in (Now.ISSUED, Now.CLEARED):
        code = taken[instrument.pk].return_code if instrument.pk in taken else instrument.return_code
        stands = Now.RETURNED.label if instrument.pk in taken else instrument.get_status_display()
        finding = _("It came back before (%(code)s) and is by now: %(status)s. Nothing is changed.") % {
            "code": code or "—",
            "status": stands,
        }
        return _Came(Status.KNOWN if code == said.code else Status.OPEN, finding, instrument)
    words = code_words(said.code)
    taken[instrument.pk] = Taken(f"{said.code}: {words}", said.code)
    finding = _("%(amount)s is owed again: %(words)s.") % {"amount": f"${instrument.amount:,.2f}", "words": words}
    known = return_code(said.code)
    if known and known.account_is_bad and _refuse_account(said, instrument, on=on, by=by):
        finding += " " + _("The account takes nothing until another is given.")
    return _Came(Status.APPLIED, finding, instrument)


def _refuse_account(said: Returned, instrument: PaymentInstrument, *, on: date, by: Actor) -> bool:
    """The account as it stands is refused, if it is the one that the payment went to and was not changed since."""
    payment = instrument.payment
    to = destinations([(payment.payee_id, payment.member_id)]).get((payment.payee_id, payment.member_id))
    if to is None or not went_to(said, to):
        return False
    refused = ReceivingAccount.Status.REFUSED
    row = note_account(to, refused, on=on, code=said.code)
    if row.status != refused:
        move(row, refused, by=by, because=said.code)
        ReceivingAccount.objects.filter(pk=row.pk).update(return_code=said.code)
    return True


def _prenote_returned(said: Returned, account: ReceivingAccount, *, by: Actor) -> _Came:
    if account.status == ReceivingAccount.Status.REFUSED:
        return _Came(Status.KNOWN, _("The account is refused already."), account=account)
    move(account, ReceivingAccount.Status.REFUSED, by=by, because=said.code)
    ReceivingAccount.objects.filter(pk=account.pk).update(return_code=said.code)
    return _Came(
        Status.APPLIED,
        _("The prenote came back: %(words)s. The account is not used.") % {"words": code_words(said.code)},
        account=account,
    )


def _change(
    said: Returned,
    instrument: PaymentInstrument | None,
    account: ReceivingAccount | None,
    *,
    on: date,
    by: Actor,
) -> _Came:
    whose = instrument.payment if instrument is not None else account
    assert whose is not None
    changed, finding = apply_change(said, payee_id=whose.payee_id, member_id=whose.member_id, on=on, by=by)
    status = {True: Status.APPLIED, False: Status.KNOWN, None: Status.OPEN}[changed]
    return _Came(status, finding, instrument, account)
