"""What is agreed and owed, in a browser: contracts with guarantees, licences, receivables; full, narrow and dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from employers.models import Employer
from tests.factories.payments import ENGINE, make_decided, make_world
from tests.factories.tpa import enrol, flat, make_contract, pepm
from tests.factories.users import make_user
from tests.tpa.test_close_month import FEBRUARY, JANUARY, MARCH, close, pay
from tests.tpa.test_guarantees import decided_after, measure, words
from tpa.billing.audit_samples import draw_audit_sample
from tpa.billing.dispute_line import dispute_line
from tpa.billing.record_receipt import Pays, ReceiptWords, record_receipt
from tpa.billing.write_off import ask_write_off
from tpa.contracts.add_guarantee import add_guarantee
from tpa.contracts.amend_contract import Amendment, amend_contract
from tpa.contracts.licences import LicenceWords, add_licence
from tpa.contracts.renewals import note_renewals
from tpa.foundation.access import system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.models import Role
from tpa.foundation.parameters import load_parameters
from tpa.models import Invoice

Visit = Callable[..., Any]
Check = Callable[[Any], None]
D = Decimal


def a_year() -> list[str]:
    """An employer with all that there can be; the addresses that show it."""
    load_parameters()
    world = make_world(Employer.FundingMode.TPA_ADVANCE)
    contract = make_contract(
        world, flat("10000.00"), pepm("40.00"), ends_on=date(2027, 1, 1), write_off_limit_amount=D("100.00"),
        reminder_days=(7, 30), scope=(("Claims administration", "2.1"),),
        governance={"reports": (("Claims paid", "monthly", "6.1"),)},
    )  # fmt: skip
    guarantee = add_guarantee(contract_id=contract.pk, terms=words(legal_review_on=None), by=ENGINE)
    coverage = enrol(world)
    for days in (3, 20, None):
        decided_after(world, days)
    make_decided(world, "150.00")
    pay(world, date(2026, 1, 20))
    invoices = [close(contract, month) for month in (JANUARY, FEBRUARY, MARCH)]
    result = measure(guarantee)
    amendment = Amendment(date(2026, 9, 1), "a longer look-back", date(2026, 8, 1), {"lookback_months_count": 4})
    amend_contract(contract_id=contract.pk, amendment=amendment, by=ENGINE)
    words_ = ReceiptWords(
        D("10200.00"), date(2026, 2, 10), "ACH 22107", pays=(Pays(invoices[0].pk, D("10000.00"), "a fee disputed"),)
    )
    record_receipt(employer_id=world.employer.pk, words=words_, by=ENGINE)
    ask_write_off(invoice_id=invoices[1].pk, amount=D("140.00"), because="four who left", by=Actor.system("x"))
    dispute_line(
        invoice_id=invoices[2].pk, line_id=invoices[2].lines.get(fee__kind="flat").pk, amount=D("500.00"),
        because="agreed at 9,500", by=Actor.system("x"),
    )  # fmt: skip
    today = timezone.localdate()
    add_licence(words=LicenceWords("licence", "PA", "TPA-77", "PA", today, today + timedelta(days=55)), by=ENGINE)
    note_renewals(on=today, scope=system_scope("test"), by=ENGINE)
    draw_audit_sample(employer_id=world.employer.pk, since=JANUARY, before=FEBRUARY, count=2, by=ENGINE)
    coverage.member.state = "TX"
    coverage.member.save(update_fields=["state"])
    return [
        f"/contracts/{contract.pk}/?result={result.pk}",
        "/contracts/",
        "/licences/",
        "/receivables/",
        f"/receivables/{world.employer.pk}/",
        f"/invoices/{invoices[0].pk}/",
        f"/invoices/{invoices[2].pk}/",
        "/contracts/new/",
        f"/contracts/{contract.pk}/amend/",
        f"/contracts/{contract.pk}/guarantee/",
        f"/audit-samples/{world.employer.pk}/",
        "/stop-loss/policies/new/",
    ]


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_every_screen_of_money_is_accessible(visit: Visit, accessible: Check, dark: bool, width: int) -> None:
    addresses = a_year()
    page = visit("/", as_=make_user(Role.TPA_MANAGER), width=width, dark=dark)
    for address in addresses:
        page.goto(address)
        accessible(page)
        photograph(page, f"{address.strip('/').replace('/', '-').partition('?')[0]}-{width}")
    invoice = Invoice.objects.get(disputes__status="open")
    finance = make_user(Role.EMPLOYER_FINANCE, employer_id=invoice.employer_id)
    page = visit(f"/portal/invoices/{invoice.pk}/?line=1", as_=finance, width=width, dark=dark)
    accessible(page)
    photograph(page, f"portal-invoice-{width}")


def photograph(page: Any, name: str) -> None:
    """Kept where SCREENS says, to be looked at."""
    if folder := os.environ.get("SCREENS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_with_nothing_there_they_say_so(visit: Visit, accessible: Check) -> None:
    page = visit("/", as_=make_user(Role.TPA_MANAGER))
    for address in ("/receivables/", "/licences/", "/contracts/"):
        page.goto(address)
        accessible(page)
