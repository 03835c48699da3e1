"""Every decision replays to the byte; what does not is named with what differs, and the command exits by it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from unittest import mock

import msgspec
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from claims.adjudication import replay_decision as module
from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.replay_decision import replay_decision
from claims.adjudication.replay_decisions import Wanted, replay_decisions
from claims.models import Decision
from claims.packing import pack, unpack_decision, unpack_facts
from tests.factories.decided_year import make_decided_year

pytestmark = pytest.mark.django_db


def _totals(**wanted: object) -> tuple[int, int]:
    pieces = list(replay_decisions(wanted=Wanted(**wanted)))  # type: ignore[arg-type]
    return sum(piece.done.total() for piece in pieces), sum(piece.same.total() for piece in pieces)


def _said(*arguments: str) -> str:
    out = StringIO()
    call_command("replay", *arguments, "--processes", "1", stdout=out)
    return out.getvalue()


def _rewrite(decision: Decision, **columns: object) -> None:
    """What no code of ours could do: the table refuses it while its triggers are awake."""
    names = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE claims_decision SET {names} WHERE id = %s", [*columns.values(), decision.pk])
        cursor.execute("SET session_replication_role = DEFAULT")


def test_a_year_replays_whole() -> None:
    employer = make_decided_year()
    decisions = Decision.objects.count()
    assert decisions > 100
    assert _totals() == _totals(employer_id=employer.pk) == (decisions, decisions)
    assert _totals(employer_id=employer.pk + 1) == (0, 0)
    assert _totals(since=timezone.localdate()) == (decisions, decisions)
    assert _totals(since=timezone.localdate() + timedelta(days=2)) == (0, 0)
    assert _said("--all", "--employer", employer.code).endswith(f"{decisions} decisions replayed, 0 differ\n")


def test_no_decision_yet() -> None:
    assert _said("--all") == "0 decisions replayed, 0 differ\n"


def test_an_employer_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="no employer NOBODY"):
        _said("--all", "--employer", "NOBODY")


def test_what_differs_is_named_with_both_values() -> None:
    make_decided_year(claims=30, families=3)
    decision = Decision.objects.filter(outcome="approved", plan_paid_amount__gt=10).first()
    assert decision is not None
    said = unpack_decision(decision.says)
    line = next(line for line in said.lines if line.figures.plan_paid_amount)
    more = msgspec.structs.replace(line.figures, plan_paid_amount=line.figures.plan_paid_amount + Decimal("0.01"))
    lines = tuple(msgspec.structs.replace(one, figures=more) if one is line else one for one in said.lines)
    _rewrite(decision, says=pack(msgspec.structs.replace(said, lines=lines)))
    out = StringIO()
    with pytest.raises(CommandError, match="1 of") as stopped:
        call_command("replay", "--all", "--processes", "1", stdout=out)
    assert stopped.value.returncode == 1
    paid = f"line {line.number} plan_paid_amount: {more.plan_paid_amount} → {line.figures.plan_paid_amount}"
    assert f"{said.claim_number} decision 1 (engine {said.engine_version}): DIFFERS\n  {paid}" in out.getvalue()


def test_an_earlier_engine_s_decision_is_the_same_when_nothing_but_the_engine_changed() -> None:
    make_decided_year(claims=12, families=2)
    with mock.patch.object(module, "adjudicate", lambda facts, terms: _signed(adjudicate(facts, terms), "2")):
        assert _totals()[0] == _totals()[1] > 0


def test_an_upgrade_that_decides_otherwise_is_told_claim_by_claim() -> None:
    make_decided_year(claims=12, families=2)

    def dearer(facts, terms):  # type: ignore[no-untyped-def]
        decision = _signed(adjudicate(facts, terms), "2")
        return msgspec.structs.replace(decision, outcome="denied" if decision.outcome == "approved" else "approved")

    with mock.patch.object(module, "adjudicate", dearer):
        [piece] = replay_decisions(wanted=Wanted())
    assert piece.same.total() == 0
    assert len(piece.differing) == piece.done.total() > 0
    assert {one.differs[0].place for one in piece.differing} == {"outcome"}


def test_facts_that_can_not_be_read_and_plans_that_are_gone_are_differences() -> None:
    make_decided_year(claims=12, families=2)
    unreadable, without_plan = Decision.objects.exclude(plan_hash="").order_by("pk")[:2]
    _rewrite(unreadable, facts=b"no longer deflated")
    facts = unpack_facts(without_plan.facts)
    _rewrite(without_plan, facts=pack(msgspec.structs.replace(facts, plan_hash="0" * 64)))
    [piece] = replay_decisions(wanted=Wanted())
    assert [one.differs[0].place for one in piece.differing] == ["the facts", "the plan"]


def test_an_engine_that_fails_on_old_facts_is_a_difference() -> None:
    make_decided_year(claims=12, families=2)
    decision = Decision.objects.first()
    assert decision is not None
    with mock.patch.object(module, "adjudicate", side_effect=AssertionError("line 1 does not balance")):
        replay = replay_decision(decision=decision)
    assert not replay.is_same
    assert replay.differs[0].after == "fails: AssertionError line 1 does not balance"


def _signed(decision, version):  # type: ignore[no-untyped-def]
    return msgspec.structs.replace(decision, engine_version=version)


@pytest.mark.django_db(transaction=True)
def test_two_processes_find_what_one_finds() -> None:
    make_decided_year(claims=60, families=6)
    with mock.patch("claims.adjudication.replay_decisions._PIECE", 10):
        alone = [(piece.done, piece.same) for piece in replay_decisions(wanted=Wanted())]
        together = [(piece.done, piece.same) for piece in replay_decisions(wanted=Wanted(), processes=2)]
    assert together == alone
    assert len(together) > 3
