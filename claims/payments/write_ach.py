"""Writes ACH files: one for each claims account with credits that are in no file yet, for the bank that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from claims.models import AchFile, PaymentInstrument, ReceivingAccount
from claims.payments.bank_terms import Terms, bank_terms
from claims.payments.nacha import AchCredit, AchOriginator, entry_trace, write_nacha
from claims.payments.receiving_accounts import Destination, destinations
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.bulk import next_ids
from tpa.foundation.documents.keep_document import TEXT, Written, keep_document
from tpa.foundation.models import Document
from tpa.foundation.organisation import organisation
from tpa.foundation.parameters import parameter
from tpa.foundation.transitions import move_many
from tpa.foundation.values.business_days import Calendar, add_business_days
from tpa.foundation.values.money import ZERO

PRENOTE_DAYS = "nacha.prenote_banking_days"
_MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SYSTEM = Actor.system("payments")


@dataclass(slots=True)
class _Batch:
    """What of one claims account goes into a file."""

    account: Any
    instruments: list[PaymentInstrument]
    prenotes: list[ReceivingAccount]


def write_ach(*, claims_account_ids: Sequence[int], at: datetime, run_id: int | None = None) -> list[AchFile]:
    """Write and keep the files of these claims accounts; returns those that are new. None for an account of which
    everything is in a file already, so that doing it again does no harm.

    `at` is the time that a file's header carries: where a file of that minute exists, the modifier tells them apart.
    Settlement is asked for on the banking day that the bank's terms say, counted from the day of payment. A fixed
    number of statements an account.
    """
    with transaction.atomic():
        batches = _take(claims_account_ids, run_id)
        return [_write(pk, batch, at, run_id) for pk, batch in sorted(batches.items())]


def _take(claims_account_ids: Sequence[int], run_id: int | None) -> dict[int, _Batch]:
    """What is in no file yet, locked; who else writes the same waits here and then finds nothing."""
    unsent = (
        PaymentInstrument.objects.select_for_update(no_key=True, of=("self",))
        .filter(
            claims_account__in=list(claims_account_ids),
            method="ach",
            ach_file=None,
            status=PaymentInstrument.Status.ISSUED,
        )
        .select_related("payment", "claims_account")
        .order_by("pk")
    )
    if run_id is not None:
        unsent = unsent.filter(payment__run=run_id, number=1)
    tried = (
        ReceivingAccount.objects.select_for_update(no_key=True, of=("self",))
        .filter(claims_account__in=list(claims_account_ids), status=ReceivingAccount.Status.TO_TRY)
        .select_related("claims_account")
        .order_by("pk")
    )
    found: dict[int, _Batch] = {}
    for one in unsent:
        found.setdefault(one.claims_account_id, _Batch(one.claims_account, [], [])).instruments.append(one)
    for row in tried:
        assert row.claims_account_id is not None
        found.setdefault(row.claims_account_id, _Batch(row.claims_account, [], [])).prenotes.append(row)
    return found


def _write(account_id: int, batch: _Batch, at: datetime, run_id: int | None) -> AchFile:
    account = batch.account
    day = max([one.issued_on for one in batch.instruments] + [row.noted_on for row in batch.prenotes])
    terms = bank_terms([account_id], day)[account_id]
    effective_on = add_business_days(day, terms.settlement_days, calendar=Calendar.BANK)
    places = destinations(
        [(one.payment.payee_id, one.payment.member_id) for one in batch.instruments]
        + [(row.payee_id, row.member_id) for row in batch.prenotes]
    )
    # An account that was taken away since it was noted is tried no more.
    prenotes = [
        row
        for row in batch.prenotes
        if (to := places.get((row.payee_id, row.member_id))) and row.fingerprint in to.fingerprints
    ]
    originator = _originator(account, terms)
    numbers = next_ids("claims_ach_entry", len(batch.instruments) + len(prenotes))
    traces = [entry_trace(originator.routing_number, number) for number in numbers]
    credits_ = [
        _credit(one, places[one.payment.payee_id, one.payment.member_id], number)
        for one, number in zip(batch.instruments, numbers, strict=False)
    ] + [
        _prenote(places[row.payee_id, row.member_id], number)
        for row, number in zip(prenotes, numbers[len(batch.instruments) :], strict=True)
    ]
    stamp, modifier = _minute(originator, timezone.localtime(at))
    [file_id] = next_ids("claims_achfile_id_seq", 1)
    document = keep_document(
        Written(
            kind=Document.Kind.ACH,
            name=f"ach-{stamp:%y%m%d}-{modifier}-account-{account_id}-file-{file_id}.txt",
            data=write_nacha(
                originator,
                credits_,
                at=stamp,
                effective_on=effective_on,
                reference=f"RUN{run_id}"[:8] if run_id else f"F{file_id}"[:8],
                modifier=modifier,
            ),
            media_type=TEXT,
            subject_type="claims.paymentrun" if run_id else "claims.achfile",
            subject_id=run_id or file_id,
            employer_id=account.employer_id,
        ),
        at=at,
    )
    made = AchFile.objects.create(
        pk=file_id,
        employer_id=account.employer_id,
        claims_account_id=account_id,
        run_id=run_id,
        destination=originator.routing_number,
        origin=originator.origin,
        minute=f"{stamp:%y%m%d%H%M}",
        modifier=modifier,
        effective_on=effective_on,
        entry_count=len(credits_),
        credit_amount=sum((one.amount for one in batch.instruments), ZERO),
        document=document,
        made_at=at,
    )
    _mark(made, batch.instruments, prenotes, traces, effective_on)
    return made


def _mark(
    made: AchFile,
    instruments: Sequence[PaymentInstrument],
    prenotes: Sequence[ReceivingAccount],
    traces: Sequence[str],
    effective_on: date,
) -> None:
    """Each entry knows its trace and its file; an account that is tried knows from when on it may be used."""
    for one, trace in zip(instruments, traces, strict=False):
        one.ach_trace, one.ach_file = trace, made
    PaymentInstrument.objects.bulk_update(instruments, ["ach_trace", "ach_file"], batch_size=1000)
    if prenotes:
        days = int(parameter(PRENOTE_DAYS, on=effective_on))
        for row, trace in zip(prenotes, traces[len(instruments) :], strict=True):
            row.ach_trace, row.ach_file = trace, made
            row.usable_on = add_business_days(effective_on, days, calendar=Calendar.BANK)
        ReceivingAccount.objects.bulk_update(prenotes, ["ach_trace", "ach_file", "usable_on"], batch_size=1000)
        tried = {row.pk: ReceivingAccount.Status.TRIED for row in prenotes}
        move_many(ReceivingAccount, tried, by=SYSTEM, because=f"prenote in ACH file {made.pk}")
    record(
        "claims.achfile.written",
        by=SYSTEM,
        about=Subjects.of(made),
        detail={"credits": len(instruments), "prenotes": len(prenotes), "modifier": made.modifier},
    )


def _minute(originator: AchOriginator, at: datetime) -> tuple[datetime, str]:
    """The time and modifier of the next file to this bank on this day: A to Z, 0 to 9, then again, a minute later."""
    with connection.cursor() as cursor:
        told = f"ach_file:{originator.routing_number}:{originator.origin}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [told])
    earlier = AchFile.objects.filter(destination=originator.routing_number, origin=originator.origin)
    count = earlier.filter(minute__startswith=f"{at:%y%m%d}").count()
    modifier = _MODIFIERS[count % len(_MODIFIERS)]
    while earlier.filter(minute=f"{at:%y%m%d%H%M}", modifier=modifier).exists():
        at += timedelta(minutes=1)
    return at, modifier


def _originator(account: Any, terms: Terms) -> AchOriginator:
    routing = account.bank_routing_number
    return AchOriginator(
        routing_number=routing,
        bank_name=terms.bank_name or f"BANK {routing}",
        company_name=terms.company_name,
        origin=terms.immediate_origin,
        company_number=terms.company_number,
        payer_tin=organisation().tin,
        discretionary=terms.discretionary,
    )


def _credit(one: PaymentInstrument, to: Destination, number: int) -> AchCredit:
    return AchCredit(
        routing_number=to.routing_number,
        account_number=to.account_number,
        amount=one.amount,
        individual_id=to.number,
        name=to.name,
        trace_number=one.payment.trace_number,
        entry_number=number,
        account_type=to.account_type,
        to_person=to.member_id is not None,
    )


def _prenote(to: Destination, number: int) -> AchCredit:
    return AchCredit(
        routing_number=to.routing_number,
        account_number=to.account_number,
        amount=ZERO,
        individual_id=to.number,
        name=to.name,
        trace_number="",
        entry_number=number,
        account_type=to.account_type,
        to_person=to.member_id is not None,
        is_prenote=True,
    )
