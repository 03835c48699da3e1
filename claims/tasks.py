"""The pipeline, in order. A task takes up work that waits in Postgres and may run twice, or never, without harm.

    open_files      a file arrived               → its envelopes are read, its sets wait to be loaded
    load_sets       a set waits                  → claims received; the last set of a file asks for the rest
    answer_files    all sets of a file are done  → TA1, 999, 277CA
    decide_claims   claims are received          → approved, denied or pended, family by family
    list_reprocessings, compare_reprocessings
                    a change reaches back        → the list of claims that come out otherwise, with dollars
    reprocess_shard a list is approved           → its claims reversed and decided anew, family by family
    pay_employers   claims are approved          → payments, from the employer's account
    ask_funds       a funding day is here        → requests to employers, one task an account; late ones lapse
    write_documents a payment run is issued      → remittances, checks, ACH file, EOBs
    load_bank_files a bank's file came          → its statements, matched with the book as far as it is certain
    work_what_ifs   somebody asks what if        → claims decided again in memory, an answer

Each rings the next. What no bell was heard for, `ring` finds by its state every few seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjudication.ask_decision import DECIDE
from claims.adjudication.give_up_claims import give_up_claims
from claims.adjudication.take_waiting_remittances import take_waiting_remittances
from claims.adjustments.settle_frequency import settle_frequency
from claims.intake.answer_file import answer_file
from claims.intake.kinds import KINDS, SHELF
from claims.intake.load_835_set import LOAD_835, load_835_set
from claims.intake.load_set import LOAD_837, give_up_set, load_set
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.ask_for_funds import SYSTEM as FUNDING
from claims.payments.ask_for_funds import ask_for_funds
from claims.payments.pay_employer import pay_employer
from claims.payments.selectors import employers_to_pay
from claims.payments.write_payment_documents import write_payment_documents
from claims.reconciliation.keep_bank_file import LOAD_BANK_FILE
from claims.reconciliation.load_bank_file import give_up_bank_file, load_bank_file
from claims.reprocessing.approve_reprocessing import REPROCESS
from claims.reprocessing.compare_families import compare_families
from claims.reprocessing.give_up_piece import give_up_comparison, give_up_families
from claims.reprocessing.list_claims import COMPARE, list_claims
from claims.reprocessing.propose_reprocessing import LIST_CLAIMS
from claims.reprocessing.reprocess_families import reprocess_families
from claims.trials.ask_what_if import WHAT_IF
from claims.trials.work_what_if import give_up_what_if, work_what_if
from employers.eligibility.load_834_set import LOAD_834, load_834_set
from employers.funding.expire_funding_requests import expire_funding_requests
from employers.funding.terms_of_account import accounts_to_ask
from tpa.foundation import bell, work
from tpa.foundation.edi_files import OPEN_FILE
from tpa.foundation.open_file import ANSWER_FILE, give_up_file, open_file

# A task works on for so long and then rings anew, so that no kind starves another and no message grows old.
_SECONDS = settings.DECIDE_SECONDS / 2


@shared_task(queue="default")
def open_files() -> None:
    """Read the envelopes of files that arrived."""
    _work_off(
        OPEN_FILE,
        _open,
        again=lambda: bell.ring(open_files),
        give_up=lambda piece, error: give_up_file(file_id=piece["file"]),
    )
    bell.ring(ring)


# A set of 100 MB takes its time.
@shared_task(queue="shards", soft_time_limit=900, time_limit=960)
def load_sets(kind: str) -> None:
    """Check transaction sets against their guide and take in what they hold."""
    _work_off(
        kind,
        _LOADERS[kind],
        again=lambda: bell.ring(load_sets, kind),
        give_up=lambda piece, error: give_up_set(set_id=piece["set"]),
    )
    bell.ring(ring)


@shared_task(queue="default")
def answer_files() -> None:
    """Answer files whose sets are all done."""
    _work_off(ANSWER_FILE, lambda piece: answer_file(file_id=piece["file"]), again=lambda: bell.ring(answer_files))


# A claim on which the engine hangs counts as a failed attempt.
@shared_task(queue="shards", soft_time_limit=settings.DECIDE_SECONDS, time_limit=settings.DECIDE_SECONDS + 15)
def decide_claims(shard: int) -> None:
    """Decide the claims of one shard's families; one worker at a time in a shard."""
    _work_off(
        DECIDE,
        _decide,
        again=lambda: bell.ring(decide_claims, shard),
        shard=shard,
        give_up=lambda piece, error: give_up_claims(claim_ids=piece["claims"], error=error),
    )


