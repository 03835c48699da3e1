"""What if: the same plan changes nothing; another one gives what deciding by it gives; nothing is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Sum

from bench import _world
from claims.models import Claim, Decision
from claims.trials.stop_loss import aggregate_of, specific_of
from claims.trials.tried import StopLossTerms, Tried
from claims.trials.what_if import pieces_of, what_if
from plans.design.draft_plan_version import draft_plan_version
from plans.models import Plan
from tests.factories.decided_year import make_decided_year
from tests.factories.plans import make_network, make_schedule
from tests.factories.queries import few_queries
from tpa.foundation.audit import Actor
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
TERMS = StopLossTerms(
    incurred_from=date(2026, 1, 1),
    incurred_through=date(2026, 12, 31),
    paid_from=date(2026, 1, 1),
    paid_through=date(2099, 12, 31),
    specific_amount=Decimal(500),
)


def _tried(**otherwise: object) -> Tried:
    employer_id = Claim.objects.values_list("employer_id", flat=True)[0]
    period = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1)}
    return Tried(**{"employer_id": employer_id} | period | otherwise)  # type: ignore[arg-type]


def _dearer() -> str:
    return _world.PLAN.read_text().replace("individual: 750, family: 1500", "individual: 1500, family: 3000")


def _draft(source: str) -> dict[str, object]:
    plan = Plan.objects.get(code="cascade-ppo")
    return {"plan_hash": draft_plan_version(plan_id=plan.pk, source=source, by=BY).content_hash, "plan_id": plan.pk}


def _dollars(answer: dict, side: str) -> dict[str, Decimal]:  # type: ignore[type-arg]
    return {row["party"]: Decimal(row[side]) for row in answer["parties"]}


def _counts() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in apps.get_app_config("claims").get_models()}


def test_the_same_plan_changes_nothing() -> None:
    make_decided_year()
    answer = what_if(tried=_tried())
    assert answer["claims"] == Claim.objects.count() > 100
    assert (answer["changed"], answer["clauses"], answer["outcomes"]) == (0, [], {})
    assert _dollars(answer, "before") == _dollars(answer, "after")
    assert (answer["members"]["helped"], answer["members"]["hurt"], answer["worst_members"]) == (0, 0, [])


def test_a_part_of_the_year_stands_on_what_the_rest_used_up() -> None:
    make_decided_year()
    answer = what_if(tried=_tried(starts_on=date(2026, 5, 1), ends_on=date(2026, 8, 1)))
    assert 10 < answer["claims"] < Claim.objects.count()
    assert answer["changed"] == 0


def test_the_parties_bear_what_was_billed_on_both_sides() -> None:
    make_decided_year()
    answer = what_if(tried=_tried(**_draft(_dearer()), stop_loss=TERMS, stop_loss_now=TERMS))
    for side in ("before", "after"):
        assert sum(_dollars(answer, side).values()) == Decimal(answer["billed_amount"])
    billed = Claim.objects.exclude(status="pended").aggregate(sum=Sum("billed_amount"))["sum"]
    assert Decimal(answer["billed_amount"]) == billed


def test_a_dearer_plan_is_told_by_clause_category_and_member() -> None:
    make_decided_year()
    before = _counts()
    answer = what_if(tried=_tried(**_draft(_dearer())))
    more = {row["party"]: Decimal(row["difference"]) for row in answer["parties"]}
    assert more["member"] > 0
    assert more["plan"] == -more["member"]
    deductible = next(row for row in answer["clauses"] if row["figure"] == "deductible_amount")
    assert deductible["clause"] == "4.1"
    assert deductible["title"] == "Deductible in"
    assert Decimal(deductible["difference"]) > 0
    assert sum(Decimal(row["difference"]) for row in answer["categories"]) == more["plan"]
    members = answer["members"]
    assert Decimal(members["hurt_amount"]) - Decimal(members["helped_amount"]) == more["member"]
    hurt = [Decimal(row["difference"]) for row in answer["worst_members"]]
    assert hurt == sorted(hurt, reverse=True)
    assert 0 < len(hurt) <= 10
    assert all(row["member"].startswith("•") for row in answer["worst_members"])
    assert _counts() == before


def test_it_is_what_deciding_by_that_plan_gives(tmp_path: Path) -> None:
    with transaction.atomic():
        make_decided_year(claims=200, families=8)
        answer = _dollars(what_if(tried=_tried(**_draft(_dearer()))), "after")
        transaction.set_rollback(True)
    file = tmp_path / "dearer.yaml"
    file.write_text(_dearer())
    with mock.patch.object(_world, "PLAN", file):
        make_decided_year(claims=200, families=8)
    decided = Decision.objects.exclude(outcome="pended")
    sums = decided.aggregate(plan=Sum("plan_paid_amount"), member=Sum("member_amount"))
    assert (answer["plan"], answer["member"]) == (sums["plan"], sums["member"])


def test_pieces_merge_to_the_same_answer() -> None:
    make_decided_year()
    tried = _tried(**_draft(_dearer()), stop_loss=TERMS)
    whole = what_if(tried=tried)
    with mock.patch("claims.trials.what_if.FAMILIES_A_PIECE", 3):
        assert len(pieces_of(tried)) > 2
        assert what_if(tried=tried) == whole


@pytest.mark.django_db(transaction=True)
def test_two_processes_give_the_same_answer() -> None:
    load_parameters()
    make_decided_year(claims=60)
    tried = _tried(**_draft(_dearer()))
    with mock.patch("claims.trials.what_if.FAMILIES_A_PIECE", 2):
        assert what_if(tried=tried, processes=2) == what_if(tried=tried)


def test_a_network_without_providers_is_out_of_network_for_all() -> None:
    make_decided_year()
    make_network("deserted")
    answer = what_if(tried=_tried(networks={"evergreen": "deserted"}))
    more = {row["party"]: Decimal(row["difference"]) for row in answer["parties"]}
    assert more["plan"] < 0 < more["member"]
    assert sum(more.values()) == 0


def test_another_fee_schedule_is_another_price() -> None:
    make_decided_year()
    cheap = make_schedule("cheap")
    cheap.rates.create(
        code_kind="any",
        method="percent_of_billed",
        percent=Decimal(30),
        period=_world.ALWAYS,
        recorded_at=_world.RECORDED_AT,
    )
    answer = what_if(tried=_tried(schedules={"evergreen": "cheap"}))
    more = {row["party"]: Decimal(row["difference"]) for row in answer["parties"]}
    assert more["provider"] > 0 > more["plan"]
    assert sum(more.values()) == 0


def test_a_piece_takes_a_fixed_number_of_queries() -> None:
    make_decided_year(claims=90)
    tried = _tried(**_draft(_dearer()))
    what_if(tried=tried)
    with few_queries(8):
        what_if(tried=tried)


@pytest.mark.parametrize(
    ("paid", "otherwise", "reimbursed"),
    [
        ({1: "700.00", 2: "300.00"}, {}, "200.00"),
        ({1: "700.00", 2: "300.00"}, {"lasers": {2: Decimal(100), 1: Decimal(1000)}}, "200.00"),
        ({1: "500.00"}, {}, "0.00"),
        ({1: "1500.01"}, {"reimbursed_percent": Decimal(90)}, "900.01"),
    ],
)
def test_specific_stop_loss(paid: dict[int, str], otherwise: dict[str, object], reimbursed: str) -> None:
    terms = msgspec.structs.replace(TERMS, **otherwise)
    assert specific_of(terms, {who: Decimal(amount) for who, amount in paid.items()}) == Decimal(reimbursed)


def test_aggregate_stop_loss_begins_above_its_attachment_point() -> None:
    terms = msgspec.structs.replace(TERMS, aggregate_amount=Decimal(1000))
    assert aggregate_of(terms, Decimal("1250.50")) == Decimal("250.50")
    assert aggregate_of(terms, Decimal("999.00")) == 0
    assert aggregate_of(TERMS, Decimal("9999.00")) == specific_of(None, {1: Decimal(9)}) == 0


def test_payments_outside_the_windows_are_not_reimbursed() -> None:
    make_decided_year()
    before_it_all = msgspec.structs.replace(TERMS, paid_through=date(2026, 1, 1))
    answer = what_if(tried=_tried(stop_loss=TERMS, stop_loss_now=before_it_all))
    [row] = [row for row in answer["parties"] if row["party"] == "stop_loss"]
    assert Decimal(row["before"]) == 0 < Decimal(row["after"])
