"""A shadow run tells every cent that another engine or plan would make otherwise, and changes nothing."""

from __future__ import annotations

import sys
from decimal import Decimal
from io import StringIO
from types import ModuleType

import msgspec
import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from bench import _world
from claims.adjudication.engine.adjudicate import adjudicate
from claims.models import Decision
from claims.trials.shadow import Candidate, Watched, shadow
from plans.design.draft_plan_version import draft_plan_version
from plans.models import Plan
from tests.factories.decided_year import make_decided_year
from tpa.foundation.audit import Actor

pytestmark = pytest.mark.django_db


def _dearer() -> Candidate:
    plan = Plan.objects.get(code="cascade-ppo")
    source = _world.PLAN.read_text().replace("individual: 750, family: 1500", "individual: 1500, family: 3000")
    draft = draft_plan_version(plan_id=plan.pk, source=source, by=Actor.system("tests"))
    return Candidate(plan_hash=draft.content_hash, plan_id=plan.pk)


@pytest.fixture
def generous_engine(monkeypatch: pytest.MonkeyPatch) -> str:
    """An engine of version 2 that asks no coinsurance of the member."""
    module = ModuleType("generous_engine")

    def generous(facts, terms):  # type: ignore[no-untyped-def]
        decision = adjudicate(facts, terms)
        lines = tuple(_without_coinsurance(line) for line in decision.lines)
        return msgspec.structs.replace(decision, engine_version="2", lines=lines)

    module.adjudicate = generous  # type: ignore[attr-defined]
    module.ENGINE_VERSION = "2"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "generous_engine", module)
    return "generous_engine"


def _without_coinsurance(line):  # type: ignore[no-untyped-def]
    share = line.figures.coinsurance_amount
    figures = msgspec.structs.replace(
        line.figures,
        coinsurance_amount=Decimal("0.00"),
        member_amount=line.figures.member_amount - share,
        plan_paid_amount=line.figures.plan_paid_amount + share,
    )
    kept = tuple(one for one in line.adjustments if (one.group, one.carc) != ("PR", "2"))
    return msgspec.structs.replace(line, figures=figures, adjustments=kept)


def test_the_same_engine_and_plan_differ_in_nothing() -> None:
    make_decided_year()
    found = shadow(candidate=Candidate(), watched=Watched())
    assert found.done == Decision.objects.count() > 100
    assert found.otherwise == []


def test_another_engine_is_told_to_the_cent_line_by_line(generous_engine: str) -> None:
    make_decided_year()
    found = shadow(candidate=Candidate(engine=generous_engine), watched=Watched())
    asked = Decision.objects.filter(coinsurance_amount__gt=0)
    assert {one.claim_number for one in found.otherwise} == set(asked.values_list("claim__claim_number", flat=True))
    [first] = [one for one in found.otherwise if one.claim_number == asked.order_by("pk")[0].claim.claim_number]
    assert {difference.place.split()[-1] for difference in first.differs} >= {"coinsurance_amount", "plan_paid_amount"}
    more = found.parties["member"].before - found.parties["member"].after
    assert more == sum(decision.coinsurance_amount for decision in asked)


def test_another_plan_is_told_by_clause_and_nothing_is_written() -> None:
    make_decided_year()
    candidate = _dearer()
    before = {model: model.objects.count() for model in apps.get_app_config("claims").get_models()}
    found = shadow(candidate=candidate, watched=Watched())
    assert found.otherwise
    assert found.clauses["4.1", "deductible_amount"].after > found.clauses["4.1", "deductible_amount"].before
    assert found.parties["plan"].before - found.parties["plan"].after == (
        found.parties["member"].after - found.parties["member"].before
    )
    assert {model: model.objects.count() for model in before} == before


def test_only_the_last_ones_of_one_employer() -> None:
    employer = make_decided_year(claims=40)
    assert shadow(candidate=Candidate(), watched=Watched(last=7, employer_id=employer.pk)).done == 7
    assert shadow(candidate=Candidate(), watched=Watched(employer_id=employer.pk + 1)).done == 0


def test_the_command_tells_it_and_exits_by_it(generous_engine: str) -> None:
    make_decided_year(claims=40)
    out = StringIO()
    call_command("shadow", "--last", "20", "--processes", "1", stdout=out)
    assert out.getvalue() == "20 decisions, 0 differ\n"
    with pytest.raises(CommandError, match="decisions differ") as stopped:
        call_command("shadow", "--engine", generous_engine, "--processes", "1", "--show", "1", stdout=out)
    assert stopped.value.returncode == 1
    assert "  member  " in out.getvalue()
    with pytest.raises(CommandError, match="is no engine"):
        call_command("shadow", "--engine", "json", stdout=out)
    with pytest.raises(CommandError, match="no version none:3"):
        call_command("shadow", "--plan", "none:3", stdout=out)
