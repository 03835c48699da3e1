"""Turns a request down, whoever does: its dollars stand on no live request any more."""

from __future__ import annotations

from django.utils import timezone

from employers.funding.open_requests import hold_account
from employers.models import FundingItem, FundingRequest
from tpa.foundation.audit import Actor
from tpa.foundation.transitions import move


def turn_down(request: FundingRequest, to: str, *, by: Actor, because: str) -> None:
    """Move a request that is held, in the caller's transaction, and let its items go: the next one takes them up."""
    move(request, to, by=by, because=because)
    request.because = because[:300]
    FundingRequest.objects.filter(pk=request.pk).update(because=request.because)
    # Who asks for the account at this moment sees all of it or nothing.
    hold_account(request.claims_account_id)
    FundingItem.objects.filter(request=request, superseded_at__isnull=True).update(superseded_at=timezone.now())
