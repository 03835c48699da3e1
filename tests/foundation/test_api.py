"""The API's contract: credentials, problems, doing a thing once, pages, preconditions, limits, its description."""

import base64
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.models import Application

from tests.factories.users import make_user
from tpa.foundation import api_keys, audit
from tpa.foundation.api import rate_limits
from tpa.foundation.api.idempotency import KEPT_FOR, forget_answers
from tpa.foundation.api.preconditions import etag_of
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.models import ApiKey, AuditEvent, IdempotentAnswer, LegalParameter, Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.foundation.urls")]

BY = Actor.system("test")
THINGS = "/api/v1/test/things"


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch):
    """Rates are counted in a Redis that other tests use too."""
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


def _key(*, scopes=("claims:read", "claims:write"), user=None, **facts):
    user = user or make_user(Role.PARTNER)
    return api_keys.issue(user=user, name="test", scopes=scopes, by=BY, **facts)[1]


def _done_count():
    """How often the test's own door did its work."""
    return LegalParameter.objects.filter(citation="test").count()


def _call(secret, method="get", address=THINGS, body=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    call = getattr(Client(raise_request_exception=False), method)
    sent = {} if body is None else {"data": body, "content_type": "application/json"}
    return call(address, headers={"Authorization": f"Bearer {secret}", **named}, **sent)


# --- credentials -----------------------------------------------------------------------------------------------------


def test_a_key_opens_what_its_user_and_its_scopes_allow():
    secret = _key(scopes=["claims:read"])
    assert _call(secret).status_code == 200
    assert _call(secret, "post", body={"name": "a"}).status_code == 403
    assert _call(_key(user=make_user(Role.AUDITOR))).status_code == 403


def test_a_key_is_kept_as_a_hash_and_its_making_is_recorded():
    secret = _key()
    key = ApiKey.objects.get()
    assert secret.startswith(key.prefix)
    assert secret not in (key.secret_hash, key.prefix)
    assert AuditEvent.objects.get(action="foundation.apikey.issued").detail["scopes"] == ["claims:read", "claims:write"]


def test_keys_overlap_expire_and_are_revoked():
    user = make_user(Role.PARTNER)
    old, new = _key(user=user), _key(user=user)
    assert _call(old).status_code == _call(new).status_code == 200
    api_keys.revoke(key=ApiKey.objects.earliest("id"), by=BY, because="replaced")
    assert _call(old).status_code == 401
    assert _call(new).status_code == 200
    assert _call(_key(user=user, expires_at=timezone.now() - timedelta(seconds=1))).status_code == 401


def test_the_use_of_a_key_is_noted_once_a_minute(django_assert_num_queries):
    secret = _key()
    assert api_keys.find(secret).last_used_at is None
    with django_assert_num_queries(1):
        assert api_keys.find(secret).last_used_at is not None


@pytest.mark.parametrize("secret", ["stw_00000000_nonsense", "stw_", "stw_x", "other"])
def test_a_credential_that_is_none_is_answered_alike(secret):
    _key()
    answer = _call(secret)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_right_prefix_with_a_wrong_rest_is_refused():
    secret = _key()
    assert _call(secret[:-1] + ("a" if secret[-1] != "a" else "b")).status_code == 401


def test_an_inactive_user_s_key_opens_nothing():
    user = make_user(Role.PARTNER)
    secret = _key(user=user)
    user.is_active = False
    user.save()
    assert _call(secret).status_code == 401


def test_no_credential():
    answer = Client().get(THINGS)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_unknown_scopes_are_not_issued():
    with pytest.raises(Invalid):
        _key(scopes=["everything"])


def _token(scope="claims:read", **changes):
    user = make_user(Role.PARTNER)
    application = Application(
        user=user, client_type="confidential", authorization_grant_type="client-credentials", name="system"
    )
    secret = application.client_secret
    application.save()
    basic = base64.b64encode(f"{application.client_id}:{secret}".encode()).decode()
    body = {"grant_type": "client_credentials", "scope": scope, **changes}
    return Client().post("/oauth/token/", body, headers={"Authorization": f"Basic {basic}"})


def test_client_credentials_give_a_token_that_lives_five_minutes():
    answer = _token().json()
    assert answer["expires_in"] == 300
    me = _call(answer["access_token"], address="/api/v1/me").json()
    assert (me["roles"], me["scopes"]) == (["partner"], ["claims:read"])
    assert _call(answer["access_token"], "post", body={"name": "a"}).status_code == 403


def test_other_flows_are_closed():
    assert _token(grant_type="password", username="a", password="b").json() == {"error": "unsupported_grant_type"}
    assert Client().get("/oauth/authorize/").status_code == 404


def test_a_person_s_session_opens_the_api_with_their_roles(settings):
    client = Client()
    client.force_login(make_user(Role.EXAMINER))
    assert client.get(THINGS).status_code == 200
    client.force_login(make_user(Role.EXAMINER, second_factor=False))
    assert client.get(THINGS).status_code == 403


# --- problems --------------------------------------------------------------------------------------------------------


def test_wrong_values_are_named_by_their_place():
    answer = _call(_key(), "post", body={"name": "too long", "lines": [{"a": 1}, {"a/b": "x"}]})
    problem = answer.json()
    assert answer.status_code == 400
    assert problem["code"] == "request.invalid"
    assert {place["pointer"]: place["code"] for place in problem["errors"]} == {
        "#/name": "max_length",
        "#/lines/1/a~1b": "invalid",
    }
    assert problem["request_id"] == answer["Request-Id"]


def test_a_domain_error_is_a_problem_with_its_code():
    answer = _call(_key(), "post", body={"name": "clash"})
    assert answer.status_code == 409
    assert answer.json() | {"request_id": ""} == {
        "type": "http://testserver/api/problems/conflict",
        "title": "It stands differently by now",
        "status": 409,
        "code": "thing.clash",
        "detail": "There is one.",
        "other": "thing_7",
        "request_id": "",
    }
    assert Client().get("/api/problems/conflict").json()["status"] == 409
    assert Client().get("/api/problems/unheard-of").status_code == 404


def test_what_broke_is_a_problem_without_a_word_of_why():
    answer = _call(_key(), "post", body={"name": "crash"})
    assert (answer.status_code, answer.json()["code"]) == (500, "server.error")
    assert b"after the work" not in answer.content


@pytest.mark.parametrize(
    ("method", "extra", "status"),
    [
        ("delete", {}, 405),
        ("post", {"data": "{", "content_type": "application/json"}, 400),
        ("post", {"data": "<a/>", "content_type": "application/xml"}, 415),
    ],
)
def test_every_refusal_has_the_one_shape(method, extra, status):
    call = getattr(Client(), method)
    answer = call(THINGS, headers={"Authorization": f"Bearer {_key()}"}, **extra)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert {"type", "title", "status", "code", "request_id"} <= answer.json().keys()


# --- parameters and pages --------------------------------------------------------------------------------------------


def test_an_unknown_parameter_is_refused_by_name():
    answer = _call(_key(), address=f"{THINGS}?acton=a&limit=3")
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"parameter": "acton", "code": "unknown", "detail": "There is no such parameter here."}
    ]
    assert _call(_key(), "post", f"{THINGS}?cursor=x", body={"name": "a"}).status_code == 400


