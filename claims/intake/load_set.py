"""Takes in one 837 set: checked against its guide while it is read, accepted claim by claim, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice

from django.db.models import Exists, OuterRef

from claims.adjudication.ask_decision import ask_decision
from claims.adjudication.take_waiting_remittances import take_waiting_remittances
from claims.edi.claim_rules import ClaimRules
from claims.edi.guides import INBOUND
from claims.edi.x277ca import ClaimAnswer, write_claim_answers
from claims.edi.x837 import ReadClaim, SetHeader, read_claims
from claims.intake.accept_submissions import Door, accept_submissions
from claims.models import Claim, WaitingRemittance
from tpa.foundation.audit import Actor
from tpa.foundation.edi_files import open_stored, store_bytes
from tpa.foundation.models import TransactionSet
from tpa.foundation.open_file import delimiters_of, finish_set
from tpa.foundation.transitions import move
from tpa.foundation.x12.check import Part, SetCheck, SetVerdict
from tpa.foundation.x12.findings import Finding
from tpa.foundation.x12.tokens import read_set

LOAD_837 = "load_837"
SYSTEM = Actor.system("intake")
_BATCH = 1000
_TO_BE_PAID = "CH"  # BHT06
# Up to this size the claims of a set wait in memory until the whole set is checked; a larger set is read once more.
_READ_ONCE_BYTES = 8 << 20
# Asked along with the claims: no statement more where no prior payer's remittance waits for one.
_REMITTANCE_WAITS = Exists(
    WaitingRemittance.objects.filter(patient_control_number=OuterRef("patient_control_number"), taken_at__isnull=True)
)


def load_set(*, set_id: int) -> int:
    """Check and take in one set in the caller's transaction; returns how many claims it brought.

    A set that breaks its guide is rejected whole (999), a claim that breaks a rule of its own alone (277CA).
    When it was the file's last set, the file's answer and the deciding of its claims are asked for.
    """
    row = TransactionSet.objects.select_for_update(of=("self",), no_key=True).get(pk=set_id)
    if row.status != TransactionSet.Status.RECEIVED:
        return 0
    guide = INBOUND.guide(row.version)
    assert guide is not None, "open_file asks only for sets whose guide we have"
    delimiters = delimiters_of(row.interchange)
    with open_stored(row.file.sha256) as stream:
        check = SetCheck(guide, delimiters, rules=ClaimRules(delimiters.component, row.file.received_on))
        parts = check.parts(read_set(stream, row.byte_offset, row.byte_length, delimiters))
        claims: Iterable[ReadClaim]
        if row.byte_length <= _READ_ONCE_BYTES:
            claims = list(read_claims(_segments_of(parts), delimiters, row.transaction))
        else:
            for _part in parts:
                pass
            again = read_set(stream, row.byte_offset, row.byte_length, delimiters)
            claims = read_claims(again, delimiters, row.transaction)
        verdict = check.verdict()
        row.findings = [_as_json(finding) for finding in (*verdict.findings, *verdict.business)]
        if verdict.accepted:
            _load(row, claims, verdict)
        else:
            row.ack_code, row.codes = "R", list(verdict.codes)
    row.save()
    move(row, TransactionSet.Status.LOADED if verdict.accepted else TransactionSet.Status.REJECTED, by=SYSTEM)
    close_set(row)
    return row.accepted_count


def give_up_set(*, set_id: int) -> None:
    """A set on which loading failed again and again is put aside for a person; the rest of its file goes on."""
    row = TransactionSet.objects.select_for_update(of=("self",), no_key=True).get(pk=set_id)
    row.ack_code, row.codes = "R", ["5"]
    row.save(update_fields=["ack_code", "codes"])
    move(row, TransactionSet.Status.QUARANTINED, by=SYSTEM, because="loading failed")
    close_set(row)


def close_set(row: TransactionSet) -> None:
    """When this was the last set of its file, ask for the deciding of all its claims, in the order of the file; those
    that a prior payer's remittance waits for take it with them."""
    if finish_set(row):
        received = Claim.objects.filter(transaction_set__file_id=row.file_id, status=Claim.Status.RECEIVED)
        claims = received.order_by("transaction_set_id", "id").values_list("id", "family_id", _REMITTANCE_WAITS)
        waited_for: list[int] = []

        def in_order() -> Iterator[tuple[int, int]]:
            for claim_id, family_id, waits in claims.iterator():
                if waits:
                    waited_for.append(claim_id)
                yield claim_id, family_id

        ask_decision(claims=in_order(), key=f"file:{row.file_id}")
        if waited_for:
            take_waiting_remittances(claim_ids=waited_for)


