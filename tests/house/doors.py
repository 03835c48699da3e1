"""Every address of the house as a door to knock at, and who knocks: for the access matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.cookies import SimpleCookie
from typing import Any
from unittest import mock

from django.contrib.admindocs.views import simplify_regex
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from claims.models import Claim
from claims.recoveries.open_third_party_case import open_third_party_case
from plans.models import PlanVersion
from tests.factories import screens
from tests.factories.employers import make_other_coverage
from tests.factories.plans import make_network
from tests.factories.users import make_scope, make_user
from tpa.foundation import bell
from tpa.foundation.api import rate_limits
from tpa.foundation.documents.keep_document import PDF, Written, keep_document
from tpa.foundation.models import AuditEvent, Document, EdiFile, Role, User

ANONYMOUS = "anonymous"
KNOCKERS = (ANONYMOUS, *Role.values)
OWN, OTHER, NONE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Door:
    """One address: its pattern as people read it, its name, and what its parameters are called and written like."""

    label: str
    name: str
    converters: dict[str, Any] = field(hash=False)

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"<(\w+)>", self.label)


def doors() -> list[Door]:
    """All of them, by their label."""
    return sorted(_doors(get_resolver().url_patterns, "", "", {}), key=lambda door: door.label)


def _doors(patterns: list[Any], prefix: str, namespace: str, converters: dict[str, Any]) -> Iterator[Door]:
    for pattern in patterns:
        whole = prefix + str(pattern.pattern)
        known = converters | dict(getattr(pattern.pattern, "converters", {}))
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _doors(pattern.url_patterns, whole, inner, known)
        elif isinstance(pattern, URLPattern):
            label = re.sub(r"<\w+:(\w+)>", r"<\1>", simplify_regex(whole).lstrip("/"))
            yield Door(label, namespace + (pattern.name or ""), known)


class Knockers:
    """One person for each role, at home with the first of two employers; and what there is to be seen of both."""

    def __init__(self) -> None:
        with mock.patch.object(bell, "ring"):
            mine, theirs = screens.make_world("Mine", families=2), screens.make_world("Theirs", families=2)
            users = {role: make_user(role, employer_id=_home(role, mine.employer.pk)) for role in Role.values}
            other_partner = make_user(Role.PARTNER)
            halves = [_half(mine, users[Role.PARTNER]), _half(theirs, other_partner)]
        self.values: dict[str, list[Any]] = {
            name: [half[name] for half in halves] + [_none_like(halves[0][name])] for name in halves[0]
        }
        self.values |= _without_employer(mine.plan)
        self._clients: dict[str, Client] = {ANONYMOUS: Client(raise_request_exception=False)}
        for role, user in users.items():
            self._clients[role] = Client(raise_request_exception=False)
            self._clients[role].force_login(user)
        self._cookies = {who: client.cookies.output() for who, client in self._clients.items()}

    def knock(self, who: str, method: str, door: Door, which: int) -> tuple[HttpResponse, list[str]]:
        """What somebody gets at a door, and what was recorded as read. Nothing of it stays."""
        client = self._clients[who]
        client.cookies = SimpleCookie(self._cookies[who].replace("Set-Cookie: ", ""))
        address = "/" + self._address(door, which)
        sent = {"data": b"{}", "content_type": "application/json"} if door.label.startswith("api/v1/") else {}
        with (
            mock.patch.object(rate_limits, "_count", return_value=1),
            mock.patch.object(bell, "ring"),
            transaction.atomic(),
        ):
            before = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
            answer = client.get(address) if method == "GET" else client.generic(method, address, **sent)
            read = AuditEvent.objects.filter(id__gt=before, action__endswith=".read")
            kinds = sorted({action.removesuffix(".read") for action in read.values_list("action", flat=True)})
            transaction.set_rollback(True)
        return answer, kinds

    def _address(self, door: Door, which: int) -> str:
        address = door.label
        for name in door.parameters:
            known = self.values.get(f"{door.name}.{name}") or self.values.get(name)
            if known is None:
                raise LookupError(f"{door.label}: say in tests/house/doors.py what {name} may be")
            converter = door.converters.get(name)
            value = known[which]
            address = address.replace(f"<{name}>", str(converter.to_url(value) if converter else value))
        return address


def _home(role: str, employer_id: int) -> int | None:
    """A partner's system sends for all employers: what it sees is what it sent."""
    return None if role == Role.PARTNER else employer_id


