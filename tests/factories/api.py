"""Callers of the API: a key of somebody with a role, and a claim as such a caller sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from employers.models import Member
from plans.models import Provider
from tests.factories.employers import make_coverage, make_employer, make_family, make_member, offer
from tests.factories.plans import make_provider
from tests.factories.users import make_user
from tpa.foundation import api_keys
from tpa.foundation.audit import Actor
from tpa.foundation.models import User

SCOPES = (
    "claims:read",
    "claims:write",
    "members:read",
    "members:write",
    "invoices:read",
    "invoices:write",
    "plans:read",
    "plans:write",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls with the secret of one key."""

    user: User
    secret: str

    def get(self, address: str, **headers: str) -> HttpResponse:
        """GET below /api/v1/, or a whole address as a page's `next` gives it."""
        return Client(raise_request_exception=False).get(_whole(address), headers=self._headers(headers))

    def post(self, address: str, body: Any, content_type: str = "application/json", **headers: str) -> HttpResponse:
        """POST below /api/v1/."""
        client = Client(raise_request_exception=False)
        return client.post(_whole(address), body, content_type=content_type, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.secret}", **named}


def make_caller(
    *roles: str, employer_id: int | None = None, sees_ssn: bool = False, scopes: tuple[str, ...] = SCOPES
) -> Caller:
    """A system with a key for everything that its roles allow."""
    user = make_user(*roles, employer_id=employer_id, sees_ssn=sees_ssn)
    _key, secret = api_keys.issue(user=user, name="test", scopes=scopes, by=Actor.system("tests"))
    return Caller(user, secret)


@dataclass(frozen=True, slots=True)
class Case:
    """A covered member and a provider."""

    member: Member
    provider: Provider


def make_case() -> Case:
    """A subscriber of a new employer, covered through 2026."""
    employer = make_employer()
    member = make_member(make_family(employer))
    make_coverage(member, offer(employer))
    # Whole: a test that goes on as a web process sees no rows of its own.
    return Case(Member.objects.select_related("family", "employer").get(pk=member.pk), make_provider())


def claim_body(case: Case, **changes: Any) -> dict[str, Any]:
    """Two services, as JSON."""
    lines = [
        {
            "number": number,
            "billed_amount": amount,
            "service_from": "2026-05-04",
            "service_to": "2026-05-04",
            "procedure_code": code,
            "place_of_service": "11",
            "diagnosis_pointers": [1],
        }
        for number, code, amount in ((1, "99213", "120.00"), (2, "36415", "15.50"))
    ]
    body = {
        "kind": "P",
        "patient_control_number": "PC-1",
        "billed_amount": "135.50",
        "subscriber": {
            "last_name": case.member.last_name,
            "first_name": case.member.first_name,
            "number": case.member.family.subscriber_number,
            "birth_on": case.member.birth_on.isoformat() if case.member.birth_on else None,
            "sex": case.member.sex,
        },
        "group_number": case.member.employer.code,
        "billing_provider": {"name": case.provider.name, "npi": case.provider.npi, "tin": case.provider.payee.tin},
        "facility_code": "11",
        "diagnoses": ["J069"],
        "lines": lines,
    }
    return {**body, **changes}


def become_web() -> None:
    """From here on this connection is one of a web process: bound by row-level security, and refused COPY."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE steward_web")


def _whole(address: str) -> str:
    return address if address.startswith(("/", "http")) else f"/api/v1/{address}"