def _load(row: TransactionSet, claims: Iterable[ReadClaim], verdict: SetVerdict) -> None:
    """Accept the claims of a set that keeps to its guide, and write down what the 277CA says of each."""
    door = Door(
        "837",
        received_at=row.file.received_at,
        received_on=row.file.received_on,
        by=SYSTEM,
        transaction_set_id=row.pk,
        sent_by_id=row.file.sent_by_id,
    )
    refusals = _Refusals(verdict.business)
    header = SetHeader()
    answers: list[ClaimAnswer] = []
    left = iter(claims)
    while batch := list(islice(left, _BATCH)):
        header = batch[0].header
        answers += _accept(batch, door, refusals)
    refused = [answer for answer in answers if answer.rejected]
    row.ack_code = "A"
    row.accepted_count = len(answers) - len(refused)
    row.rejected_count = len(refused)
    row.rejected = [
        {"claim": answer.trace.patient_control_number, "code": answer.code, "place": answer.place, "note": answer.note}
        for answer in refused
    ]
    if answers:
        row.claims_answer_sha256 = store_bytes(write_claim_answers(header, answers))


class _Refusals:
    """The findings that turn single claims away, by their place in the set."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._left = sorted((f for f in findings if f.rejects), key=lambda finding: finding.ordinal)
        self._at = 0

    def of(self, claim: ReadClaim) -> list[Finding]:
        """Those of one claim; claims are asked for in their order."""
        found = []
        while self._at < len(self._left) and self._left[self._at].ordinal <= claim.last_ordinal:
            found.append(self._left[self._at])
            self._at += 1
        return found


def _accept(batch: list[ReadClaim], door: Door, refusals: _Refusals) -> list[ClaimAnswer]:
    """One answer a claim, in their order: our number, or why not."""
    answers = [_refusal(claim, refusals.of(claim)) for claim in batch]
    good = [place for place, answer in enumerate(answers) if answer is None]
    submissions = [claim.submission for place in good if (claim := batch[place]).submission is not None]
    accepted, rejected = accept_submissions(submissions, door)
    for taken in accepted:
        place = good[taken.place]
        answers[place] = ClaimAnswer(trace=batch[place].trace, claim_number=taken.claim_number)
    for turned in rejected:
        place = good[turned.place]
        answers[place] = ClaimAnswer(trace=batch[place].trace, code=turned.code, note=turned.message)
    return [answer for answer in answers if answer is not None]


def _refusal(claim: ReadClaim, findings: list[Finding]) -> ClaimAnswer | None:
    """The answer to a claim that breaks a rule of its own; None for one that may go on."""
    for finding in findings:
        return ClaimAnswer(
            trace=claim.trace,
            code=finding.code,
            ordinal=finding.ordinal,
            segment=finding.segment,
            element=finding.element,
            note=finding.note,
        )
    for unread in claim.findings:
        return ClaimAnswer(
            trace=claim.trace, code=unread.code, ordinal=unread.ordinal, segment=unread.segment, note=unread.note
        )
    asked = claim.submission
    if asked is not None and (asked.is_predetermination or asked.submission_type != _TO_BE_PAID):
        return ClaimAnswer(trace=claim.trace, code="not_for_payment", note="asks for no payment")
    return None


def _as_json(finding: Finding) -> dict[str, object]:
    """A finding as Postgres can keep it: what was sent may hold a NUL, which its JSON cannot."""
    values = asdict(finding)
    return values | {name: text.replace("\0", "�") for name, text in values.items() if isinstance(text, str)}


def _segments_of(parts: Iterator[Part]) -> Iterator[list[str]]:
    for part in parts:
        yield from part.segments
