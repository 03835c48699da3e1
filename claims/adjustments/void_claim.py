"""Voids a claim for good: what was decided is taken back, and nothing is decided in its place."""

from __future__ import annotations

from django.utils.translation import gettext as _

from claims.adjustments.reverse_decision import reverse_decision
from claims.models import Claim
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid


def void_claim(*, claim_id: int, by: Actor, because: str) -> Claim:
    """Void one claim, decided or not, and return it. Raises Invalid without a reason, else as `reverse_decisions`."""
    if not because.strip():
        raise Invalid("adjustments.reason_wanted", _("Say why: the reason stays with the claim."))
    return reverse_decision(claim_id=claim_id, by=by, because=because)
