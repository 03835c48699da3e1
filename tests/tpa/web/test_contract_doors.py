"""A contract from its draft to its end on screens: fees, guarantees, limits, reports, amendment, audit samples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from employers.models import Employer
from tests.factories.payments import World, make_decided, make_world
from tests.factories.queries import few_queries
from tests.factories.tpa import exempt, make_contract
from tests.factories.users import make_user
from tests.tpa.test_close_month import pay
from tpa.foundation.models import ApprovalLimit, Role
from tpa.models import AuditSample, Contract, ContractFee, Guarantee, ReportDelivery

pytestmark = pytest.mark.django_db

D = Decimal
TERMS = {
    "scope": "claims administration | 2.1\nsubrogation | 2.4", "reports": "claims lag | monthly | 6.1",
    "lookback_months_count": "3", "starts_until_day": "1", "ends_from_day": "1", "invoice_due_days": "20",
    "reminder_days": "21, 7", "run_out_months_count": "6", "renewal_notice_days": "90", "write_off_limit_amount": "500",
    "renews_itself": "on",
}  # fmt: skip
GUARANTEE = {
    "name": "Turnaround", "measure": "turnaround", "cadence": "quarter", "within_days": "14", "target_percent": "95",
    "at_risk_percent": "20", "weight_percent": "30", "section": "9.2", "starts_on": "2026-01-01",
    **dict.fromkeys(
        ("standard", "criteria", "damages", "population", "sampling", "frequency", "measured_by"), "as agreed"
    ),
}  # fmt: skip


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def do(manager: Client, contract: Contract, what: str, row: int = 0, **form: str) -> str:
    url = reverse("tpa:contract_work", args=[contract.pk, what]) + (f"?row={row}" if row else "")
    with few_queries():
        assert manager.get(url).status_code == 200
    return manager.post(url, form, follow=True).content.decode()


def test_a_contract_is_drafted_filled_and_signed(manager: Client, world: World) -> None:
    url = reverse("tpa:draft_contract")
    assert "Draft a contract" in manager.get(reverse("tpa:contracts")).content.decode()
    assert manager.get(url).status_code == 200
    form = {**TERMS, "number": "ASA-1", "employer": str(world.employer.pk), "starts_on": "2026-01-02"}
    answer = manager.post(url, form)
    assert answer.status_code == 422
    assert "begin and end with a month" in answer.content.decode()
    assert "subrogation | 2.4" in answer.content.decode(), "what was typed stays"
    manager.post(url, {**form, "starts_on": "2026-01-01"})
    contract = Contract.objects.get()
    terms = contract.versions.get()
    assert (contract.status, terms.scope, terms.reminder_days) == (
        "draft", [["claims administration", "2.1"], ["subrogation", "2.4"]], [7, 21],
    )  # fmt: skip
    assert terms.governance == {"reports": [["claims lag", "monthly", "6.1"]]}
    assert (terms.renews_itself, terms.by_division, terms.write_off_limit_amount) == (True, False, D("500.00"))
    fee = {"name": "Administration", "kind": "pepm", "purpose": "administration", "section": "4.1"}
    assert "The fee is added" in do(manager, contract, "fee", **fee, starts_on="2026-01-01", amount="34.50", tier="EE")
    assert "no plan of this code" in do(manager, contract, "fee", **fee, starts_on="2026-01-01", amount="1", plan="x")
    assert "either an amount or a per cent" in do(
        manager, contract, "fee", **{**fee, "kind": "of_savings"}, starts_on="2026-01-01", amount="1"
    )
    assert "may not serve there" in do(manager, contract, "sign", signed_on="2025-12-15")
    exempt(world.employer.state)
    assert "in force" in do(manager, contract, "sign", signed_on="2025-12-15")
    contract.refresh_from_db()
    assert (contract.status, contract.signed_on) == ("in_force", date(2025, 12, 15))


def test_an_amendment_is_previewed_and_stands(manager: Client, world: World) -> None:
    contract = make_contract(world)
    fee = contract.fees.get()
    url = reverse("tpa:contract_work", args=[contract.pk, "amend"])
    page = manager.get(url).content.decode()
    assert fee.name in page
    form = {
        **TERMS, "renews_itself": "", "starts_on": "2026-03-01", "signed_on": "2026-02-20", "because": "renegotiated",
        "ends_fees": str(fee.pk),
    }  # fmt: skip
    page = manager.post(url, {**form, "preview": "1"}).content.decode()
    assert "What it would change" in page
    assert "claims administration | 2.1" in page
    assert contract.versions.count() == 1
    manager.post(url, form)
    latest = contract.versions.get(number=2)
    assert (latest.starts_on, latest.invoice_due_days, latest.because) == (date(2026, 3, 1), 20, "renegotiated")
    fee.refresh_from_db()
    assert fee.period.upper == date(2026, 3, 1)
    page = manager.get(reverse("tpa:contract", args=[contract.pk])).content.decode()
    assert "renegotiated" in page
    assert "version 2" in page
    form.pop("ends_fees")
    assert "later one, stands" in manager.post(url, form).content.decode()


def test_fees_limits_guarantees_and_reports_are_added_and_ended(manager: Client, world: World) -> None:
    contract = make_contract(world)
    assert "The guarantee is added" in do(manager, contract, "guarantee", **GUARANTEE)
    assert Guarantee.objects.get().within_days == 14
    assert "more than 100 per cent" in do(manager, contract, "guarantee", **{**GUARANTEE, "weight_percent": "80"})
    do(manager, contract, "limit", role="examiner", amount="10000", starts_on="2026-02-01", section="5")
    limit = ApprovalLimit.objects.get()
    assert (limit.role, limit.limit_amount) == ("examiner", D("10000.00"))
    do(manager, contract, "report", name="Claims lag", due_on="2026-02-15")
    report = ReportDelivery.objects.get()
    page = do(manager, contract, "deliver", report.pk, delivered_on="2026-02-20")
    assert "late" in page
    assert "was delivered" in do(manager, contract, "deliver", report.pk, delivered_on="2026-02-21")
    fee = ContractFee.objects.get()
    assert "has its end" in do(manager, contract, "end-fee", fee.pk, ends_on="2026-06-01", because="replaced")
    assert "no such fee" in do(manager, contract, "end-fee", 0, ends_on="2026-06-01", because="replaced")
    page = do(manager, contract, "end", ends_on="2026-07-01", because="gone")
    assert "has its end" in page
    contract.refresh_from_db()
    assert (contract.status, contract.period.upper) == ("ended", date(2026, 7, 1))


def test_only_managers_change_contracts(client: Client, world: World) -> None:
    contract = make_contract(world)
    client.force_login(make_user(Role.AUDITOR))
    page = client.get(reverse("tpa:contract", args=[contract.pk])).content.decode()
    assert "Amend" not in page
    assert client.get(reverse("tpa:contract_work", args=[contract.pk, "amend"])).status_code == 403
    assert client.get(reverse("tpa:draft_contract")).status_code == 403


def test_there_is_no_other_work(manager: Client, world: World) -> None:
    contract = make_contract(world)
    assert manager.get(reverse("tpa:contract_work", args=[contract.pk, "shred"])).status_code == 404
    assert manager.get(reverse("tpa:contract_work", args=[0, "sign"])).status_code == 404


def test_the_page_shows_renewal_marks_and_where_we_serve(manager: Client, world: World) -> None:
    contract = make_contract(world, ends_on=date(2027, 1, 1))
    with few_queries(34):
        page = manager.get(reverse("tpa:contract", args=[contract.pk])).content.decode()
    assert "180 days ahead" in page
    assert "Where we serve by it" in page
    assert "exempt: invented" in page


def test_samples_are_drawn_and_audited(manager: Client, client: Client, world: World) -> None:
    make_contract(world)
    claim = make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    url = reverse("tpa:audit_samples", args=[world.employer.pk])
    assert "No sample drawn yet" in manager.get(url).content.decode()
    manager.post(url, {"do": "draw", "since": "2026-01-01", "before": "2026-02-01", "count": "5"})
    sample = AuditSample.objects.get()
    assert sample.claim_number == claim.claim_number
    with few_queries():
        assert claim.claim_number in manager.get(url).content.decode()
    form = {"do": "record", "sample": sample.pk, "correct_amount": "70.00", "finding": ""}
    assert "Say what was wrong" in manager.post(url, form, follow=True).content.decode()
    manager.post(url, {**form, "finding": "wrong schedule", "is_handled_right": "on"})
    sample.refresh_from_db()
    assert (sample.status, sample.correct_amount, sample.is_handled_right) == ("audited", D("70.00"), True)
    assert "wrong schedule" in manager.get(url).content.decode()
    assert "Draw from 1 to" in manager.post(url, {"do": "draw", "count": "0"}, follow=True).content.decode()
    assert manager.get(reverse("tpa:audit_samples", args=[0])).status_code == 404
