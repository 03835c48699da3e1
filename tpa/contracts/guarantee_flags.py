"""What somebody should look at before a guarantee is offered. Plain."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tpa.models import Guarantee


def guarantee_flags(guarantee: Guarantee) -> list[str]:
    """A fee at risk for speed can set the administrator's purse against the plan's duty to look with care: counsel
    looks at it first."""
    is_for_speed = guarantee.measure == Guarantee.Measure.TURNAROUND
    has_penalty = guarantee.at_risk_percent > 0 and guarantee.weight_percent > 0
    if is_for_speed and has_penalty and guarantee.legal_review_on is None:
        return [_("legal review before offering speed penalties")]
    return []