@pytest.mark.parametrize("query", ["action=c", "limit=0", "limit=201", "limit=ten", "cursor=nonsense", "cursor=%00"])
def test_a_wrong_parameter_is_refused_by_name(query):
    answer = _call(_key(), address=f"{THINGS}?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_pages_lead_to_each_row_once_and_back():
    secret = _key()
    for number in range(7):
        audit.record(f"test.thing.done{number}", by=BY)
    wanted = list(AuditEvent.objects.order_by("-id").values_list("id", flat=True))
    found, address = [], f"{THINGS}?limit=3"
    while address:
        page = _call(secret, address=address).json()
        found += [row["id"] for row in page["items"]]
        last, address = page, page["next"]
    assert found == wanted
    back = _call(secret, address=last["previous"]).json()
    assert [row["id"] for row in back["items"]] == wanted[3:6]


def test_a_page_costs_the_same_wherever_it_is():
    secret = _key()
    for number in range(9):
        audit.record(f"test.thing.done{number}", by=BY)
    first = _call(secret, address=f"{THINGS}?limit=3").json()
    counts = []
    for address in (f"{THINGS}?limit=3", first["next"]):
        with CaptureQueriesContext(connection) as queries:
            _call(secret, address=address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- doing a thing once ----------------------------------------------------------------------------------------------


def _post(secret, key, name="a", **more):
    return _call(secret, "post", body={"name": name}, Idempotency_Key=key, **more)


def test_the_same_post_again_is_answered_the_same_and_done_once():
    secret = _key()
    first, again = _post(secret, "k1"), _post(secret, "k1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again["Location"] == first["Location"] == "/things/1"
    assert again["Idempotency-Replayed"] == "true"
    assert again["Content-Type"] == first["Content-Type"]
    assert _done_count() == 1


def test_another_request_under_the_same_key_is_refused():
    secret = _key()
    _post(secret, "k1")
    other = _post(secret, "k1", name="b")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.other_request")


def test_keys_belong_to_their_caller():
    assert _post(_key(), "k1").json() == {"name": "a", "count": 1}
    assert _post(_key(), "k1").json() == {"name": "a", "count": 2}


@pytest.mark.parametrize("name", ["too long", "clash", "crash"])
def test_an_error_keeps_nothing_neither_answer_nor_work(name):
    secret = _key()
    assert _post(secret, "k1", name=name).status_code >= 400
    assert not IdempotentAnswer.objects.exists()
    if name != "crash":
        assert _post(secret, "k1").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_work_that_broke_under_a_key_left_nothing_behind():
    secret = _key()
    assert _post(secret, "k1", name="crash").status_code == 500
    assert _done_count() == 0


@pytest.mark.parametrize("key", ["", "x" * 256, "ü"])
def test_a_key_that_is_none(key):
    assert _post(_key(), key).status_code == 422


def test_after_a_day_the_key_is_free_again():
    secret = _key()
    _post(secret, "k1")
    IdempotentAnswer.objects.update(created_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))
    assert _post(secret, "k1").json()["count"] == 2
    assert forget_answers(before=timezone.now() - KEPT_FOR) == 0
    assert forget_answers(before=timezone.now()) == 1


def test_the_kept_answer_can_not_be_read_in_the_database():
    _post(_key(), "k1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM foundation_idempotentanswer")
        assert cursor.fetchone()[0].startswith("e1.")


@pytest.mark.django_db(transaction=True)
def test_fifty_twins_at_once_do_it_once():
    secret = _key()
    answers = []

    def post():
        answers.append(_post(secret, "k1"))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _done_count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert (
        len([answer for answer in answers if answer.status_code == 201 and "Idempotency-Replayed" not in answer]) == 1
    )
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency.under_way"}


def test_a_body_that_is_too_large_is_a_problem_too(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = _post(_key(), "k1", name="x" * 1000)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


# --- preconditions and limits ----------------------------------------------------------------------------------------


def test_a_change_says_which_state_it_saw():
    secret = _key()
    assert _call(secret, "patch", body={}).status_code == 428
    assert _call(secret, "patch", body={}, If_Match='"old"').status_code == 412
    assert _call(secret, "patch", body={}, If_Match=f'"old", {etag_of("thing", 1)}').status_code == 200


def test_what_is_left_of_the_minute_stands_in_the_headers(monkeypatch, settings):
    settings.STEWARD_API_PER_MINUTE = 2
    used = iter([1, 2, 3])
    monkeypatch.setattr(rate_limits, "_count", lambda key: next(used))
    secret = _key()
    first, second, third = (_call(secret) for _ in range(3))
    assert first["RateLimit-Policy"] == '"default";q=2;w=60'
    assert first["RateLimit"].startswith('"default";r=1;t=')
    assert (second.status_code, third.status_code) == (200, 429)
    assert 0 < int(third["Retry-After"]) <= 61
    assert third["RateLimit"].startswith('"default";r=0;t=')


def test_without_redis_nobody_is_held_back(settings, monkeypatch):
    monkeypatch.undo()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    rate_limits._client.cache_clear()
    try:
        assert _call(_key()).status_code == 200
    finally:
        rate_limits._client.cache_clear()


# --- the description -------------------------------------------------------------------------------------------------


def test_the_description_is_valid_openapi_3_1(tmp_path):
    import yaml

    file = tmp_path / "schema.yaml"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--urlconf", "tests.foundation.urls", "--file", str(file)
    )
    schema = yaml.safe_load(file.read_text())
    assert schema["openapi"] == "3.1.1"
    things = schema["paths"]["/api/v1/test/things"]
    assert {one["name"] for one in things["get"]["parameters"]} == {"action", "cursor", "limit"}
    listed = things["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert schema["components"]["schemas"][listed]["required"] == ["items", "next", "previous"]
    assert [one["name"] for one in things["post"]["parameters"]] == ["Idempotency-Key"]
    assert {"400", "401", "403", "409", "422", "429"} <= things["post"]["responses"].keys()


def test_the_browsable_description_needs_no_inline_script_or_style():
    page = Client().get("/api/docs/").content.decode()
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=") == 3
    assert Client().get("/api/docs/?script=").status_code == 200
