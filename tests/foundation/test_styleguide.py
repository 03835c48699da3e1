"""The styleguide and the small things screens are made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from psycopg2.extras import DateRange

from tests.factories.users import make_user
from tpa.foundation.models import Role, User
from tpa.foundation.templatetags import steward
from tpa.foundation.web.screens import page_of


@pytest.mark.django_db
def test_every_component_stands_in_the_styleguide(client: Client) -> None:
    client.force_login(make_user(Role.EXAMINER))
    page = client.get(reverse("foundation:styleguide")).content.decode()
    for status in steward.CHIPS:
        assert status in page
    assert 'role="progressbar"' in page or "<progress" in page


@pytest.mark.django_db
def test_it_is_for_staff(client: Client) -> None:
    client.force_login(make_user(Role.EMPLOYER_HR, employer_id=1))
    assert client.get(reverse("foundation:styleguide")).status_code == 403


@pytest.mark.parametrize(
    ("amount", "said"),
    [("1234567.89", "$1,234,567.89"), ("-45.10", f"{steward.MINUS}$45.10"), ("0", "$0.00")],
)
def test_money_in_words(amount: str, said: str) -> None:
    assert steward.plain_money(Decimal(amount)) == said
    assert said in steward.money(Decimal(amount))
    assert steward.NOTHING in steward.money(None)


def test_a_period_counts_both_days() -> None:
    shown = str(steward.period(DateRange(date(2026, 1, 1), date(2027, 1, 1))))
    assert "Jan 1, 2026" in shown
    assert "Dec 31, 2026" in shown
    assert "since" in str(steward.period(DateRange(date(2026, 1, 1), None)))


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (date(2026, 11, 24), "due today"),
        (date(2026, 11, 27), "2 business days"),  # Thanksgiving lies between
        (date(2026, 11, 23), "1 business day late"),
        (date(2026, 12, 1), "4 business days"),
    ],
)
def test_what_is_due_counts_business_days(due: date, said: str) -> None:
    assert said in steward.due_chip(due, date(2026, 11, 24))
    assert "clock stopped" in steward.due_chip(due, date(2026, 11, 24), True)


@pytest.mark.django_db
def test_a_page_starts_where_its_row_stood_even_when_the_row_has_left() -> None:
    users = [make_user(Role.EXAMINER) for _ in range(5)]
    ask = RequestFactory().get
    first = page_of(User.objects.all(), ask("/"), order=("pk",), size=2)
    assert [user.pk for user in first.rows] == [user.pk for user in users[:2]]
    left = User.objects.exclude(pk=first.next)
    second = page_of(left, ask("/", {"after": first.next}), order=("pk",), size=2)
    assert [user.pk for user in second.rows] == [user.pk for user in users[2:4]]
    back = page_of(left, ask("/", {"before": second.previous}), order=("pk",), size=2)
    assert [user.pk for user in back.rows] == [users[0].pk]
    assert page_of(left, ask("/", {"after": "x"}), order=("-pk",), size=9).next is None
