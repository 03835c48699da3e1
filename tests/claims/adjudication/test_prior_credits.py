"""What members used up under a prior carrier: loaded from its file, whole or not at all, and counted by decisions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from claims.adjudication.accumulated import FamilySums
from claims.adjudication.engine.years import Keys
from claims.adjudication.load_prior_credits import Source, load_prior_credits
from claims.adjudication.replay_decision import replay_decision
from claims.models import AccumulatorEntry, PriorCredit
from claims.packing import unpack_decision
from claims.words.sentences import step_sentence
from employers.models import Family, Member
from plans.design.draft_plan_version import draft_plan_version
from plans.design.publish_plan_version import publish_plan_version
from plans.models import Plan
from tests.factories.employers import make_coverage, make_employer, make_family, make_member
from tests.factories.engine import make_quarry, publish
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

pytestmark = pytest.mark.django_db
PLAN = Path(__file__).parents[3] / "plans/design/demo/cascade-ppo.yaml"
TESTER = Actor.system("tests")
YEAR = date(2026, 1, 1)
HEADER = "subscriber_number,person_number,first_name,birth_date,bucket,plan_year,amount\n"
CLAUSE = 'prior_carrier: {counts: ["deductible:in", "oop:in", "limit:hearing_aid_dollars"], section: "4.5"}\n'


@pytest.fixture
def source() -> Source:
    """A family of two under a plan that credits a prior carrier's deductible, maximum and one limit."""
    load_parameters()
    plan = Plan.objects.create(code="cascade-ppo", name="Cascade PPO")
    version = draft_plan_version(plan_id=plan.pk, source=PLAN.read_text() + CLAUSE, by=TESTER)
    publish_plan_version(version_id=version.pk, by=TESTER)
    family = make_family(make_employer(code="TAKEN"), subscriber_number="T1")
    for number, name in enumerate(("Ines", "Otto"), start=1):
        member = make_member(family, first_name=name, person_number=f"0{number}", birth_on=date(1984, 3, number))
        make_coverage(member, plan, tier="FAM")
    return Source(family.employer_id, plan.pk, "Northern Mutual")


def _load(source: Source, *rows: str) -> int:
    return load_prior_credits(content=(HEADER + "\n".join(rows)).encode(), source=source, by=TESTER)


def _sum(name: str, bucket: str, year: date = YEAR) -> tuple[Decimal, Decimal]:
    family = Family.objects.get()
    member = Member.objects.get(first_name=name)
    held = FamilySums.of([family.pk]).facts(family.pk, member.pk, Keys(frozenset({year})))
    return next(((one.member_amount, one.family_amount) for one in held if one.bucket == bucket), (Decimal(0),) * 2)


def test_what_was_used_up_counts_for_the_member_and_the_family(source: Source) -> None:
    count = _load(
        source,
        "T1,01,,,deductible:in,2026-01-01,400.00",
        'T1,,otto,1984-03-02,deductible:in,2026-01-01,"$1,000.50"',
        "T1,2,,,limit:hearing_aid_dollars,2026-01-01,120",
    )
    assert count == 3
    assert _sum("Ines", "deductible:in") == (400, Decimal("1400.50"))
    assert _sum("Otto", "limit:hearing_aid_dollars", date(1900, 1, 1)) == (120, 120)
    assert offences(only=["I3", "I4"]) == []


def test_a_later_statement_holds_and_adds_the_difference(source: Source) -> None:
    _load(source, "T1,01,,,deductible:in,2026-01-01,400.00", "T1,01,,,oop:in,2026-01-01,500.00")
    _load(source, "T1,01,,,deductible:in,2026-01-01,350.00")
    _load(source, "T1,01,,,deductible:in,2026-01-01,350.00", "T1,02,,,deductible:in,2026-01-01,1.00")
    assert _sum("Ines", "deductible:in") == (350, 351)
    assert sorted(AccumulatorEntry.objects.values_list("amount", flat=True)) == [-50, 1, 400, 500]
    assert offences(only=["I3", "I4"]) == []