def _half(world: screens.World, partner: User) -> dict[str, Any]:
    """What there is of one employer, by the names that parameters of addresses have; sent in by a partner."""
    claim = screens.make_claim(world, world.members[0], status="paid")
    Claim.objects.filter(pk=claim.pk).update(sent_by_id=partner.pk)
    contract = screens.make_contract(world)
    invoice = screens.make_invoice(world, contract, claim)
    payment = claim.payment_items.get().payment
    returns = screens.make_returns(world, partner)
    file = screens.make_file(f"{world.employer.code}.837")
    EdiFile.objects.filter(pk=file.pk).update(sent_by_id=partner.pk)
    answer = Document.objects.get(answers=file).pk
    policy, asked = screens.make_stop_loss(world)
    stop_loss_paper = _paper("SL_PACKET", "tpa.stoplossrequest", asked.pk, world.employer.pk).pk
    reprocessing = screens.make_reprocessing(claim)
    invoice_paper = _paper("INVOICE_PDF", "tpa.invoice", invoice.pk, world.employer.pk).pk
    payment_paper = _paper("835", "claims.payment", payment.pk, world.employer.pk).pk
    bank_paper = _paper("ACH", "claims.paymentrun", payment.run_id, world.employer.pk).pk
    contract_paper = _paper("CONTRACT", "tpa.contract", contract.pk, world.employer.pk).pk
    bank = screens.make_bank(world, partner)
    overpayment = screens.make_overpayment(world, claim)
    accident = open_third_party_case(
        member_id=world.members[0].pk,
        accident_on=date(2026, 1, 5),
        kind="auto",
        because="police report",
        by=make_scope(Role.SENIOR_EXAMINER),
    )
    return {
        **bank,
        "account_id": world.account.pk,
        "funding_request_id": screens.make_funding_request(world).pk,
        "authorization_number": screens.make_authorization(world).number,
        "claim_id": claim.pk,
        "claim_number": claim.claim_number,
        "contract_id": contract.pk,
        "cover_id": make_other_coverage(world.members[0]).pk,
        "employer_id": world.employer.pk,
        "file_id": file.pk,
        "invoice_id": invoice.pk,
        "member_id": world.members[0].pk,
        "overpayment_number": overpayment.number,
        "policy_id": policy.pk,
        "recovery_number": overpayment.number,
        "request_id": asked.pk,
        "reprocessing_id": reprocessing.pk,
        "run_id": payment.run_id,
        "instrument_id": payment.instruments.get().pk,
        "return_file_id": returns.pk,
        "returns_id": returns.pk,
        "claims_api:bank_document.document_id": bank_paper,
        "third_party_number": accident.number,
        "what_if_id": screens.make_what_if(world).pk,
        "claims:document.document_id": payment_paper,
        "claims:edi_file_answer.document_id": answer,
        "claims_api:answer.document_id": answer,
        "claims_api:run_document.document_id": payment_paper,
        "tpa:contract_work.what": "fee",
        "tpa:contract_paper.document_id": contract_paper,
        "tpa:invoice_document.document_id": invoice_paper,
        "tpa_api:document.document_id": invoice_paper,
        "tpa:stop_loss_document.document_id": stop_loss_paper,
    }


def _paper(kind: str, subject_type: str, subject_id: int, employer_id: int) -> Document:
    written = Written(
        kind=kind,
        name=f"{kind}-{subject_id}",
        data=f"{kind} {subject_id}".encode(),
        media_type=PDF,
        subject_type=subject_type,
        subject_id=subject_id,
        employer_id=employer_id,
    )
    return keep_document(written, at=timezone.now())


def _none_like(value: Any) -> Any:
    return "00000000000" if isinstance(value, str) else 0


def _without_employer(plan: Any) -> dict[str, list[Any]]:
    """Parameters that name nothing of an employer: the same for own and other."""
    version = PlanVersion.objects.create(
        plan=plan,
        number=1,
        status=PlanVersion.Status.PUBLISHED,
        status_at=timezone.now(),
        published_at=timezone.now(),
        effective=("2026-01-01", None),
        source="plan: x",
        document={"plan": plan.code},
        content_hash="0" * 64,
    )
    network = make_network()

    def same(there: Any, none: Any) -> list[Any]:
        return [there, there, none]

    return {
        "code": same(plan.code, "none"),
        "plans_api:providers.code": same(network.code, "none"),
        "version_id": same(version.pk, 0),
        "number": same(1, 99),
        "name": same("conflict", "none"),
        # Doors of other packages.
        "uidb36": same("1", "0"),
        "key": same("set-password", "none"),
        "pk": same(1, 0),
        "object_id": same("1", "0"),
        "content_type_id": same("1", "0"),
        "app_label": same("foundation", "none"),
        "url": same("nowhere", "nowhere"),
    }
