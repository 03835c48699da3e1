"""Takes in one 835 set of a prior payer: checked against its guide, then each claim matched to one of ours."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction

from claims.adjudication.remittance_rows import Source
from claims.adjudication.take_remittance import NotTaken, take_remittance
from claims.edi.guides import PRIOR_PAYERS
from claims.edi.x835_reader import Unreadable, read_remittance
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import open_stored
from tpa.foundation.models import TransactionSet
from tpa.foundation.open_file import delimiters_of, finish_set
from tpa.foundation.transitions import move
from tpa.foundation.x12.check import check_set
from tpa.foundation.x12.tokens import read_set

LOAD_835 = "load_835"
SYSTEM = Actor.system("intake")
_WORDS = {
    "not_ours": "no claim of ours has this number, charge and patient: it waits for one",
    "ambiguous": "several claims of ours have this number, charge and patient",
    "out_of_balance": "its charge less its adjustments is not what it says was paid",
}


def load_835_set(*, set_id: int) -> int:
    """Check and take in one set in one transaction; returns of how many claims of ours it spoke. Twice is harmless.

    A set that breaks its guide, or can not be read, is rejected whole (999); what it says of no claim of ours is told
    with the set, and waits for its claim.
    """
    with transaction.atomic():
        row = TransactionSet.objects.select_for_update(of=("self",), no_key=True).get(pk=set_id)
        if row.status != TransactionSet.Status.RECEIVED:
            return 0
        guide = PRIOR_PAYERS.guide(row.version)
        assert guide is not None, "open_file asks only for sets whose guide we have"
        delimiters = delimiters_of(row.interchange)
        with open_stored(row.file.sha256) as stream:
            segments = list(read_set(stream, row.byte_offset, row.byte_length, delimiters))
        verdict = check_set(segments, guide, delimiters)
        row.findings = [asdict(finding) for finding in verdict.findings]
        row.ack_code = "A" if verdict.accepted else "R"
        row.codes = [] if verdict.accepted else list(verdict.codes)
        if verdict.accepted:
            try:
                remittance = read_remittance(segments, delimiters)
            except Unreadable:
                row.ack_code, row.codes = "R", ["5"]
            else:
                source = Source(row.file.received_at, SYSTEM, "edi", transaction_set_id=row.pk)
                taken, refused = take_remittance(remittance=remittance, source=source)
                row.accepted_count, row.rejected_count = len(taken), len(refused)
                row.rejected = [_told(one) for one in refused]
        row.save()
        is_loaded = row.ack_code == "A"
        move(row, TransactionSet.Status.LOADED if is_loaded else TransactionSet.Status.REJECTED, by=SYSTEM)
        finish_set(row)
    return row.accepted_count


def _told(one: NotTaken) -> dict[str, str]:
    return {"claim": one.patient_control_number, "code": one.code, "note": _WORDS[one.code]}
