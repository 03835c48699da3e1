"""An instrument for who wants to do something with it: theirs to see, locked, and within their authority."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import PaymentInstrument
from tpa.foundation.access import Scope, check_role
from tpa.foundation.authority import approval_limits
from tpa.foundation.errors import Conflict, Invalid, NotFound, Refused
from tpa.foundation.models import Role

CHANGERS = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER)


def instrument_for(by: Scope, instrument_id: int, *, because: str, revision: int | None = None) -> PaymentInstrument:
    """The instrument with its payment, locked. Raises NotFound; Invalid without a reason; Refused for another role, and
    for more than the agreement with the employer lets the role move alone; Conflict when somebody changed it since it
    was seen (`revision`)."""
    check_role(by, *CHANGERS)
    if not because.strip():
        raise Invalid("payments.reason_wanted", _("Say why: the reason stays with the payment."))
    found = (
        PaymentInstrument.objects.visible_to(by)
        .select_for_update(no_key=True, of=("self",))
        .select_related("payment")
        .filter(pk=instrument_id)
        .first()
    )
    if found is None:
        raise NotFound("payments.no_such_instrument", _("There is no such check or credit."))
    if revision is not None and found.revision != revision:
        raise Conflict("status.stale", _("Somebody changed this record meanwhile."), revision=found.revision)
    limits = approval_limits([found.employer_id], timezone.localdate()).get(found.employer_id, {})
    mine = [limits[role] for role in by.roles if role in limits]
    if mine and found.amount > max(mine):
        raise Refused(
            "payments.above_authority",
            _("This is more than you may move; somebody with a higher limit must."),
            limit=str(max(mine)),
        )
    return found
