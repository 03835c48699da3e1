"""What if on screen: a manager asks, everybody of claims reads; the page follows the work and shows who bears what."""

from __future__ import annotations

from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import WhatIf
from claims.tasks import work_what_ifs
from plans.models import Plan
from tests.factories.decided_year import make_decided_year
from tests.factories.queries import few_queries
from tests.factories.screens import make_what_if, make_world
from tests.factories.users import make_user
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db
LIST = "claims:what_ifs"


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def _form(employer_id: int, **more: str) -> dict[str, str]:
    return {
        "employer": str(employer_id),
        "name": "A stop-loss of 400",
        "starts_on": "2026-01-01",
        "last_on": "2026-12-31",
        **more,
    }


def test_a_manager_asks_and_the_page_shows_the_answer(manager: Client) -> None:
    employer = make_decided_year(claims=40, families=4)
    with mock.patch("claims.web.staff.what_ifs.ring_for_what_if") as bell:
        sent = _form(employer.pk, specific_amount="400", paid_through="2099-12-31", version="cascade-ppo:1")
        answer = manager.post(reverse(LIST), sent)
    bell.assert_called_once_with()
    row = WhatIf.objects.get()
    assert answer.headers["Location"] == reverse("claims:what_if", args=[row.pk])
    page = manager.get(answer.headers["Location"]).content.decode()
    assert "hx-trigger" in page
    work_what_ifs()
    with few_queries():
        page = manager.get(answer.headers["Location"]).content.decode()
    assert 'id="answer" hx-get' not in page
    assert "Stop-loss carrier" in page
    assert "specific $400.00" in page
    assert f"{Plan.objects.get()}, version 1" in page


def test_the_answer_is_laid_out_with_bars(manager: Client) -> None:
    row = make_what_if(make_world())
    page = manager.get(reverse("claims:what_if", args=[row.pk])).content.decode()
    assert "4.1 Deductible in · Deductible" in page
    assert "Who bears what was billed: Plan −$200.00" in page  # noqa: RUF001 (a minus)
    assert "••••0017-01" in page
    assert "approved → denied" in page


def test_one_that_failed_says_so(manager: Client) -> None:
    row = make_what_if(make_world(), status="failed")
    assert "could not be reckoned" in manager.get(reverse("claims:what_if", args=[row.pk])).content.decode()


def test_the_list_is_empty_then_full(manager: Client) -> None:
    assert "Nothing was asked yet" in manager.get(reverse(LIST)).content.decode()
    make_what_if(make_world())
    with few_queries():
        assert "A higher deductible" in manager.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"network": ""}, ""),
        ({"last_on": "2020-01-01"}, "period ends before it starts"),
        ({"priced_network": "evergreen"}, "Choose both, or neither"),
        ({"specific_amount": "400"}, "Until when payments count"),
        ({"version": "nothing:1"}, "Select a valid choice"),
    ],
)
def test_what_can_not_be_tried_is_said_at_the_form(manager: Client, more: dict[str, str], says: str) -> None:
    employer = make_decided_year(claims=3, families=2)
    with mock.patch("claims.web.staff.what_ifs.ring_for_what_if"):
        answer = manager.post(reverse(LIST), _form(employer.pk, **more))
    assert answer.status_code == (400 if says else 302)
    assert not says or says in answer.content.decode()


def test_who_may_only_read_sees_no_form_and_may_not_ask() -> None:
    client = Client()
    client.force_login(make_user(Role.EXAMINER))
    assert "Decide again" not in client.get(reverse(LIST)).content.decode()
    assert client.post(reverse(LIST), _form(1)).status_code == 403
    assert not WhatIf.objects.exists()
