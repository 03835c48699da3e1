"""What people do from screens works under the web's database role; what workers do, under theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection

from claims.adjustments.void_claim import void_claim
from claims.payments.run_payments import run_payments
from employers.models import Employer
from tests.factories.payments import ENGINE, make_decided, make_world
from tests.factories.tpa import JANUARY, enrol, flat, make_contract, pepm, per_claim
from tests.factories.users import as_web, make_scope
from tpa.billing.close_month import close_month
from tpa.billing.issue_credit import issue_credit
from tpa.billing.settle_invoice import settle_invoice
from tpa.contracts.draft_contract import ContractTerms, draft_contract
from tpa.contracts.end_contract import end_contract
from tpa.contracts.set_authority_limit import set_authority_limit
from tpa.contracts.sign_contract import sign_contract
from tpa.foundation.models import Role

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def as_worker() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE steward_worker")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@time_machine.travel("2026-02-02", tick=False)
def test_a_month_of_work_under_the_roles_that_do_it(settings: Any) -> None:
    world = make_world(Employer.FundingMode.TPA_ADVANCE)
    contract = make_contract(world, pepm("40.00"), per_claim("2.00"), flat("100.00"))
    enrol(world)
    first, second = make_decided(world, "150.00"), make_decided(world, "150.00")
    manager = make_scope(Role.TPA_MANAGER)
    with as_web(manager):
        void_claim(claim_id=second.pk, by=manager.actor, because="sent twice")
    with as_worker():
        done = run_payments(employer_id=world.employer.pk, on=date(2026, 1, 20), by=ENGINE)
        invoice = close_month(contract_id=contract.pk, month_on=JANUARY, by=ENGINE)
    assert done is not None
    assert (done.paid_amount, invoice.total_amount) == (Decimal("80.00"), Decimal("222.00"))
    settings.DB_ROLE = "web"
    with as_web(manager):
        void_claim(claim_id=first.pk, by=manager.actor, because="another plan's member")
        line = invoice.lines.get(fee__kind="flat")
        issue_credit(invoice_id=invoice.pk, amounts={line.pk: Decimal(22)}, because="agreed", by=manager.actor)
        settle_invoice(
            invoice_id=invoice.pk,
            amount=Decimal(200),
            received_on=date(2026, 2, 2),
            bank_reference="W",
            by=manager.actor,
        )
        set_authority_limit(
            contract_id=contract.pk, role="engine", amount=Decimal(1), starts_on=JANUARY, section="7", by=manager.actor
        )
        end_contract(contract_id=contract.pk, ends_on=date(2026, 3, 1), by=manager.actor, because="renewed")
        renewed = draft_contract(
            employer_id=world.employer.pk,
            terms=ContractTerms(number="ASA-NEXT", starts_on=date(2026, 3, 1)),
            by=manager.actor,
        )
        sign_contract(contract_id=renewed.pk, signed_on=date(2026, 2, 2), by=manager.actor)
    settings.DB_ROLE = "worker"
    with as_worker():
        taken_back = run_payments(employer_id=world.employer.pk, on=date(2026, 2, 2), by=ENGINE)
    assert taken_back is not None
    assert taken_back.claim_count == 1
