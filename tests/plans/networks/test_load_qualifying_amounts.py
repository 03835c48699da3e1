"""Qualifying payment amounts from contracted rates: who counts, which factors, what is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from plans.models import QualifyingAmount
from plans.networks.load_qualifying_amounts import LoadedAmounts, QualifyingYear, load_qualifying_amounts
from plans.networks.selectors import qualifying_amounts
from tpa.foundation.audit import Actor
from tpa.foundation.parameters import load_parameters

pytestmark = pytest.mark.django_db
HEADER = "code,modifier,region,amount,sponsor,bonus_amount,single_case\n"
RATES = [
    *("99285,,WA,300,acme,,", "99285,,WA,310,acme,,", "99285,,WA,330,acme,25,", "99285,,WA,900,acme,,yes"),
    *("99285,,WA,250,others,,", "99285,,WA,260,others,,"),
    *("70553,26,WA,100,acme,,", "70553,26,WA,110,acme,,", "70553,26,WA,130,acme,,", "70553,26,WA,140,acme,,"),
    *("27447,,WA,1500,acme,,", "27447,,WA,1600,acme,,"),
]


@pytest.fixture(autouse=True)
def _law() -> None:
    load_parameters()


def load(*rows: str, **year: object) -> LoadedAmounts:
    given = {"year": 2024, "base_year": 2022} | year
    lines = (HEADER + "\n".join(rows)).splitlines(keepends=True)
    return load_qualifying_amounts(year=QualifyingYear(**given), lines=lines, by=Actor.system("tests"))


def test_the_median_by_the_factors_of_the_years_since() -> None:
    done = load(*RATES)
    assert (done.added_count, done.insufficient_count, done.problems) == (2, 1, [])
    found = {row.code: row for row in QualifyingAmount.objects.all()}
    visit = found["99285"]
    # 250 260 300 310 330: neither the bonus nor the single case counts; 2023 and 2024 by their factors.
    assert (visit.median_amount, visit.contract_count) == (Decimal(300), 5)
    assert visit.amount == Decimal("340.60")  # 300 x 1.0768582128 x 1.0543149339 = 340.604...
    assert (visit.period.lower, visit.period.upper) == (date(2024, 1, 1), date(2025, 1, 1))
    assert found["70553"].median_amount == Decimal(120)


def test_a_sponsor_s_own_market_wants_enough_contracts_of_its_own() -> None:
    done = load(*RATES, market="acme-plan", sponsor="acme", round_to="dollar")
    assert (done.added_count, done.insufficient_count) == (2, 1)
    assert QualifyingAmount.objects.get(code="99285").amount == Decimal("352.00")  # 310: 351.958
    assert load(*RATES, market="others-plan", sponsor="others").added_count == 0


def test_rates_of_2019_take_the_factor_that_spans_the_years_until_2022() -> None:
    load("99285,,,100,,,", "99285,,,100,,,", "99285,,,100,,,", year=2023, base_year=2019)
    assert QualifyingAmount.objects.get().amount == Decimal("114.67")  # 100 x 1.0648523983 x 1.0768582128


def test_the_same_again_changes_nothing_and_another_year_stands_beside_it() -> None:
    load(*RATES)
    again = load(*RATES)
    assert (again.added_count, again.superseded_count, again.same_count) == (0, 0, 2)
    assert load(*RATES, year=2025).superseded_count == 0
    restated = load(*RATES, "99285,,WA,320,x,,", "99285,,WA,320,x,,")
    assert (restated.added_count, restated.superseded_count, restated.same_count) == (1, 1, 1)


def test_a_line_finds_its_own_market_then_all_its_state_then_any(django_assert_num_queries) -> None:
    load("99285,,,100,,,", "99285,,,100,,,", "99285,,,100,,,", "99285,26,,30,,,", "99285,26,,30,,,", "99285,26,,30,,,")
    same = ["99285,,WA,200,acme,,"] * 3
    load(*same, market="acme-plan", sponsor="acme")
    on = date(2024, 5, 1)
    with django_assert_num_queries(1):
        book = qualifying_amounts(["99285"], on, on)
    found = [
        book.find("99285", (), plan="acme-plan", state="WA", on=on),
        book.find("99285", (), plan="acme-plan", state="OR", on=on),
        book.find("99285", ("26",), plan="other", state="WA", on=on),
        book.find("99285", ("25",), plan="other", state="WA", on=on),
        book.find("99285", (), plan="other", state="WA", on=date(2026, 1, 1)),
    ]
    asked = [row.amount if row else None for row in found]
    assert asked == [Decimal("227.07"), Decimal("113.53"), Decimal("34.06"), Decimal("113.53"), None]


WIDER = "code,modifier,region,amount,base_units,database\n"


def load_wider(*rows: str) -> LoadedAmounts:
    lines = (WIDER + "\n".join(rows)).splitlines(keepends=True)
    return load_qualifying_amounts(year=QualifyingYear(2024, 2022), lines=lines, by=Actor.system("tests"))


def test_too_few_contracts_take_a_database_s_median_of_the_year_before() -> None:
    few = ["27447,,WA,1500,,", "27447,,WA,1600,,", "27447,,WA,1400,,Washington APCD"]
    enough = ["99285,,WA,300,,", "99285,,WA,310,,", "99285,,WA,320,,", "99285,,WA,100,,Washington APCD"]
    done = load_wider(*few, *enough, "29881,,WA,900,,")
    assert (done.added_count, done.database_count, done.insufficient_count) == (2, 1, 1)
    found = {row.code: row for row in QualifyingAmount.objects.all()}
    knee, visit = found["27447"], found["99285"]
    # Of the year before: by the factor of 2024 alone, 1400 x 1.0543149339.
    assert (knee.amount, knee.source, knee.contract_count) == (Decimal("1476.04"), "Washington APCD", 2)
    assert (visit.median_amount, visit.source) == (Decimal(310), "")
    assert load_wider(*few, *enough, "29881,,WA,900,,").same_count == 2
    twice = load_wider(*few, "27447,,WA,1450,,Another")
    assert [problem.line_number for problem in twice.problems] == [5]


def test_anaesthesia_is_a_conversion_factor_times_base_time_and_status_units() -> None:
    rows = ["00840,,,60,5,", "00840,,,58,5,", "00840,,,62,5,"]
    assert load_wider(*rows).added_count == 1
    (row,) = QualifyingAmount.objects.all()
    assert row.anaesthesia == {"base_units": "5", "minutes": "15", "status": {"P3": "1", "P4": "2", "P5": "3"}}
    on = date(2024, 5, 1)
    found = qualifying_amounts(["00840"], on, on).find("00840", ("P3",), plan="p", state="WA", on=on)
    assert found is not None
    # Not rounded until it is multiplied: 60 x 1.0768582128 x 1.0543149339.
    assert found.amount.quantize(Decimal("0.000001")) == Decimal("68.120862")
    units = found.anaesthesia
    assert units is not None
    assert units.count(Decimal(75), "MJ", ("P3",)) == 11
    assert units.count(Decimal(80), "MJ", ("QK",)).quantize(Decimal("0.0001")) == Decimal("10.3333")
    assert units.count(Decimal(4), "UN", ("P4", "P5")) == 14
    other = load_wider(*rows, "00840,,,61,6,")
    assert [problem.line_number for problem in other.problems] == [5]


def test_the_command_names_lines_and_loads_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(HEADER + "99285,,WA,abc,,,\n,,WA,1,,,\n")
    with pytest.raises(CommandError, match="nothing was loaded"):
        call_command("load_qualifying_amounts", str(file), "--year=2024", "--base-year=2022")
    said = capsys.readouterr().err
    assert f"{file}:2: abc is no amount." in said
    assert f"{file}:3: The code is missing." in said
    assert not QualifyingAmount.objects.exists()
    file.write_text(HEADER + "\n".join(RATES))
    call_command("load_qualifying_amounts", str(file), "--year=2024", "--base-year=2022")
    assert "2 added" in capsys.readouterr().out
