"""A version's life: drafted, held to the law, in force under its hash, superseded on its dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import DatabaseError, transaction

from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import guards_of, publish_plan_version
from plans.design.selectors import plan_terms, plan_versions_on
from plans.models import Plan, PlanVersion
from tests.factories.plans import make_plan
from tests.plans.design.documents import SMALL
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.models.audit import AuditEvent
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db

BY = Actor.system("test")


def _publish(plan: Plan, source: str) -> PlanVersion:
    return publish_plan_version(version_id=draft_plan_version(plan_id=plan.pk, source=source, by=BY).pk, by=BY)


def _governing(plan: Plan, on: date, known_at: datetime | None = None) -> str | None:
    return plan_versions_on([(plan.pk, on)], known_at).get((plan.pk, on))


@pytest.fixture
def plan() -> Plan:
    load_parameters()
    return make_plan("small")


def test_a_draft_governs_nothing(plan: Plan) -> None:
    draft = draft_plan_version(plan_id=plan.pk, source=SMALL, by=BY)
    assert (draft.number, draft.status) == (1, "draft")
    assert _governing(plan, date(2026, 3, 4)) is None
    assert plan_terms(draft.content_hash).plan == "small"  # it may be tried
    with pytest.raises(NotFound):
        plan_terms("0" * 64)


def test_a_published_version_governs_its_dates(plan: Plan) -> None:
    version = _publish(plan, SMALL)
    assert version.status == "published"
    assert version.published_at is not None
    assert _governing(plan, date(2025, 12, 31)) is None
    assert _governing(plan, date(2026, 1, 1)) == version.content_hash
    assert _governing(plan, date(2026, 12, 31)) == version.content_hash
    assert _governing(plan, date(2027, 1, 1)) is None
    terms = plan_terms(version.content_hash)
    assert terms.plan == "small"
    assert plan_terms(version.content_hash) is terms


def test_what_is_published_never_changes(plan: Plan) -> None:
    version = _publish(plan, SMALL)
    changes: list[dict[str, object]] = [{"source": "x"}, {"document": {}}, {"content_hash": "x"}]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            PlanVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).delete()


def test_only_a_draft_is_published(plan: Plan) -> None:
    version = _publish(plan, SMALL)
    with pytest.raises(Conflict):
        publish_plan_version(version_id=version.pk, by=BY)
    with pytest.raises(NotFound):
        publish_plan_version(version_id=version.pk + 999, by=BY)


def test_the_law_keeps_a_draft_from_publication(plan: Plan) -> None:
    draft = draft_plan_version(plan_id=plan.pk, source=SMALL.replace("individual: 4000", "individual: 10601"), by=BY)
    with pytest.raises(Invalid) as caught:
        publish_plan_version(version_id=draft.pk, by=BY)
    assert caught.value.code == "plan.guardrails"
    assert {guard["code"] for guard in caught.value.extra["guards"]} == {"aca.self", "aca.person"}
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_the_law_of_the_plan_year_in_which_it_begins(plan: Plan) -> None:
    """9,300 is too much in 2025 and not in 2026; a version from July is held to the year that began in January."""
    high = SMALL.replace("individual: 4000", "individual: 9300")
    for effective, refused in (
        ("{from: 2025-07-01, through: 2025-12-31}", True),
        ("{from: 2026-01-01, through: 2026-12-31}", False),
    ):
        draft = draft_plan_version(
            plan_id=plan.pk, source=high.replace("{from: 2026-01-01, through: 2026-12-31}", effective), by=BY
        )
        assert bool(guards_of(draft)) is refused


def test_a_document_of_another_plan_is_refused(plan: Plan) -> None:
    with pytest.raises(Invalid, match="not “other”"):
        draft_plan_version(plan_id=make_plan("other").pk, source=SMALL, by=BY)
    with pytest.raises(NotFound):
        draft_plan_version(plan_id=0, source=SMALL, by=BY)


def test_an_amendment_takes_over_its_dates_and_the_rest_goes_on(plan: Plan) -> None:
    first = _publish(plan, SMALL)
    amended = SMALL.replace("copay: 25", "copay: 35").replace("from: 2026-01-01", "from: 2026-07-01")
    second = _publish(plan, amended)
    assert _governing(plan, date(2026, 6, 30)) == first.content_hash
    assert _governing(plan, date(2026, 7, 1)) == second.content_hash
    assert _governing(plan, date(2026, 12, 31)) == second.content_hash
    first.refresh_from_db()
    assert (first.status, first.effective.upper) == ("superseded", date(2027, 1, 1))
    rest = PlanVersion.objects.get(plan=plan, number=3)
    assert (rest.content_hash, rest.effective.lower, rest.effective.upper) == (
        first.content_hash,
        date(2026, 1, 1),
        date(2026, 7, 1),
    )


def test_a_middle_that_is_amended_leaves_both_ends(plan: Plan) -> None:
    first = _publish(plan, SMALL)
    middle = SMALL.replace("copay: 25", "copay: 35").replace(
        "{from: 2026-01-01, through: 2026-12-31}", "{from: 2026-03-01, through: 2026-04-30}"
    )
    second = _publish(plan, middle)
    found = [_governing(plan, date(2026, month, 28)) for month in (2, 3, 4, 5)]
    assert found == [first.content_hash, second.content_hash, second.content_hash, first.content_hash]


def test_what_governed_as_it_was_known_then(plan: Plan) -> None:
    with time_machine.travel(datetime(2026, 2, 1, 12, tzinfo=UTC), tick=False):
        first = _publish(plan, SMALL)
    with time_machine.travel(datetime(2026, 5, 1, 12, tzinfo=UTC), tick=False):
        second = _publish(plan, SMALL.replace("copay: 25", "copay: 35"))
    on = date(2026, 3, 4)
    assert _governing(plan, on, datetime(2026, 1, 31, tzinfo=UTC)) is None
    assert _governing(plan, on, datetime(2026, 4, 30, tzinfo=UTC)) == first.content_hash
    assert _governing(plan, on, datetime(2026, 5, 2, tzinfo=UTC)) == second.content_hash
    assert _governing(plan, on) == second.content_hash


def test_publishing_is_audited(plan: Plan) -> None:
    _publish(plan, SMALL)
    actions = list(AuditEvent.objects.filter(subject_type="plans.planversion").values_list("action", flat=True))
    assert sorted(actions) == ["plans.planversion.drafted", "plans.planversion.moved"]


def test_one_query_for_a_batch(plan: Plan, django_assert_num_queries: object) -> None:
    other = make_plan("other")
    version = _publish(plan, SMALL)
    wanted = {(plan.pk, date(2026, 1, day)) for day in range(1, 29)} | {(other.pk, date(2026, 1, 1))}
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = plan_versions_on(wanted)
    assert set(found.values()) == {version.content_hash}
    assert len(found) == 28
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert plan_versions_on([]) == {}


def test_a_grandfathered_plan_may_not_take_too_much_from_its_first_version(plan: Plan) -> None:
    grandfathered = SMALL.replace("title: Small plan", "title: Small plan\ngrandfathered: true")
    _publish(plan, grandfathered)
    next_year = grandfathered.replace("2026-", "2027-")
    _publish(plan, next_year.replace("copay: 25", "copay: 30"))
    with pytest.raises(Invalid, match="grandfathered no more"):
        # A small step from the version before it, but not from the first.
        _publish(plan, next_year.replace("copay: 25", "copay: 34"))


def test_a_version_is_held_to_the_law_as_known_when_it_is_published(plan: Plan) -> None:
    """The limit of 2026 was first 10,150 and from June 2025 on 10,600: what is known last holds."""
    _publish(plan, SMALL.replace("individual: 4000, family: 8000", "individual: 10600, family: 21200"))
    with pytest.raises(Invalid, match=r"\$10,601 is above \$10,600"):
        _publish(plan, SMALL.replace("individual: 4000, family: 8000", "individual: 10601, family: 21200"))
