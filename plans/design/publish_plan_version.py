"""Puts a draft in force: it is frozen under its content hash and takes over its dates from the versions before it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from plans.design.grandfathering import medical_inflation
from plans.design.guard import (
    MEDICAL_BASE,
    MEDICAL_INDEX,
    PARAMETERS,
    REFUSES,
    Guard,
    LegalNumber,
    with_indexed_limits,
)
from plans.design.guard_status import status_guards
from plans.design.guardrails import guardrails
from plans.design.proofs import check_proof
from plans.design.read_plan import content_hash
from plans.models import Plan, PlanVersion
from tpa.foundation import audit
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.parameters import legal_value
from tpa.foundation.transitions import move
from tpa.foundation.values.periods import Period


def publish_plan_version(*, version_id: int, by: Actor, because: str = "") -> PlanVersion:
    """Publish a draft. Published versions of the same plan give way on its dates: they are superseded, and what is left
    of their dates goes on under the same wording and hash as versions of their own.

    Raises NotFound, Conflict for what is no draft (any more), and Invalid with the `guards` that refuse, or with the
    scenarios that fail or were not run.
    """
    with transaction.atomic():
        found = PlanVersion.objects.filter(pk=version_id).values_list("plan_id", flat=True).first()
        if found is None:
            raise NotFound("plan.no_such_version", _("There is no such plan version."))
        Plan.objects.select_for_update().get(pk=found)
        version = PlanVersion.objects.get(pk=version_id)
        if version.status != PlanVersion.Status.DRAFT:
            raise Conflict("plan.not_a_draft", _("Only a draft can be published."), status=version.status)
        assert version.content_hash == content_hash(version.document)
        at = timezone.now()
        warnings = _guard(version)
        check_proof(version)
        for other in _overlapping(version):
            _give_way(other, version, by, at)
        PlanVersion.objects.filter(pk=version_id).update(published_at=at, published_by_id=by.user_id)
        version.published_at, version.published_by_id = at, by.user_id
        move(version, PlanVersion.Status.PUBLISHED, by=by, because=because, at=at)
        for guard in warnings:
            audit.record("plans.planversion.warned", by=by, about=version, detail={"code": guard.code})
    return version


def guards_of(version: PlanVersion) -> list[Guard]:
    """What the law wants otherwise of a version, by the numbers of the plan year in which it begins as known today."""
    numbers: dict[str, LegalNumber] = {}
    for name in PARAMETERS:
        try:
            known = legal_value(name, on=_year_begins(version))
        except NotFound:
            continue
        numbers[name] = LegalNumber(known.value, known.citation)
    guards = guardrails(version.document, with_indexed_limits(numbers))
    before = _first_version(version)
    if before is not None:
        # Without a published index of medical care nothing is allowed for inflation.
        index, base = numbers.get(MEDICAL_INDEX), numbers.get(MEDICAL_BASE)
        inflation = medical_inflation(base_index=base.value, index=index.value) if index and base else Decimal(0)
        guards += status_guards(before.document, version.document, numbers, inflation)
    return guards


def _first_version(version: PlanVersion) -> PlanVersion | None:
    """The first version that was ever in force: small steps add up, so all are measured from where the plan began."""
    versions = PlanVersion.objects.filter(plan_id=version.plan_id, published_at__isnull=False).exclude(pk=version.pk)
    return versions.order_by("number").first()


def _guard(version: PlanVersion) -> list[Guard]:
    """The guards that only warn; those that refuse are raised."""
    guards = guards_of(version)
    refusing = [guard for guard in guards if guard.severity == REFUSES]
    if refusing:
        raise Invalid("plan.guardrails", refusing[0].message, guards=[guard._asdict() for guard in refusing])
    return guards


def _year_begins(version: PlanVersion) -> date:
    """The first day of the plan year in which the version begins to govern."""
    starts = Period.of_range(version.effective).start
    month, day = (int(part) for part in version.document["plan_year"]["starts"].split("-"))
    return date(starts.year - ((starts.month, starts.day) < (month, day)), month, day)


def _overlapping(version: PlanVersion) -> list[PlanVersion]:
    published = PlanVersion.objects.filter(plan_id=version.plan_id, status=PlanVersion.Status.PUBLISHED)
    return list(published.filter(effective__overlap=version.effective).order_by("number"))


def _give_way(other: PlanVersion, version: PlanVersion, by: Actor, at: datetime) -> None:
    """Supersede a published version; the dates that the new one does not take go on as before."""
    mine, taken = Period.of_range(other.effective), Period.of_range(version.effective)
    PlanVersion.objects.filter(pk=other.pk).update(superseded_at=at)
    move(other, PlanVersion.Status.SUPERSEDED, by=by, because=f"version {version.number}", at=at)
    left: list[DateRange] = []
    if mine.start < taken.start:
        left.append(DateRange(mine.start, taken.start))
    if taken.end is not None and (mine.end is None or taken.end < mine.end):
        left.append(DateRange(taken.end, mine.end))
    for effective in left:
        last = PlanVersion.objects.filter(plan_id=other.plan_id).aggregate(last=Max("number"))["last"]
        rest = PlanVersion.objects.create(
            plan_id=other.plan_id,
            number=last + 1,
            status=PlanVersion.Status.PUBLISHED,
            status_at=at,
            effective=effective,
            source=other.source,
            document=other.document,
            content_hash=other.content_hash,
            scenarios=other.scenarios,
            published_at=at,
            published_by_id=by.user_id,
        )
        audit.record("plans.planversion.continued", by=by, about=rest, detail={"version": other.number})