@shared_task(queue="interactive", soft_time_limit=settings.DECIDE_SECONDS, time_limit=settings.DECIDE_SECONDS + 15)
def decide_now(shard: int) -> None:
    """The same for a claim that somebody waits for: its own queue, ahead of files."""
    decide_claims(shard)


def ring_for_decision(family_id: int) -> None:
    """Ring for a claim that somebody waits for, once the transaction that received it is committed."""
    bell.ring(decide_now, family_id % settings.SHARDS)


@shared_task(queue="default")
def list_reprocessings() -> None:
    """Find what a change that reaches back may touch."""
    _work_off(
        LIST_CLAIMS,
        lambda piece: list_claims(reprocessing_id=piece["reprocessing"]),
        again=lambda: bell.ring(list_reprocessings),
    )
    bell.ring(compare_reprocessings)


@shared_task(queue="shards", soft_time_limit=settings.DECIDE_SECONDS, time_limit=settings.DECIDE_SECONDS + 15)
def compare_reprocessings() -> None:
    """Decide families anew in memory and list what comes out otherwise."""
    _work_off(
        COMPARE,
        lambda piece: compare_families(reprocessing_id=piece["reprocessing"], families=piece["families"]),
        again=lambda: bell.ring(compare_reprocessings),
        give_up=lambda piece, error: give_up_comparison(
            reprocessing_id=piece["reprocessing"], families=piece["families"]
        ),
    )


@shared_task(queue="shards", soft_time_limit=settings.DECIDE_SECONDS, time_limit=settings.DECIDE_SECONDS + 15)
def reprocess_shard(shard: int) -> None:
    """Carry out approved lists for one shard's families."""
    _work_off(
        REPROCESS,
        lambda piece: reprocess_families(reprocessing_id=piece["reprocessing"], family_ids=piece["families"]),
        again=lambda: bell.ring(reprocess_shard, shard),
        shard=shard,
        give_up=lambda piece, error: give_up_families(
            reprocessing_id=piece["reprocessing"], family_ids=piece["families"]
        ),
    )


def ring_for_reprocessing() -> None:
    """Ring for the lists that were just approved, once that is committed."""
    for shard in work.shards_waiting(REPROCESS):
        bell.ring(reprocess_shard, shard)


@shared_task(queue="default")
def pay_employers(on: str | None = None) -> None:
    """Run payments for every employer with something to pay."""
    for employer_id in employers_to_pay():
        bell.ring(pay_one_employer, employer_id, on)


@shared_task(queue="default")
def pay_one_employer(employer_id: int, on: str | None = None) -> None:
    """Pay one employer's decided claims, with remittances and EOBs."""
    if pay_employer(employer_id=employer_id, on=date.fromisoformat(on) if on else timezone.localdate()):
        for _worker in range(2):
            bell.ring(write_documents)


@shared_task(queue="default")
def ask_funds(on: str | None = None) -> None:
    """Ring for every claims account that may ask for money; let lapse what nobody approved in time."""
    today = date.fromisoformat(on) if on else timezone.localdate()
    expire_funding_requests(on=today, by=FUNDING)
    for claims_account_id in accounts_to_ask(today):
        bell.ring(ask_funds_of_account, claims_account_id, on)


@shared_task(queue="default")
def ask_funds_of_account(claims_account_id: int, on: str | None = None) -> None:
    """Raise what one account's terms ask for on the day."""
    ask_for_funds(claims_account_id=claims_account_id, on=date.fromisoformat(on) if on else timezone.localdate())


