"""Roles and keys as set-up staff give and take them, in the admin and on the command line."""

from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.users import make_user
from tpa.foundation import api_keys
from tpa.foundation.access import scope_for
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.grants import grant_role, revoke_role
from tpa.foundation.models import ApiKey, AuditEvent, Code, IdempotentAnswer, LegalParameter, Role, RoleGrant, User
from tpa.foundation.tidy import tidy

pytestmark = pytest.mark.django_db

BY = Actor.system("test")


def test_a_role_given_and_taken_leaves_its_trace():
    user = make_user()
    grant = grant_role(user=user, role=Role.EMPLOYER_HR, employer_id=7, by=BY, because="new at work")
    assert scope_for(user).sees(7)
    revoke_role(grant=grant, by=BY, because="left")
    revoke_role(grant=grant, by=BY, because="again")
    assert not scope_for(user).sees(7)
    events = list(AuditEvent.objects.order_by("position").values_list("action", "because", "employer_id"))
    assert events == [("foundation.rolegrant.granted", "new at work", 7), ("foundation.rolegrant.revoked", "left", 7)]
    grant_role(user=user, role=Role.EMPLOYER_HR, employer_id=7, by=BY)
    assert user.grants.count() == 2


def test_a_role_fits_its_employer_and_is_held_once():
    user = make_user()
    with pytest.raises(Invalid):
        grant_role(user=user, role=Role.EMPLOYER_HR, by=BY)
    with pytest.raises(Invalid):
        grant_role(user=user, role=Role.EXAMINER, employer_id=7, by=BY)
    grant_role(user=user, role=Role.PARTNER, by=BY)
    with pytest.raises(Conflict):
        grant_role(user=user, role=Role.PARTNER, by=BY)


@pytest.fixture
def setup():
    client = Client()
    client.force_login(make_user(Role.SETUP))
    return client


def _inline(**row):
    rows = {f"grants-0-{name}": value for name, value in row.items()}
    return {"grants-TOTAL_FORMS": len(row) and 1, "grants-INITIAL_FORMS": 0, **rows}


def test_set_up_staff_make_a_user_with_a_role(setup):
    form = {"email": "Ann.Roe@Example.org", "full_name": "Ann Roe", "is_active": "on"}
    answer = setup.post(reverse("admin:foundation_user_add"), {**form, **_inline(role="employer_hr", employer_id=7)})
    assert answer.status_code == 302
    user = User.objects.get(email="ann.roe@example.org")
    assert not user.has_usable_password()
    assert scope_for(user).setting == "7"
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {
        "foundation.user.made",
        "foundation.rolegrant.granted",
    }
    refused = setup.post(
        reverse("admin:foundation_user_change", args=[user.pk]), {**form, **_inline(role="employer_hr")}, follow=True
    )
    assert b"name one employer" in refused.content


def test_set_up_staff_revoke_and_delete_nothing(setup):
    grant = RoleGrant.objects.get(user=make_user(Role.EXAMINER))
    key, _secret = api_keys.issue(user=grant.user, name="k", scopes=["claims:read"], by=BY)
    for model, row in (("rolegrant", grant), ("apikey", key)):
        chosen = {"action": "revoke", "_selected_action": [row.pk]}
        assert setup.post(reverse(f"admin:foundation_{model}_changelist"), chosen).status_code == 302
        row.refresh_from_db()
        assert row.revoked_at is not None
        assert setup.post(reverse(f"admin:foundation_{model}_delete", args=[row.pk])).status_code == 403
    assert setup.post(reverse("admin:foundation_user_delete", args=[grant.user_id])).status_code == 403


@pytest.mark.parametrize("model", [User, RoleGrant, ApiKey, LegalParameter, Code])
def test_lists_of_the_admin_open(setup, model):
    name = model._meta.model_name
    assert setup.get(reverse(f"admin:foundation_{name}_changelist") + "?q=a").status_code == 200
    assert setup.get(reverse("admin:index")).status_code == 200


def test_a_key_is_issued_on_the_command_line():
    user = make_user(Role.PARTNER)
    out, told = StringIO(), StringIO()
    call_command("issue_api_key", user.email, "claims:read", stdout=out, stderr=told)
    assert api_keys.find(out.getvalue().strip()).user == user
    assert out.getvalue().strip() not in told.getvalue()
    for email, scope in (("nobody@example.org", "claims:read"), (user.email, "everything")):
        with pytest.raises(CommandError):
            call_command("issue_api_key", email, scope)


def test_a_first_user_is_made_on_the_command_line(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "seven herons over the marsh")
    call_command("createsuperuser", "--noinput", "--email", "First@Example.org", stdout=StringIO())
    assert User.objects.get(email="first@example.org").is_staff


def test_what_expired_is_forgotten_and_nothing_else():
    user = make_user(Role.PARTNER)
    now = timezone.now()
    for days in (-2, 2):
        Session.objects.create(session_key=f"k{days}", session_data="", expire_date=now + timedelta(days=days))
        IdempotentAnswer.objects.create(
            user=user, key=f"k{days}", request_digest="d", status=200, created_at=now + timedelta(days=days)
        )
        attempt = AccessAttempt.objects.create(username=f"u{days}", ip_address="10.0.0.1", failures_since_start=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=now + timedelta(days=days))
    assert tidy() == {"sessions": 1, "failed sign-ins": 1, "kept answers": 1}
    assert tidy() == {"sessions": 0, "failed sign-ins": 0, "kept answers": 0}
