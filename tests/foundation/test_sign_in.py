"""Signing in as people do: by e-mail, with a second factor, locked out after five guesses, all of it on record."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from tests.factories.users import make_user
from tpa.foundation.models import AuditEvent, Role, User

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
SEED = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _fresh_limits(settings):
    cache.clear()
    # What is asked here is who may sign in, not how well PBKDF2 holds.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _sign_in(client, user, password=PASSWORD):
    return client.post("/accounts/login/", {"login": user.email, "password": password})


def _code():
    counter = next(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(SEED, counter))


def _person(**facts):
    return make_user(Role.EXAMINER, password=PASSWORD, **facts)


def test_a_password_alone_is_not_enough_where_there_is_a_second_factor():
    user = _person(second_factor=False)
    TOTP.activate(user, SEED)
    client = Client()
    assert _sign_in(client, user)["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    code = _code()
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert AuditEvent.objects.filter(action="foundation.user.signed_in", subject_ids=[user.pk]).count() == 1

    again = Client()
    _sign_in(again, user)
    assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200, "a code counts once"


def test_the_seed_lies_encrypted_in_the_database():
    user = _person(second_factor=False)
    TOTP.activate(user, SEED)
    stored = Authenticator.objects.get(user_id=user.pk).data["secret"]
    assert SEED not in stored
    assert stored.startswith("e1.")


def test_signing_in_without_a_factor_leads_to_making_one():
    user = _person(second_factor=False)
    client = Client()
    assert _sign_in(client, user).status_code == 302
    assert client.get("/accounts/2fa/").status_code == 200
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/"), "to add a factor, the password is asked again"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    assert b"data:image/svg+xml" in page.content


def test_five_wrong_passwords_lock_the_account_wherever_they_come_from():
    user = _person(second_factor=False)
    answers = [
        Client(REMOTE_ADDR=f"10.0.0.{number}").post(
            "/accounts/login/", {"login": user.email, "password": f"wrong {number}"}
        )
        for number in range(5)
    ]
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    assert answers[4].status_code == 429
    right = _sign_in(Client(REMOTE_ADDR="10.0.0.9"), user)
    assert right.status_code in (200, 429)
    assert not right.wsgi_request.user.is_authenticated
    failed = AuditEvent.objects.filter(action="foundation.user.sign_in_failed")
    assert failed.count() >= 5
    assert set(failed.values_list("subject_type", flat=True)) == {"foundation.user"}


def test_an_unknown_address_is_answered_like_a_wrong_password():
    user = _person(second_factor=False)
    known = Client().post("/accounts/login/", {"login": user.email, "password": "wrong"})
    unknown = Client().post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors


def test_an_unknown_address_costs_the_same_hash(settings, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    user = _person(second_factor=False)
    hashed = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or real(*args))
    for address in (user.email, "nobody@example.org"):
        before = len(hashed)
        Client().post("/accounts/login/", {"login": address, "password": "wrong"})
        hashed.append(len(hashed) - before)
    assert hashed[-1] == hashed[1] == 1


def test_inactive_people_do_not_get_in():
    user = _person(second_factor=False)
    User.objects.update(is_active=False)
    client = Client()
    _sign_in(client, user)
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_or_changes_their_address():
    for address in ("/accounts/signup/", "/accounts/email/", "/accounts/confirm-email/"):
        assert Client().get(address).status_code == 404
    assert Client().get("/accounts/login/").status_code == 200


def test_a_weak_password_is_refused():
    user = _person(second_factor=False)
    client = Client()
    _sign_in(client, user)
    for weak in ("short", "password1234", user.email):
        answer = client.post(
            "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        )
        assert answer.status_code == 200, weak
    strong = "seven herons over the marsh"
    answer = client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": strong, "password2": strong}
    )
    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session, "whoever changes the password signs in anew"


def test_signing_out_is_recorded():
    user = _person()
    client = Client()
    client.force_login(user)
    client.post("/accounts/logout/")
    assert AuditEvent.objects.get(action="foundation.user.signed_out").actor == f"user:{user.pk}"


def test_the_clock_is_what_totp_says():
    assert abs(next(yield_hotp_counters_from_time()) - int(time.time()) // 30) <= 1
