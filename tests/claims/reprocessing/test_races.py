"""Lists that are carried out while claims come in, are voided and paid: eight workers, and the sums of some order."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from psycopg2.extras import DateRange

from claims.adjustments.void_claim import void_claim
from claims.models import AccumulatorEntry, Claim, PaymentItem
from claims.payments.pay_employer import pay_employer
from claims.reprocessing.approve_reprocessing import approve_reprocessing
from claims.reprocessing.propose_reprocessing import propose_reprocessing
from claims.tasks import compare_reprocessings, list_reprocessings, reprocess_shard
from employers.models import Coverage
from tests.factories.employers import TESTER, make_coverage
from tests.factories.engine import make_quarry
from tests.factories.users import make_user
from tpa.foundation.access import scope_for
from tpa.foundation.errors import Conflict
from tpa.foundation.models import Role, WorkChunk
from tpa.foundation.values.money import ZERO
from tpa.invariants.check import offences

TODAY = date(2026, 7, 1)
WORKERS = 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_at_once(seed: int) -> None:
    quarry = make_quarry()
    manager = scope_for(make_user(Role.TPA_MANAGER))
    members = [quarry.family(covered=False)[0] for _family in range(4)]
    for member in members:
        make_coverage(member, quarry.plan, period=DateRange(date(2026, 4, 1), date(2027, 1, 1)))
    claims = [
        quarry.send(
            member,
            f"{300 + 70 * place}.00",
            on=date(2026, 1, 5) + timedelta(days=30 * place),
            code=str(12001 + place),
        )
        for member in members
        for place in range(5)
    ]
    pay_employer(employer_id=quarry.employer.pk, on=TODAY)
    for coverage in Coverage.objects.filter(superseded_at__isnull=True):
        Coverage.objects.filter(pk=coverage.pk).update(superseded_at=timezone.now())
        make_coverage(coverage.member, quarry.plan, recorded_at=timezone.now())
    since = datetime(2026, 1, 1, tzinfo=UTC)
    row = propose_reprocessing(employer_id=quarry.employer.pk, since=since, because="enrolled late", by=manager)
    list_reprocessings()
    compare_reprocessings()
    row.refresh_from_db()
    assert row.claim_count >= 12
    approve_reprocessing(reprocessing_id=row.pk, revision=row.revision, because="checked", by=manager)
    shards = list(WorkChunk.objects.filter(kind="reprocess_families").values_list("shard", flat=True).distinct())
    failures: list[BaseException] = []

    def reprocess(chance: random.Random) -> None:
        reprocess_shard(chance.choice(shards))

    def pay(chance: random.Random) -> None:
        with suppress(Conflict):
            pay_employer(employer_id=quarry.employer.pk, on=TODAY)

    def void(chance: random.Random) -> None:
        with suppress(Conflict):
            void_claim(claim_id=chance.choice(claims).pk, by=TESTER, because="race")

    def send(chance: random.Random) -> None:
        day = date(2026, 1, 6) + timedelta(days=chance.randrange(140))
        quarry.send(chance.choice(members), "450.00", on=day, code=str(20000 + chance.randrange(10**4)))

    def keep_on(do: Callable[[random.Random], None], number: int) -> None:
        chance = random.Random(seed * 100 + number)
        try:
            for _ in range(4):
                do(chance)
        except BaseException as failure:  # noqa: BLE001 (told by the main thread)
            failures.append(failure)
        finally:
            connection.close()

    doers = [reprocess, reprocess, reprocess, pay, pay, void, send, send]
    assert len(doers) == WORKERS
    threads = [threading.Thread(target=keep_on, args=(do, number)) for number, do in enumerate(doers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures, failures
    for shard in shards:
        reprocess_shard(shard)
    row.refresh_from_db()
    assert (row.status, row.claims.filter(status="open").count()) == ("done", 0)
    while pay_employer(employer_id=quarry.employer.pk, on=TODAY):
        pass
    assert offences() == []
    # Nothing is paid twice: what stands of a claim is what all its payments come to.
    paid = dict(PaymentItem.objects.values_list("claim_id").annotate(Sum("amount")).order_by())
    for claim in Claim.objects.filter(employer=quarry.employer):
        assert claim.status in ("paid", "reversed")
        assert paid.get(claim.pk, ZERO) == claim.plan_paid_amount
    for member in members:
        used = AccumulatorEntry.objects.filter(member=member, bucket="deductible:in").aggregate(sum=Sum("amount"))
        assert ZERO <= (used["sum"] or ZERO) <= Decimal("500.00")
