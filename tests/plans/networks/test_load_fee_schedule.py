"""Loading a fee schedule: everything or nothing, with every problem named; prices superseded and never edited."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from plans.models import FeeRate, FeeSchedule
from plans.networks.load_fee_schedule import LoadedRates, load_fee_schedule
from tests.factories.plans import make_schedule
from tpa.foundation.audit import Actor
from tpa.foundation.errors import NotFound
from tpa.foundation.models import AuditEvent

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
HEADER = "code_kind,code,modifier,place_of_service,method,amount,percent,reference_schedule,starts_on,ends_on\n"


@pytest.fixture
def schedule() -> FeeSchedule:
    make_schedule("medicare", is_reference=True)
    return make_schedule("lakes")


def load(*rows: str, header: str = HEADER, dry_run: bool = False) -> LoadedRates:
    return load_fee_schedule(schedule_code="lakes", text=header + "\n".join(rows), by=BY, dry_run=dry_run)


def standing(schedule: FeeSchedule) -> list[tuple[str, str, str]]:
    rows = FeeRate.objects.filter(schedule=schedule, superseded_at__isnull=True).order_by("code", "period")
    return [(row.code, str(row.amount or row.percent), f"{row.period.lower}..{row.period.upper or ''}") for row in rows]


def test_every_method_loads(schedule):
    done = load(
        "procedure,99213,,,fee,92.50,,,2026-01-01,",
        "procedure,99213,26,22,fee,61.00,,,2026-01-01,2027-01-01",
        "revenue,0120,,,per_diem,1450.00,,,2026-01-01,",
        "drg,470,,,case_rate,18500.00,,,2026-01-01,",
        "procedure,,,,percent_of_reference,,140,medicare,2026-01-01,",
        "any,,,,percent_of_billed,,62.5,,2026-01-01,",
    )
    assert (done.problems, done.row_count, done.added_count) == ([], 6, 6)
    assert FeeRate.objects.get(code="", code_kind="procedure").reference_schedule.code == "medicare"


def test_localities_and_what_formulas_want_load(schedule):
    header = "code_kind,code,locality,method,amount,values,starts_on\n"
    rows = [
        "procedure,99213,981,fee,92.50,,2026-01-01",
        "procedure,99213,982,fee,95.50,,2026-01-01",
        'procedure,00840,,anaesthesia,,"{""base_units"": 6}",2026-01-01',
        'revenue,0120,,per_diem,2000,"{""tiers"": [{""through_day"": 3, ""amount"": 9}, {""amount"": 1}]}",2026-01-01',
        'procedure,99214,981,percentiles,,"{""percentiles"": {""80"": ""140.50""}}",2026-01-01',
    ]
    assert load(*rows, header=header).added_count == 5
    assert load(*rows, header=header).same_count == 5
    assert FeeRate.objects.get(code="0120").values["tiers"][1] == {"amount": "1"}
    wrong = load(
        "procedure,00840,,anaesthesia,,,2026-01-01", 'procedure,00841,,fee,1,"{""base"": 6}",2026-01-01', header=header
    )
    assert [(one.row_number, one.code) for one in wrong.problems] == [(2, "values.missing"), (3, "values.wrong")]


def test_loading_the_same_again_changes_nothing(schedule):
    load("procedure,99213,,,fee,92.50,,,2026-01-01,")
    done = load("procedure,99213,,,fee,92.50,,,2026-01-01,")
    assert (done.added_count, done.superseded_count, done.same_count) == (0, 0, 1)
    assert FeeRate.objects.count() == 1
    assert AuditEvent.objects.filter(action="plans.feeschedule.loaded").count() == 1


def test_a_new_price_takes_over_its_days_and_leaves_the_rest(schedule):
    load("procedure,99213,,,fee,80.00,,,2024-01-01,")
    done = load(
        "procedure,99213,,,fee,92.50,,,2026-01-01,2026-07-01", "procedure,99213,,,fee,95.00,,,2026-07-01,2027-01-01"
    )
    assert (done.added_count, done.superseded_count) == (2, 1)
    assert standing(schedule) == [
        ("99213", "80.00", "2024-01-01..2026-01-01"),
        ("99213", "92.50", "2026-01-01..2026-07-01"),
        ("99213", "95.00", "2026-07-01..2027-01-01"),
        ("99213", "80.00", "2027-01-01.."),
    ]
    assert FeeRate.objects.filter(superseded_at__isnull=False).count() == 1


def test_a_dry_run_says_the_same_and_writes_nothing(schedule):
    load("procedure,99213,,,fee,80.00,,,2024-01-01,")
    done = load("procedure,99213,,,fee,92.50,,,2026-01-01,", dry_run=True)
    assert (done.added_count, done.superseded_count) == (1, 1)
    assert standing(schedule) == [("99213", "80.00", "2024-01-01..")]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("procedure,99213,,,fees,1.00,,,2026-01-01,", "method", "method.unknown"),
        ("something,99213,,,fee,1.00,,,2026-01-01,", "code_kind", "kind.unknown"),
        ("any,99213,,,fee,1.00,,,2026-01-01,", "code_kind", "kind.unknown"),
        ("procedure,99213,,,fee,,,,2026-01-01,", "amount", "amount.missing"),
        ("procedure,99213,,,fee,1.005,,,2026-01-01,", "amount", "amount.not_cents"),
        ("procedure,99213,,,fee,NaN,,,2026-01-01,", "amount", "number.wrong"),
        ("procedure,99213,,,fee,-1,,,2026-01-01,", "amount", "number.wrong"),
        ("procedure,,,,percent_of_billed,,,,2026-01-01,", "percent", "percent.missing"),
        ("procedure,,,,percent_of_reference,,140,lakes,2026-01-01,", "reference_schedule", "reference.unknown"),
        ("procedure,99213,,,fee,1.00,,,01/31/2026,", "starts_on", "day.wrong"),
        ("procedure,99213,,,fee,1.00,,,,", "starts_on", "day.missing"),
        ("procedure,99213,,,fee,1.00,,,2026-01-01,2026-01-01", "ends_on", "day.order"),
        ("procedure,99213,255,,fee,1.00,,,2026-01-01,", "modifier", "cell.too_long"),
        ("procedure,99213,,,fee,1.00", "", "row.length"),
        ("procedure,11111,,,fee,1.00,,,2026-06-01,", "code", "row.overlap"),
    ],
)
def test_each_problem_is_named_with_its_row_and_column_and_nothing_is_loaded(schedule, row, column, code):
    done = load("procedure,11111,,,fee,1.00,,,2026-01-01,", row)
    assert (3, column, code) in [(problem.row_number, problem.column, problem.code) for problem in done.problems]
    assert not FeeRate.objects.exists()


def test_all_problems_are_reported_together(schedule):
    done = load(*["procedure,99213,,,fee,,,,someday,"] * 40)
    assert len(done.problems) == 80


def test_an_unknown_column_and_a_missing_one_are_problems(schedule):
    done = load(header="code,methode,starts_on\n")
    assert {problem.code for problem in done.problems} == {"column.unknown", "column.missing"}


def test_a_schedule_must_exist():
    with pytest.raises(NotFound):
        load()


def test_a_percentage_keeps_its_digits(schedule):
    load("procedure,99213,,,percent_of_billed,,62.1254,,2026-01-01,")
    assert FeeRate.objects.get().percent == Decimal("62.1254")
    assert FeeRate.objects.get().period.lower == date(2026, 1, 1)