def test_the_same_file_is_refused_a_second_time(source: Source) -> None:
    row = "T1,01,,,deductible:in,2026-01-01,400.00"
    _load(source, row)
    with pytest.raises(Conflict):
        _load(source, row)
    assert _sum("Ines", "deductible:in") == (400, 400)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("T9,01,,,deductible:in,2026-01-01,1", "subscriber_number", "no family has the number T9"),
        ("T1,07,,,deductible:in,2026-01-01,1", "person_number", "no members"),
        ("T1,,Otto,1999-01-01,deductible:in,2026-01-01,1", "first_name", "no members"),
        ("T1,,Otto,,deductible:in,2026-01-01,1", "person_number", "first_name and birth_date"),
        ("T1,01,,,deductible:out,2026-01-01,1", "bucket", "credits no deductible:out; by its section 4.5"),
        ("T1,01,,,limit:hearing_aid_dollars:ear,2026-01-01,1", "bucket", "has no part"),
        ("T1,01,,,deductible:in,2026-02-01,1", "plan_year", "the plan year begins on 2026-01-01"),
        ("T1,01,,,deductible:in,2024-01-01,1", "plan_year", "no version of the plan"),
        ("T1,01,,,deductible:in,01/01/2026,1", "plan_year", "no day such as"),
        ("T1,01,,,deductible:in,2026-01-01,-1", "amount", "no amount"),
        ("T1,01,,,deductible:in,2026-01-01,1.005", "amount", "no amount"),
        ("T1,01,,,deductible:in,2026-01-01,NaN", "amount", "no amount"),
        (",01,,,deductible:in,2026-01-01,1", "subscriber_number", "is empty"),
        ("T1,01,,,deductible:in,2026-01-01,1,x", "", "more cells"),
        ("T1,1,,,oop:in,2026-01-01,1", "bucket", "row 2 says it"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column_and_nothing_is_loaded(
    source: Source, row: str, column: str, words: str
) -> None:
    with pytest.raises(Invalid) as caught:
        _load(source, "T1,01,,,oop:in,2026-01-01,500.00", row)
    (fault,) = caught.value.extra["faults"]
    assert (fault["row_number"], fault["column"]) == (3, column)
    assert words in fault["problem"]
    assert not PriorCredit.objects.exists()
    assert not AccumulatorEntry.objects.exists()


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe", HEADER.replace("amount", "sum").encode()])
def test_what_is_no_such_file(source: Source, content: bytes) -> None:
    with pytest.raises(Invalid):
        load_prior_credits(content=content, source=source, by=TESTER)


def test_the_command_says_what_it_did_and_what_is_wrong(
    source: Source, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "credits.csv"
    file.write_text(HEADER + "T1,01,,,deductible:in,2026-01-01,400.00\n")
    arguments = [str(file), "--employer", "TAKEN", "--plan", "cascade-ppo", "--carrier", "Northern Mutual"]
    call_command("load_prior_credits", *arguments)
    assert capsys.readouterr().out == "1 rows loaded\n"
    file.write_text(HEADER + "T9,01,,,deductible:in,2026-01-01,400.00\n")
    with pytest.raises(CommandError, match="row 2, subscriber_number"):
        call_command("load_prior_credits", *arguments)
    assert "row 2, subscriber_number: no family has the number T9" in capsys.readouterr().err


def test_a_statement_is_never_changed(source: Source) -> None:
    _load(source, "T1,01,,,deductible:in,2026-01-01,400.00")
    with pytest.raises(DatabaseError), transaction.atomic():
        PriorCredit.objects.update(stated_amount=1)


def test_a_decision_counts_the_credit_and_its_trace_says_so() -> None:
    quarry = make_quarry()
    clause = 'prior_carrier: {counts: ["deductible:in"], section: "4.5"}\n'
    publish(quarry.plan, quarry.source + clause)
    (member,) = quarry.family()
    row = f"{member.family.subscriber_number},{member.person_number},,,deductible:in,2026-01-01,450"
    load_prior_credits(
        content=(HEADER + row).encode(),
        source=Source(quarry.employer.pk, quarry.plan.pk, "Northern Mutual"),
        by=TESTER,
    )
    decision = quarry.send(member, "200.00").decisions.get()
    said = unpack_decision(decision.says)
    assert said.figures.deductible_amount == 50
    step = next(step for step in said.lines[0].trace if step.rule == "deductible")
    assert dict(step.inputs) == {
        "of": "160.00", "deductible_left": "50.00", "prior_carrier": "450.00", "credited_by": "4.5",
    }  # fmt: skip
    assert "Of it 450.00 was met under a prior carrier (section 4.5)." in step_sentence(step)
    assert replay_decision(decision=decision).is_same
    assert offences(only=["I3", "I4"]) == []
