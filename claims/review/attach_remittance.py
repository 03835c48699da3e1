"""A person attaches a prior payer's remittance (835) to a claim that waits for it."""

from __future__ import annotations

from io import BytesIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.adjudication.remittance_rows import Source
from claims.adjudication.take_remittance import take_remittance
from claims.edi.x835 import Remittance
from claims.edi.x835_reader import Unreadable, read_remittance
from claims.models import Claim
from tpa.foundation.access import Scope
from tpa.foundation.edi_files import store_bytes
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.x12.envelope import SetRef, transaction_sets
from tpa.foundation.x12.tokens import read_set


def attach_remittance(*, claim_id: int, content: bytes, by: Scope) -> Claim:
    """What the file says of this claim becomes a fact of its next decision; a claim that waits is decided anew.

    Raises NotFound, and Invalid for a file that is no 835 or speaks of another claim; nothing is kept of it then.
    """
    remittances = _read(content)
    with transaction.atomic():
        claim = Claim.objects.visible_to(by).select_for_update(no_key=True).filter(pk=claim_id).first()
        if claim is None:
            raise NotFound("claim.no_such_claim", _("There is no such claim."))
        source = Source(timezone.now(), by.actor, "screen", sha256=store_bytes(content))
        refused = []
        taken = []
        for remittance in remittances:
            found, not_taken = take_remittance(remittance=remittance, source=source, claim_id=claim_id)
            taken += found
            refused += [
                one
                for one in not_taken
                if one.code != "not_ours" and one.patient_control_number == claim.patient_control_number
            ]
        if not taken:
            raise Invalid(
                "remittance.out_of_balance" if refused else "remittance.other_claim",
                _("What it says of this claim does not add up.")
                if refused
                else _("It speaks of no claim with this number, charge and patient."),
            )
    claim.refresh_from_db()
    return claim


def _read(content: bytes) -> list[Remittance]:
    stream = BytesIO(content)
    try:
        found = [
            read_remittance(list(read_set(stream, one.offset, one.length, one.delimiters)), one.delimiters)
            for one in list(transaction_sets(stream))
            if isinstance(one, SetRef) and one.identifier == "835"
        ]
    except Unreadable as error:
        raise Invalid("remittance.unreadable", _("It can not be read: %(why)s.") % {"why": error}) from error
    if not found:
        raise Invalid("remittance.none", _("This file holds no remittance (835)."))
    return found
