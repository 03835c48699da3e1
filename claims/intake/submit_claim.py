"""One claim from a form or the API: checked as a file's claims are, accepted through the same door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.adjudication.ask_decision import ask_decision
from claims.facts import Submission
from claims.intake.accept_submissions import Accepted, Door, accept_submissions
from tpa.foundation.access import Scope
from tpa.foundation.errors import Invalid, Refused
from tpa.foundation.values.identifiers import is_npi
from tpa.foundation.values.money import ZERO

Fault = dict[str, str]


def submit_claim(*, submission: Submission, origin: str, by: Scope, received_on: date | None = None) -> Accepted:
    """Accept one claim (`origin` api or paper) and ask for its decision; returns its ids and number.

    `received_on` is the day a paper claim came in, at most today. Raises Invalid with all faults found, each with a
    JSON pointer, or with the reason why no member or provider fits; Refused for an employer that the person cannot see.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    received = received_on or today
    faults = list(_faults(submission, received, today))
    if faults:
        raise Invalid("claim.faults", _("The claim contradicts itself: see errors."), errors=faults)
    with transaction.atomic():
        door = Door(origin, received_at=now, received_on=received, by=by.actor, sent_by_id=by.user_id)
        accepted, rejected = accept_submissions([submission], door)
        for refusal in rejected:
            raise Invalid(f"claim.{refusal.code}", refusal.message)
        claim = accepted[0]
        if not by.sees(claim.employer_id):
            raise Refused("claim.not_your_employer", _("This member belongs to an employer you do not act for."))
        ask_decision(claims=[(claim.claim_id, claim.family_id)], key=f"claim:{claim.claim_id}:0", are_new=True)
    return claim


def _faults(submission: Submission, received_on: date, today: date) -> Iterator[Fault]:
    """What a file's claim would be refused for on a 277CA."""
    if received_on > today:
        yield _fault("#/received_on", "future", _("A claim cannot be received in the future."))
    if not submission.lines:
        yield _fault("#/lines", "missing", _("A claim has at least one line."))
        return
    if not is_npi(submission.billing_provider.npi):
        yield _fault("#/billing_provider/npi", "npi", _("The check digit of this NPI is wrong."))
    total = sum((line.billed_amount for line in submission.lines), ZERO)
    if total != submission.billed_amount:
        yield _fault("#/billed_amount", "sum", _("The lines add up to another amount than the claim bills."))
    if submission.kind not in ("P", "I", "D"):
        yield _fault("#/kind", "unknown", _("P professional, I institutional or D dental."))
    if submission.frequency_code in ("7", "8") and not submission.original_claim_number:
        yield _fault("#/original_claim_number", "missing", _("A replacement or void names the claim it takes back."))
    for place, line in enumerate(submission.lines):
        at = f"#/lines/{place}"
        if line.service_to < line.service_from:
            yield _fault(f"{at}/service_to", "order", _("A service ends before it begins."))
        if line.service_from > received_on:
            yield _fault(f"{at}/service_from", "future", _("The service is after the day the claim was received."))
        if line.billed_amount < 0 or line.units_count <= 0:
            yield _fault(at, "amount", _("Amounts are not negative and units more than zero."))
        if not line.procedure_code and not line.revenue_code:
            yield _fault(f"{at}/procedure_code", "missing", _("A line names a procedure or a revenue code."))
        for pointer in line.diagnosis_pointers:
            if not 1 <= pointer <= len(submission.diagnoses):
                yield _fault(f"{at}/diagnosis_pointers", "range", _("This diagnosis is not on the claim."))


def _fault(pointer: str, code: str, detail: str) -> Fault:
    return {"pointer": pointer, "code": code, "detail": detail}
