"""What every request passes: ids, sessions that end, doors that only open to declared roles, headers."""

import re

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from tests.factories.users import make_user
from tpa.foundation.models import Role, RoleGrant

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.foundation.urls")]


def _client(*roles, **facts):
    client = Client()
    client.force_login(make_user(*roles, **facts))
    return client


# --- doors -----------------------------------------------------------------------------------------------------------


def test_a_door_opens_to_its_roles_only():
    assert _client(Role.EXAMINER).get("/test/staff").content == b"work"
    assert _client(Role.EMPLOYER_HR, employer_id=7).get("/test/staff").status_code == 403
    assert _client().get("/test/staff").status_code == 403


def test_who_is_not_signed_in_is_sent_to_the_entrance_and_comes_back():
    answer = Client().get("/test/staff?filter=a")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/test/staff%3Ffilter%3Da"


def test_htmx_is_told_to_leave_the_page():
    answer = Client().get("/test/staff", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"][:16]) == (204, "/accounts/login/")


def test_a_door_that_declares_nothing_stays_shut():
    assert _client(Role.TPA_MANAGER).get("/test/undeclared").status_code == 403
    assert Client().get("/test/entrance").status_code == 200


def test_a_request_sees_only_the_employers_for_whom_the_door_s_role_is_held():
    user = make_user(Role.EMPLOYER_HR, employer_id=7)
    RoleGrant.objects.create(user=user, role=Role.EMPLOYER_FINANCE, employer_id=8)
    client = Client()
    client.force_login(user)
    assert client.get("/test/hr").content == b"7|7"


def test_a_changed_role_counts_at_the_next_request():
    client = _client(Role.EXAMINER)
    assert client.get("/test/staff").status_code == 200
    RoleGrant.objects.update(revoked_at="2026-01-01T00:00Z")
    assert client.get("/test/staff").status_code == 403


def test_rows_that_are_streamed_are_read_under_the_request_s_scope():
    assert b"".join(_client(Role.EXAMINER).get("/test/stream").streaming_content) == b"*"


def test_a_refusal_that_no_screen_caught_is_a_page_with_its_status():
    answer = _client(Role.EXAMINER).get("/test/conflict")
    assert answer.status_code == 409
    assert "It is so no longer." in answer.content.decode()


def test_the_admin_is_for_set_up_staff():
    assert _client(Role.SETUP).get("/admin/").status_code == 200
    assert _client(Role.TPA_MANAGER).get("/admin/").status_code == 403
    assert Client().get("/admin/")["Location"].startswith("/accounts/login/")


def test_nobody_enters_without_a_second_factor(settings):
    client = _client(Role.EXAMINER, second_factor=False)
    answer = client.get("/test/staff")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert client.get("/accounts/2fa/").status_code == 200
    settings.STEWARD_REQUIRE_MFA = False
    assert client.get("/test/staff").status_code == 200


# --- ids and sessions ------------------------------------------------------------------------------------------------


def test_each_answer_carries_the_id_of_its_request():
    assert re.fullmatch(r"[0-9a-f]{32}", Client().get("/test/entrance")["Request-Id"])
    assert Client().get("/test/entrance", headers={"Request-Id": "mine-1234"})["Request-Id"] == "mine-1234"
    assert Client().get("/test/entrance", headers={"Request-Id": "<script>"})["Request-Id"] != "<script>"


def test_an_idle_session_ends_and_a_used_one_does_not():
    client = _client(Role.EXAMINER)
    with time_machine.travel("2026-11-24T09:00Z", tick=False) as clock:
        for _ in range(4):
            assert client.get("/test/staff").status_code == 200
            clock.shift(14 * 60)
        clock.shift(2 * 60)
        assert client.get("/test/staff").status_code == 302
        assert django_settings.SESSION_COOKIE_NAME not in client.cookies or not client.session.get("_auth_user_id")


def test_a_session_ends_after_half_a_day_however_busy():
    client = _client(Role.EXAMINER)
    with time_machine.travel("2026-11-24T08:00Z", tick=False) as clock:
        for _ in range(12 * 6 + 1):
            assert client.get("/test/staff").status_code == 200
            clock.shift(10 * 60)
        assert client.get("/test/staff").status_code == 302


def test_signing_out_ends_the_session_on_the_server():
    client = _client(Role.EXAMINER)
    client.get("/test/staff")
    stolen = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = stolen
    assert thief.get("/test/staff").status_code == 302


# --- headers ---------------------------------------------------------------------------------------------------------


def test_headers_of_every_page():
    answer = _client(Role.EXAMINER).get("/test/staff")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


def test_unknown_addresses_tell_people_and_machines_in_their_way():
    assert Client().get("/nowhere").status_code == 404
    answer = Client().get("/api/nowhere")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["request_id"] == answer["Request-Id"]


def test_forms_are_guarded_against_forgery():
    client = Client(enforce_csrf_checks=True)
    assert client.post("/accounts/login/", {"login": "a@example.org", "password": "x"}).status_code == 403
