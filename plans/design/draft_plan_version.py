"""Takes in a new wording of a plan as a draft: read, checked, numbered, not yet in force."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from plans.design.read_plan import read_plan
from plans.models import Plan, PlanVersion
from tpa.foundation import audit
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError, Invalid, NotFound


def draft_plan_version(*, plan_id: int, source: str, by: Actor, scenarios: str = "") -> PlanVersion:
    """Keep a plan document as the next version's draft, with the scenarios that it must pass before it is published.

    Raises NotFound, and Invalid with all its `problems`.
    """
    read = read_plan(source)
    with transaction.atomic():
        plan = Plan.objects.select_for_update().filter(pk=plan_id).first()
        if plan is None:
            raise NotFound("plan.no_such_plan", _("There is no such plan."))
        if read.terms.plan != plan.code:
            raise Invalid(
                "plan.other_plan",
                _("The document is of plan “%(said)s”, not “%(plan)s”.") % {"said": read.terms.plan, "plan": plan.code},
            )
        last = plan.versions.aggregate(last=Max("number"))["last"] or 0
        version = PlanVersion.objects.create(
            plan=plan,
            number=last + 1,
            status_at=timezone.now(),
            effective=DateRange(read.terms.effective_from, read.terms.effective_to),
            source=source,
            document=read.document,
            content_hash=read.content_hash,
            scenarios=scenarios,
        )
        audit.record("plans.planversion.drafted", by=by, about=version, detail={"content_hash": read.content_hash})
    return version


def draft_named_plan(*, source: str, by: Actor, scenarios: str = "") -> PlanVersion:
    """The same of the plan that the document itself names."""
    code = read_plan(source).terms.plan
    plan_id = Plan.objects.filter(code=code).values_list("pk", flat=True).first()
    if plan_id is None:
        raise NotFound(
            "plan.no_such_plan", _("There is no plan “%(code)s”, which the document names.") % {"code": code}
        )
    return draft_plan_version(plan_id=plan_id, source=source, by=by, scenarios=scenarios)


def problems_in(refusal: DomainError) -> list[dict[str, Any]]:
    """What a refusal says of places in the document: line, path and problem each; nothing where it is about none."""
    if "problems" in refusal.extra:
        return list(refusal.extra["problems"])
    if "line" in refusal.extra:
        return [{"line": refusal.extra["line"], "path": "", "problem": str(refusal.message)}]
    return []
