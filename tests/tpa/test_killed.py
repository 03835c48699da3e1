"""A close that is killed at any statement leaves the month open; closed again, it is closed once."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from claims.payments.run_payments import run_payments
from employers.models import Employer, LedgerEntry
from tests.factories.killed import run_until_killed
from tests.factories.payments import ENGINE, make_decided, make_world
from tests.factories.tpa import enrol, make_contract, pepm, per_claim
from tpa.foundation.models import Document, WorkChunk
from tpa.invariants.check import offences
from tpa.models import Invoice, InvoiceClaim, InvoiceMember, MonthClose

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

CLOSE = """
from datetime import date
from tpa.billing.close_month import close_month
from tpa.billing.write_invoice import INVOICE_DOCUMENTS, write_invoice
from tpa.foundation import work
from tpa.foundation.audit import Actor
close_month(contract_id={contract}, month_on=date(2026, 1, 1), by=Actor.system("billing"))
while work.do_next(INVOICE_DOCUMENTS, lambda piece: write_invoice(invoice_id=piece["invoice"])):
    pass
"""


def test_killed_anywhere_in_a_close() -> None:
    world = make_world(Employer.FundingMode.TPA_ADVANCE)
    contract = make_contract(world, pepm("40.00"), per_claim("2.00"))
    for _ in range(5):
        enrol(world)
        make_decided(world, "150.00")
    run_payments(employer_id=world.employer.pk, on=date(2026, 1, 20), by=ENGINE)
    entries = LedgerEntry.objects.count()
    code = CLOSE.format(contract=contract.pk)
    for point in [*sorted(random.Random(11).sample(range(1, 36), 9)), 43]:
        # The last point lies after the close's commit, where the documents are written: then all of it stands.
        assert run_until_killed(code, at=point) is None, point
        closed = MonthClose.objects.count()
        assert (InvoiceClaim.objects.count(), InvoiceMember.objects.count()) == (10 * closed, 5 * closed)
        assert LedgerEntry.objects.count() == entries + 3 * closed
    assert closed == 1
    WorkChunk.objects.update(attempts=0, leased_until=None)
    statements = run_until_killed(code, at=10_000)
    assert statements is not None
    assert run_until_killed(code, at=statements // 2) is not None
    invoice = Invoice.objects.get()
    assert invoice.total_amount == Decimal("610.00")
    assert (InvoiceClaim.objects.count(), InvoiceMember.objects.count()) == (10, 5)
    assert Document.objects.filter(subject_type="tpa.invoice", subject_id=invoice.pk).count() == 2
    assert offences(only=["I1", "I2", "I9", "I10", "I12"]) == []
