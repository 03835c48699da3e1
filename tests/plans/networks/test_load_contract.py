"""A contract's prices and terms by the command, and what is refused of a document."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from plans.models import FeeRate, FeeSchedule, ScheduleTerms
from plans.networks.read_contract import read_contract
from plans.networks.set_terms import set_terms
from tests.factories.plans import make_schedule
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.values.periods import Period

BY = Actor.system("tests")


@pytest.mark.django_db
def test_prices_and_terms_are_loaded_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices, terms = tmp_path / "prices.csv", tmp_path / "terms.yaml"
    prices.write_text("code,method,amount,starts_on\n99213,fee,92.50,2026-01-01\n")
    terms.write_text("lesser_of: {level: never, section: '4.1'}\n")
    call_command("load_contract", "lakes", str(prices), "--name=Lakes")
    call_command("load_contract", "lakes", str(terms), "--from=2026-01-01")
    call_command("load_contract", "lakes", str(terms), "--from=2026-01-01")
    assert capsys.readouterr().out.splitlines() == [
        "prices of lakes: 1 read, 1 added, 0 stood already, 0 superseded",
        "terms of lakes: set",
        "terms of lakes: stood already",
    ]
    assert FeeSchedule.objects.get().name == "Lakes"
    assert ScheduleTerms.objects.get().document == {"lesser_of": {"level": "never", "section": "4.1"}}
    prices.write_text("code,method,amount,starts_on\n99213,fee,x,2026-01-01\n")
    with pytest.raises(CommandError, match="nothing was loaded"):
        call_command("load_contract", "lakes", str(prices))
    assert f"{prices}:2: amount: This is no amount." in capsys.readouterr().err
    assert FeeRate.objects.count() == 1
    with pytest.raises(CommandError, match="--from"):
        call_command("load_contract", "lakes", str(terms))


@pytest.mark.django_db
def test_new_terms_take_over_their_days_and_leave_the_rest() -> None:
    make_schedule("lakes")
    set_terms(schedule_code="lakes", document={"repricing": "ours"}, period=Period(date(2025, 1, 1)), by=BY)
    mid = Period(date(2026, 1, 1), date(2026, 7, 1))
    done = set_terms(schedule_code="lakes", document={"repricing": "lower"}, period=mid, by=BY)
    assert (done.added_count, done.superseded_count) == (1, 1)
    standing = ScheduleTerms.objects.filter(superseded_at__isnull=True).order_by("period")
    assert [(row.document["repricing"], str(row.period.lower)) for row in standing] == [
        ("ours", "2025-01-01"),
        ("lower", "2026-01-01"),
        ("ours", "2026-07-01"),
    ]


@pytest.mark.django_db
def test_terms_want_schedules_that_are_there() -> None:
    with pytest.raises(NotFound):
        set_terms(schedule_code="lakes", document={}, period=Period(date(2025, 1, 1)), by=BY)
    make_schedule("lakes")
    with pytest.raises(NotFound):
        document = {"indicators_from": "nowhere"}
        set_terms(schedule_code="lakes", document=document, period=Period(date(2025, 1, 1)), by=BY)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"lesserof": {}}, "lesserof: no term of a contract has this name"),
        ({"lesser_of": {"level": "often"}}, "lesser_of.level"),
        ({"lesser_of": {"levels": "line"}}, "unknown field `levels`"),
        ({"modifiers": [{"modifiers": ["50"]}]}, "percent"),
        ({"modifiers": [{"modifiers": ["50"], "percent": -1}]}, "modifiers.percent: less than nothing"),
        ({"modifiers": [{"modifiers": ["50"], "percent": 1, "indicator": "bilateral"}]}, "modifiers.values"),
        ({"multiple_procedures": [{"percents": []}]}, "multiple_procedures.percents"),
        ({"anaesthesia": {"minutes_per_unit": 0}}, "anaesthesia.minutes_per_unit"),
        ({"outliers": [{"on": "cost", "threshold_amount": 1, "percent": 80}]}, "cost_to_charge_rate"),
    ],
)
def test_what_no_contract_can_say_is_refused(document: dict[str, object], says: str) -> None:
    with pytest.raises(Invalid, match=says.replace(".", r"\.")):
        read_contract(document, schedule="lakes", starts_on=date(2026, 1, 1))
