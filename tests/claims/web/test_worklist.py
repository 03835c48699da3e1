"""The worklist: order, filters, the claim on the right, fragments, and what it costs and writes down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Pend
from tests.factories.queries import few_queries
from tests.factories.screens import TODAY, World, make_claim, make_world
from tests.factories.users import make_user
from tpa.foundation.models import AuditEvent, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(families=3)


def test_the_most_urgent_comes_first_and_the_claim_opens_beside_it(client: Client, world: World) -> None:
    later = make_claim(world, world.members[0], due_on=TODAY + timedelta(days=9))
    sooner = make_claim(world, world.members[3], due_on=TODAY - timedelta(days=2))
    client.force_login(make_user(Role.EXAMINER))
    page = client.get(reverse("claims:worklist"), {"claim": sooner.pk}).content.decode()
    assert page.index(sooner.claim_number) < page.index(later.claim_number)
    assert "Lines" in page
    assert "$87.40" in page


def test_nothing_to_do_says_so(client: Client) -> None:
    client.force_login(make_user(Role.EXAMINER))
    page = client.get(reverse("claims:worklist")).content.decode()
    assert "Nothing waits" in page


def test_a_filter_keeps_only_its_queue_and_stays_in_the_links(client: Client, world: World) -> None:
    mine = make_claim(world, world.members[0])
    other = make_claim(world, world.members[3])
    Pend.objects.filter(claim=other).update(queue="clinical")
    client.force_login(make_user(Role.EXAMINER))
    page = client.get(reverse("claims:worklist"), {"queue": "examiner"}).content.decode()
    assert mine.claim_number in page
    assert other.claim_number not in page
    assert f"?queue=examiner&amp;claim={mine.pk}" in page


def test_htmx_gets_the_claim_alone(client: Client, world: World) -> None:
    claim = make_claim(world, world.members[0])
    client.force_login(make_user(Role.EXAMINER))
    asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "section#detail"}
    part = client.get(reverse("claims:worklist"), {"claim": claim.pk}, **asked).content.decode()
    assert "<html" not in part
    assert claim.claim_number in part
    whole = client.get(
        reverse("claims:worklist"), {"claim": claim.pk}, **asked, HTTP_HX_HISTORY_RESTORE_REQUEST="true"
    ).content.decode()
    assert "<html" in whole


def test_it_asks_little_and_writes_down_who_was_shown(client: Client, world: World) -> None:
    claims = [make_claim(world, member) for member in world.members]
    client.force_login(make_user(Role.EXAMINER))
    with few_queries(14):
        response = client.get(reverse("claims:worklist"), {"claim": claims[0].pk})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store, private"
    reads = AuditEvent.objects.filter(action="claims.claim.read", purpose="worklist")
    assert {tuple(sorted(event.subject_ids)) for event in reads} == {
        tuple(sorted(claim.pk for claim in claims)),
        (claims[0].pk,),
    }


def test_long_lists_are_walked_by_row_and_not_by_number(client: Client, world: World) -> None:
    for day in range(45):
        make_claim(world, world.members[day % 9], due_on=TODAY + timedelta(days=day))
    client.force_login(make_user(Role.EXAMINER))
    first = client.get(reverse("claims:worklist"))
    after = first.context["page"].next
    second = client.get(reverse("claims:worklist"), {"after": after})
    assert len(first.context["page"].rows) == 40
    assert len(second.context["page"].rows) == 5
    back = client.get(reverse("claims:worklist"), {"before": second.context["page"].previous})
    assert [claim.pk for claim in back.context["page"].rows] == [claim.pk for claim in first.context["page"].rows]


@pytest.mark.parametrize("role", [Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE])
def test_employers_never_get_in(client: Client, world: World, role: Role) -> None:
    client.force_login(make_user(role, employer_id=world.employer.pk))
    assert client.get(reverse("claims:worklist")).status_code == 403
