"""The API keeps to its description: valid OpenAPI 3.1.1, no warning, and every answer as it says, whatever is sent."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.factories.api import SCOPES, Caller, claim_body, make_caller, make_case
from tests.factories.employers import make_other_coverage
from tests.factories.plans import make_network, make_participation, make_provider, make_schedule
from tests.factories.screens import (
    make_authorization,
    make_bank,
    make_claim,
    make_contract,
    make_file,
    make_funding_request,
    make_invoice,
    make_overpayment,
    make_reprocessing,
    make_returns,
    make_stop_loss,
    make_what_if,
    make_world,
)
from tpa.foundation.api import rate_limits
from tpa.foundation.models import Document, Role
from tpa.wsgi import application

pytestmark = pytest.mark.django_db

# For each operation, good and bad: what the suite may spend. More finds more.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "12"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.allow_header_conformance,
    checks.unsupported_method,
    checks.ignored_auth,
]


@pytest.fixture(autouse=True)
def _no_shared_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_count", lambda key: 1)


@pytest.fixture(scope="module")
def api() -> Any:
    """The description as it is served, with the application behind it."""
    described = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    described.app, described.location = application, "/api/schema/"
    return described


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A server closes connections between requests; the test's transaction lives in one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def caller() -> Caller:
    """Somebody whom every door lets in."""
    return make_caller(Role.EXAMINER, Role.TPA_MANAGER, Role.SETUP, scopes=(*SCOPES, "bank:read", "bank:write"))


@pytest.fixture
def known(caller: Caller) -> dict[str, str]:
    """Something real for each parameter of an address."""
    world = make_world()
    claim = make_claim(world, world.members[0], status="paid")
    invoice = make_invoice(world, make_contract(world), claim)
    file = make_file()
    network = make_network()
    make_participation(make_provider(), network, make_schedule())
    payment = claim.payment_items.get().payment
    policy, asked = make_stop_loss(world)
    return {
        "claim_number": claim.claim_number,
        "employer_id": f"employer_{world.employer.pk}",
        "cover_id": f"cover_{make_other_coverage(world.members[0]).pk}",
        "member_id": f"member_{world.members[0].pk}",
        "file_id": f"file_{file.pk}",
        "document_id": f"document_{Document.objects.get(answers=file).pk}",
        "invoice_id": f"invoice_{invoice.pk}",
        "authorization_number": make_authorization(world).number,
        "reprocessing_id": f"reprocessing_{make_reprocessing(claim).pk}",
        "policy_id": f"policy_{policy.pk}",
        "request_id": f"request_{asked.pk}",
        "run_id": f"run_{payment.run_id}",
        "returns_id": f"returns_{make_returns(world, caller.user).pk}",
        "bank_file_id": f"bankfile_{make_bank(world, caller.user)['bank_file_id']}",
        "funding_request_id": f"funding_{make_funding_request(world).pk}",
        "recovery_number": make_overpayment(world, claim).number,
        "what_if_id": f"whatif_{make_what_if(world).pk}",
        "number": "1",
        "code": world.plan.code,
    }


def operations(api: Any) -> Iterator[Any]:
    for found in api.get_all_operations():
        yield found.ok()


def test_the_description_is_valid_and_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def test_every_operation_says_what_it_does_and_how_it_fails(api: Any) -> None:
    assert api.raw_schema["openapi"] == "3.1.1"
    names: set[str] = set()
    for path, methods in api.raw_schema["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation.get("summary") or operation.get("description"), where
            assert operation["operationId"] not in names, where
            names.add(operation["operationId"])
            assert operation["security"], where
            assert {"400", "401", "403", "404", "429", "500"} <= operation["responses"].keys(), where
            assert all(response.get("description", "$ref") for response in operation["responses"].values()), where
            for response in operation["responses"].values():
                for answer in response.get("content", {}).values():
                    reference = answer["schema"].get("$ref", "")
                    if reference.rpartition("/")[2].startswith("Paginated"):
                        assert {"cursor", "limit"} <= {one["name"] for one in operation["parameters"]}, where


def test_money_is_a_string_and_ids_are_strings(api: Any) -> None:
    for name, schema in api.raw_schema["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            if field.endswith("_amount") or field == "id":
                kind = described.get("type", "string")
                assert "number" not in kind, f"{name}.{field}"
                assert "integer" not in kind, f"{name}.{field}"


def _run(operation: Any, caller: Caller, mode: GenerationMode, known: dict[str, str] | None) -> None:
    @hypothesis_settings(
        max_examples=EXAMPLES,
        phases=[Phase.explicit, Phase.generate],
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        if known is not None and case.path_parameters:
            case.path_parameters.update({name: known[name] for name in case.path_parameters})
        case.call_and_validate(headers={"Authorization": f"Bearer {caller.secret}"}, checks=CHECKS)

    check()


@pytest.mark.parametrize("what", ["good", "good, and known", "bad"])
def test_whatever_is_sent_the_answer_is_as_described(
    api: Any, caller: Caller, known: dict[str, str], what: str
) -> None:
    for operation in operations(api):
        if what == "good, and known" and "{" not in operation.path:
            continue
        mode = GenerationMode.NEGATIVE if what == "bad" else GenerationMode.POSITIVE
        _run(operation, caller, mode, known if "known" in what else None)


def test_what_is_there_is_read_as_described(api: Any, caller: Caller, known: dict[str, str]) -> None:
    """Each address that reads answers 200 for what is there, and says what it promised."""
    elsewhere = {"/api/v1/networks/{code}/providers", "/api/v1/plans/{code}/versions/{number}"}
    for operation in operations(api):
        if operation.method.upper() != "GET" or operation.path in elsewhere or operation.path.endswith("document_id}"):
            continue
        wanted = re.findall(r"{(\w+)}", operation.path)
        case = operation.Case(path_parameters={name: known[name] for name in wanted})
        answer = case.call(headers={"Authorization": f"Bearer {caller.secret}"})
        assert answer.status_code == 200, operation.label
        case.validate_response(answer, checks=CHECKS[:5])


def test_a_claim_that_is_sent_is_answered_as_described(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tpa.foundation.bell.ring", lambda task, *args: None)
    partner = make_caller(Role.PARTNER)
    case = api["/api/v1/claims"]["POST"].Case(body=claim_body(make_case()), media_type="application/json")
    answer = case.call(headers={"Authorization": f"Bearer {partner.secret}", "Idempotency-Key": "k1"})
    assert answer.status_code == 201
    case.validate_response(answer, checks=CHECKS[:5])


def test_the_page_for_people_is_ours_and_stands_under_the_strict_policy(client: Any) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"(?:src|href)=\"https?://", text)
    assert "'unsafe" not in page["Content-Security-Policy"]
    for address in re.findall(r"(?:src|href)=\"(/static/[^\"]+)\"", text):
        from django.contrib.staticfiles import finders

        assert finders.find(address.removeprefix("/static/")), address


def test_the_description_can_be_had_as_json_and_yaml(client: Any) -> None:
    assert json.loads(client.get("/api/schema/?format=json").content)["openapi"] == "3.1.1"
    assert client.get("/api/schema/").content.startswith(b"openapi: 3.1.1")
