"""The ten errors that the nearest open system has: each named by what goes wrong there, and shown not to be here."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import time_machine
from django.db import connections

from claims.adjudication.adjudicate_claims import adjudicate_claims
from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision
from claims.models import ClaimLine
from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import Answer, ClaimWords, LineWords, ScenarioWords, Used
from tests.claims.adjudication.engine import invented
from tests.claims.adjudication.engine.oracles import a_claim, a_deductible, a_line, a_plan, decide
from tests.factories.engine import decide as decide_claims
from tests.factories.engine import make_quarry, used_by
from tests.factories.payments import make_world
from tests.factories.tpa import make_contract
from tpa.billing.close_month import close_month
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid

D = Decimal
DAY = date(2026, 3, 2)


def _one(document: dict[str, Any], line: LineWords, *used: Used, **more: Any) -> ClaimDecision:
    (decision,) = decide(document, a_claim(line, **more), before=used)
    return decision


def _limited(**limit: Any) -> dict[str, Any]:
    clause = {"limit": "l", "benefits": ["all"], "counts": "units", "most": 5, "per": "plan_year", "section": "8"}
    return a_plan(limits=[clause | limit])


def test_1_cents_are_not_cut_off_a_quantity_times_a_price() -> None:
    assert _one(a_plan(), a_line("33.35", "900", units=D(3))).figures.allowed_amount == D("100.05")
    assert _one(a_plan(), a_line("12.35", "900", units=D("1.5"))).figures.allowed_amount == D("18.53")


@pytest.mark.django_db
def test_2_a_claim_that_is_decided_again_counts_once_toward_the_deductible() -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    first = quarry.send(member, "200.00")
    for billed in ("200.00", "300.00", "250.00"):
        (again,) = quarry.receive(
            quarry.submission(member, billed, frequency_code="7", original_claim_number=first.claim_number)
        )
        decide_claims(again)
        first = again
    used = used_by(member.family_id)
    assert used == {(member.pk, date(2026, 1, 1), bucket): D("200.00") for bucket in ("deductible:in", "oop:in")}


def test_3_sums_that_are_not_there_are_nothing_and_no_fault() -> None:
    terms = invented.compiled(a_plan(deductibles=a_deductible(500), pays=["deductible"]))
    words = a_claim(a_line("120.00"))
    facts = Family(ScenarioWords(scenario="s", people=invented.PEOPLE, claims=(words,)), terms, "net").facts("C", words)
    assert facts.accumulated == ()
    assert adjudicate(facts, terms).figures.deductible_amount == 120


def test_4_a_category_s_limit_knows_what_was_used_before() -> None:
    plan = _limited(counts="paid", most=300)
    before = Used(bucket="limit:l", amount=D(250))
    assert _one(plan, a_line("120.00")).figures.plan_paid_amount == 120
    assert _one(plan, a_line("120.00"), before).figures.plan_paid_amount == 50


def test_5_prior_use_counts_also_when_a_person_has_set_the_price() -> None:
    line = LineWords(code="10000", billed=D(800), units=D(4))
    answers = (Answer(question="no_price", answer="price", amount=D(400)),)
    before = Used(bucket="limit:l", amount=D(3))
    decision = _one(_limited(), line, before, answers=answers)
    assert (decision.outcome, decision.figures.allowed_amount) == ("approved", 200)


def test_6_what_is_for_children_is_for_children_and_what_is_for_adults_for_adults() -> None:
    document = a_plan()
    (rest,) = document["benefits"]
    child = {"benefit": "child", "title": "Child", "section": "2", "when": [{"under_age": 19}]}
    document["benefits"] = [child | {"pays": {"in": [{"coinsurance": 50}], "out": []}}, rest]
    adult_claim, child_claim = a_claim(a_line("100.00")), a_claim(a_line("100.00"), who="cleo")
    adult, young = decide(document, adult_claim, child_claim)
    assert (adult.lines[0].benefit, adult.figures.coinsurance_amount) == ("all", 0)
    assert (young.lines[0].benefit, young.figures.coinsurance_amount) == ("child", 50)


@pytest.mark.django_db
def test_7_what_was_submitted_stays_when_it_is_over_a_limit() -> None:
    decision = _one(_limited(), a_line("10.00", "80.00", units=D(8)))
    assert (decision.figures.billed_amount, decision.figures.not_covered_amount) == (80, 30)
    quarry = make_quarry()
    (member,) = quarry.family()
    claim = quarry.send(member, "80.00", units=8)
    kept = bytes(claim.submission)
    claim.refresh_from_db()
    assert bytes(claim.submission) == kept
    assert ClaimLine.objects.get(claim=claim).units_count == 8


@pytest.mark.django_db(transaction=True)
def test_8_claims_that_are_decided_at_once_share_one_deductible() -> None:
    quarry = make_quarry()
    (member,) = quarry.family()
    bills = [quarry.submission(member, "400.00", code=str(12001 + number)) for number in range(8)]
    claims = quarry.receive(*bills)
    failed: list[BaseException] = []

    def work(claim_id: int) -> None:
        try:
            adjudicate_claims(claim_ids=[claim_id])
        except Exception as error:  # noqa: BLE001 (whatever it is, the test shows it)
            failed.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(claim.pk,)) for claim in claims]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    assert used_by(member.family_id)[member.pk, date(2026, 1, 1), "deductible:in"] == 500


@pytest.mark.django_db
def test_9_a_period_that_is_not_over_is_not_closed() -> None:
    contract = make_contract(make_world())
    with (
        time_machine.travel(datetime(2026, 1, 31, 15, tzinfo=UTC), tick=False),
        pytest.raises(Invalid, match="not over"),
    ):
        close_month(contract_id=contract.pk, month_on=date(2026, 1, 1), by=Actor.system("tests"))


def test_10_a_duplicate_is_told_by_what_was_done_not_by_the_claim_s_code() -> None:
    line = a_line("100.00")
    provider = "1234567893"
    first, second = (ClaimWords(number=name, on=DAY, provider=provider, lines=(line,)) for name in ("A1", "B2"))
    later = msgspec.structs.replace(first, number="C3", on=date(2026, 3, 3))
    paid, twin, other_day = decide(a_plan(), first, second, later)
    assert paid.outcome == other_day.outcome == "approved"
    assert [one.carc for one in twin.lines[0].adjustments] == ["18"]
