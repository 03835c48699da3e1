"""Gives claims what a prior payer's remittance, which came before them, says of them."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from claims.adjudication.remittance_rows import Source, candidates_of, claim_of, row_of, write_rows
from claims.edi.x835 import Cas, Remittance
from claims.models import Claim, PriorRemittance, WaitingRemittance
from claims.packing import text_of
from tpa.foundation.audit import Actor

SYSTEM = Actor.system("intake")


def take_waiting_remittances(*, claim_ids: Collection[int] | None = None) -> list[int]:
    """Try again what waits for the numbers of these claims, or of any; returns the claims that it was about.

    One query when nothing waits for them. In the order in which they came, so that each payer's last word counts. What
    fits no claim, or several, goes on waiting.
    """
    claims = Claim.objects.filter(patient_control_number=OuterRef("patient_control_number"))
    if claim_ids is not None:
        claims = claims.filter(pk__in=claim_ids)
    now = timezone.now()
    with transaction.atomic():
        waiting = WaitingRemittance.objects.filter(Exists(claims), taken_at__isnull=True).order_by("pk")
        told = list(waiting.select_for_update(skip_locked=True))
        if not told:
            return []
        candidates = candidates_of({one.patient_control_number for one in told})
        rows: list[PriorRemittance] = []
        for waits in told:
            remittance = _decoded(text_of(waits.says))
            (payment,) = remittance.claims
            meant, _why = claim_of(payment, candidates)
            if meant is None:
                continue
            source = Source(now, SYSTEM, "edi", transaction_set_id=waits.transaction_set_id)
            rows.append(row_of(remittance, payment, meant, source))
            waits.taken_at, waits.claim = now, meant.claim
        WaitingRemittance.objects.bulk_update([one for one in told if one.taken_at], ["taken_at", "claim"])
        return write_rows(rows, Source(now, SYSTEM, "edi"))


def _adjustment(_kind: type, told: object) -> Cas:
    """The only part of a remittance that is told by what it can say."""
    return msgspec.convert(told, Cas)


_decoded = msgspec.json.Decoder(Remittance, dec_hook=_adjustment).decode
