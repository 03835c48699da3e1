"""What the carrier said to a request besides paying it, and what we said to that: denied, appealed, closed."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.transitions import move
from tpa.models import StopLossRequest
from tpa.stoploss.hold_advance import release_advance
from tpa.stoploss.selectors import locked_request

Status = StopLossRequest.Status
ANSWERS: Final = (Status.DENIED, Status.APPEALED, Status.CLOSED)


def answer_request(*, request_id: int, to: str, by: Actor, because: str) -> StopLossRequest:
    """Move a request to denied, appealed or closed, with the reason, and return it. Raises Conflict when that is not
    permitted from where it stands; Invalid without a reason, or for a denial of what was paid in part."""
    if to not in ANSWERS or not because.strip():
        raise Invalid("stoploss.no_reason", _("Say what the carrier said, or why."))
    with transaction.atomic():
        request = locked_request(request_id, unpaid=to == Status.DENIED)
        move(request, to, by=by, because=because)
        if to in (Status.DENIED, Status.CLOSED):
            release_advance(request, by=by, received_on=None)
    return request
