"""A payment run that is killed at any statement leaves nothing half; run again, it ends as if nothing had happened."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from claims.adjustments.reverse_decision import reverse_decision
from claims.models import Claim, Payment, PaymentItem, PaymentRun
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.run_payments import run_payments
from claims.payments.write_eobs import APPEAL_DAYS
from claims.payments.write_payment_documents import write_payment_documents
from employers.models import LedgerEntry
from tests.factories.killed import run_until_killed
from tests.factories.payments import ENGINE, World, make_decided, make_provider, make_world
from tpa.foundation import work
from tpa.foundation.models import Document, LegalParameter, WorkChunk
from tpa.invariants.check import offences

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

TODAY = date(2026, 3, 12)
CODES = ["I1", "I2", "I3", "I5", "I8", "I9", "I12"]
PAY = """
from datetime import date
from claims.payments.pay_employer import pay_employer
pay_employer(employer_id={employer}, on=date(2026, 3, 12))
"""
WRITE = """
from claims.payments.ask_documents import PAYMENT_DOCUMENTS
from claims.payments.write_payment_documents import write_payment_documents
from tpa.foundation import work
while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
    pass
"""


@pytest.fixture
def world() -> Iterator[World]:
    LegalParameter.objects.create(
        name=APPEAL_DAYS,
        value=180,
        unit="days",
        effective=(date(2000, 1, 1), None),
        known_on=date(2000, 1, 1),
        citation="29 CFR 2560.503-1(h)(3)(i)",
        checked="read",
    )
    made = make_world()
    wrong = make_decided(made, "150.00")
    run_payments(employer_id=made.employer.pk, on=date(2026, 3, 5), by=ENGINE)
    while work.do_next(PAYMENT_DOCUMENTS, lambda piece: write_payment_documents(piece=piece)):
        pass
    reverse_decision(claim_id=wrong.pk, by=ENGINE, because="wrong member")
    make_decided(made, "200.00")
    make_decided(made, "70.00", outcome="denied")
    made.payee, made.provider = make_provider(method="ach")
    make_decided(made, "100.00")
    yield made
    assert offences(only=CODES) == []


def settled() -> tuple[int, int, int, object]:
    return (
        PaymentRun.objects.count(),
        Payment.objects.count(),
        PaymentItem.objects.count(),
        LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"],
    )


def test_killed_anywhere_in_a_payment_run(world: World) -> None:
    code = PAY.format(employer=world.employer.pk)
    before = settled()
    points = random.Random(20261124).sample(range(1, 38), 5)
    for point in sorted(points):
        assert run_until_killed(code, at=point) is None, point
        assert settled() == before
        assert offences(only=CODES) == []
    statements = run_until_killed(code, at=10_000)
    assert statements is not None
    assert statements >= 38
    assert run_until_killed(code, at=10_000) is not None
    assert settled() == (before[0] + 1, before[1] + 2, before[2] + 4, Decimal(0))
    assert sorted(Claim.objects.values_list("status", flat=True)) == ["paid", "paid", "paid", "reversed"]


def test_killed_anywhere_while_documents_are_written(world: World) -> None:
    done = run_payments(employer_id=world.employer.pk, on=TODAY, by=ENGINE)
    assert done is not None
    for point in sorted(random.Random(7).sample(range(3, 30), 2)):
        assert run_until_killed(WRITE, at=point) is None, point
        # The count of attempts survives the kill and would quarantine work that kills its worker every time.
        WorkChunk.objects.update(attempts=0, leased_until=None)
    assert run_until_killed(WRITE, at=10_000) is not None
    done.refresh_from_db()
    assert (done.status, done.documents_due_count) == ("done", 0)
    names = list(Document.objects.values_list("kind", "name"))
    assert len(names) == len(set(names))
    kinds = [kind for kind, _name in names]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {"835": 3, "ACH": 1, "CHECK_PDF": 2, "EOB": 5}
