"""Adds a plan: a name under which its wordings are kept."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from plans.models import Plan
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict


def add_plan(*, code: str, name: str, by: Actor) -> int:
    """Add a plan under the code that its documents carry; returns its id. Raises `Conflict` when the code is taken."""
    with transaction.atomic():
        if Plan.objects.filter(code=code).exists():
            raise Conflict("plan.code_taken", _("There is a plan of this code."))
        plan = Plan.objects.create(code=code, name=name)
        record("plans.plan.added", by=by, about=plan)
    return plan.pk