@shared_task(queue="default")
def match_remittances() -> None:
    """Look once more whether claims are there that remittances wait for: a file of each may have crossed."""
    if take_waiting_remittances():
        bell.ring(ring)


@shared_task(queue="default")
def ring() -> None:
    """Ring for everything that waits, whatever became of its bell."""
    if work.waiting(OPEN_FILE):
        bell.ring(open_files)
    for kind in sorted(_LOADERS):
        for _chunk in work.waiting(kind)[:8]:
            bell.ring(load_sets, kind)
    if work.waiting(ANSWER_FILE):
        bell.ring(answer_files)
    for shard in work.shards_waiting(DECIDE):
        bell.ring(decide_claims, shard)
    if work.waiting(LIST_CLAIMS):
        bell.ring(list_reprocessings)
    if work.waiting(COMPARE):
        bell.ring(compare_reprocessings)
    ring_for_reprocessing()
    if work.waiting(PAYMENT_DOCUMENTS):
        bell.ring(write_documents)
    if work.waiting(LOAD_BANK_FILE):
        bell.ring(load_bank_files)
    if work.waiting(WHAT_IF):
        ring_for_what_if()


@shared_task(queue="default")
def write_documents() -> None:
    """Write remittances, checks, ACH files and EOBs of payment runs."""
    _work_off(
        PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece), again=lambda: bell.ring(write_documents)
    )


# A statement of 50,000 lines takes its time.
@shared_task(queue="default", soft_time_limit=600, time_limit=660)
def load_bank_files() -> None:
    """Read banks' files and match what they say with the book."""
    _work_off(
        LOAD_BANK_FILE,
        lambda piece: load_bank_file(file_id=piece["file"]),
        again=lambda: bell.ring(load_bank_files),
        give_up=lambda piece, error: give_up_bank_file(file_id=piece["file"], error=error),
    )


@shared_task(queue="default")
def work_what_ifs() -> None:
    """Decide claims again as if something were otherwise, a piece at a time."""
    _work_off(
        WHAT_IF,
        lambda piece: work_what_if(what_if_id=piece["what_if"], number=piece["piece"], family_ids=piece["families"]),
        again=lambda: bell.ring(work_what_ifs),
        give_up=lambda piece, error: give_up_what_if(what_if_id=piece["what_if"], because=error),
    )


def ring_for_what_if() -> None:
    """Two workers side by side, once what was asked is committed."""
    for _worker in range(2):
        bell.ring(work_what_ifs)


def _open(piece: dict[str, Any]) -> None:
    open_file(file_id=piece["file"], shelf=SHELF, kinds=KINDS)


def _decide(piece: dict[str, Any]) -> None:
    """Replacements and voids first take back what they speak of; then every claim is decided as new.

    What a prior payer said before its claim came is given to new claims of single doors here, to those of a file when
    the file is through.
    """
    if piece.get("are_new"):
        take_waiting_remittances(claim_ids=piece["claims"])
    settled = settle_frequency(claim_ids=piece["claims"])
    adjudicate_claims(claim_ids=[*piece["claims"], *settled.received])


_LOADERS: dict[str, Callable[[dict[str, Any]], object]] = {
    LOAD_837: lambda piece: load_set(set_id=piece["set"]),
    LOAD_835: lambda piece: load_835_set(set_id=piece["set"]),
    LOAD_834: lambda piece: load_834_set(set_id=piece["set"]),
}


def _work_off(
    kind: str,
    do: Callable[[dict[str, Any]], object],
    *,
    again: Callable[[], object],
    shard: int | None = None,
    give_up: Callable[[dict[str, Any], str], object] | None = None,
) -> None:
    """Do what waits of a kind until nothing is left or the time is up; then somebody goes on later."""
    until = time.monotonic() + _SECONDS
    while work.do_next(kind, do, shard=shard, exclusive=shard is not None, give_up=give_up):
        if time.monotonic() > until:
            again()
            return
