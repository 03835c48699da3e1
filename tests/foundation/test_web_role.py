"""The web runs as `steward_web`, which owns nothing and passes by nothing: all doors work under it."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import connection
from django.db.utils import DatabaseError, ProgrammingError
from django.test import Client

from tests.factories.users import make_user
from tpa.foundation import api_keys, audit
from tpa.foundation.api import rate_limits
from tpa.foundation.audit import Actor, Subjects
from tpa.foundation.models import AuditEvent, Document, Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.foundation.urls")]

PASSWORD, SEED = "correct horse battery", "JBSWY3DPEHPK3PXP"


@pytest.fixture
def as_web_process(settings, monkeypatch):
    """From here on this connection is one of the web."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)
    cache.clear()

    def become():
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE steward_web")

    yield become
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_person_signs_in_works_and_signs_out(as_web_process):
    user = make_user(Role.EXAMINER, password=PASSWORD, second_factor=False)
    TOTP.activate(user, SEED)
    client = Client()
    as_web_process()
    assert client.get("/accounts/login/").status_code == 200
    client.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    code = format_hotp_value(hotp_value(SEED, next(yield_hotp_counters_from_time())))
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/test/staff").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/test/staff").status_code == 302


def test_a_system_calls_the_api(as_web_process):
    _key, secret = api_keys.issue(
        user=make_user(Role.PARTNER), name="k", scopes=["claims:read", "claims:write"], by=Actor.system("test")
    )
    as_web_process()
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k1"}
    body = {"data": {"name": "a"}, "content_type": "application/json", "headers": headers}
    first, again = (Client().post("/api/v1/test/things", **body) for _ in range(2))
    assert (first.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert Client().get("/api/v1/test/things", headers=headers).status_code == 200


def test_set_up_staff_use_the_admin(as_web_process):
    client = Client()
    client.force_login(make_user(Role.SETUP))
    as_web_process()
    assert client.get("/admin/foundation/user/").status_code == 200


def test_employer_people_see_their_rows_through_a_real_request(as_web_process):
    for employer_id in (7, 8):
        audit.record("test.thing.done", by=Actor.system("test"), about=Subjects("test.thing", (1,), employer_id))
    client = Client()
    client.force_login(make_user(Role.EMPLOYER_HR, employer_id=7))
    as_web_process()
    assert client.get("/test/hr").content == b"7|7"
    assert not AuditEvent.objects.exists(), "after the request the session shows nothing again"
    assert not Document.objects.exists()


def test_the_web_changes_no_schema_and_copies_into_nothing(as_web_process):
    as_web_process()
    for statement in ("CREATE TABLE x ()", "ALTER TABLE foundation_user ADD x int", "DROP TABLE foundation_user"):
        with pytest.raises((DatabaseError, ProgrammingError)), connection.cursor() as cursor:
            cursor.execute("SAVEPOINT here")
            try:
                cursor.execute(statement)
            finally:
                cursor.execute("ROLLBACK TO SAVEPOINT here")
    assert not User.objects.filter(email="x").exists()
