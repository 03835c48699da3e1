"""Published files, in slices of their real layouts: what becomes of a line, of a wrong one, of the same file again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from plans.models import FeeRate, FeeSchedule, LocalityFactor, LocalityZip, ScheduleTerms
from plans.networks.load_published import LoadedFile, PublishedFile, load_published
from tests.factories.plans import make_rate, make_schedule
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import AuditEvent
from tpa.foundation.values.periods import Period

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))

FOLDER = Path(__file__).parent / "published"
PPRRVU = (FOLDER / "PPRRVU2026.csv").read_text()
GPCI = (FOLDER / "GPCI2026.csv").read_text()
ANES = (FOLDER / "ANES2026.csv").read_text()
TABLE_5 = (FOLDER / "Table5_FY2026.txt").read_text()
ADDENDUM_B = (FOLDER / "AddendumB_2026.csv").read_text()
ZIP5 = (FOLDER / "ZIP5_2026.txt").read_text()
BASE_UNITS = "Code,Base Units\n00100,5\n01402,7\n"


def load(layout: str, text: str, into: str = "published", period: Period = YEAR) -> LoadedFile:
    return load_published(file=PublishedFile(layout, into, period), lines=StringIO(text), by=BY)


def standing() -> Iterator[FeeRate]:
    yield from FeeRate.objects.filter(superseded_at__isnull=True).order_by("code", "period")


@pytest.fixture
def schedule() -> FeeSchedule:
    return make_schedule("published", is_reference=True)


def _line(code: str, modifier: str, units: tuple[str, str, str], multiple: str, base: str = "") -> str:
    """A line of PPRRVU: work, practice in and out of a facility, malpractice, and what is said of several."""
    work, practice, malpractice = units
    figures = f"{work},{practice},,{practice},,{malpractice},0,0"
    days = "0,000,0.00,0.00,0.00"
    return f"{code},{modifier},A text,A,,{figures},{days},{multiple},0,1,0,0,0,{base},33.4009,09,0,99,0,0,0\n"


def test_a_base_endoscopy_and_the_taking_of_an_image_are_found_in_other_lines(schedule: FeeSchedule) -> None:
    added = [
        _line("45385", "", ("4.57", "8.00", "0.60"), "3", "45378"),
        _line("45378", "", ("3.26", "6.50", "0.45"), "3", "45378"),
        _line("45999", "", ("1.00", "1.00", "1.00"), "3", "45998"),
        _line("70551", "", ("1.48", "4.80", "0.10"), "4"),
        _line("70551", "TC", ("0.00", "4.20", "0.02"), "4"),
        _line("70551", "26", ("1.48", "0.60", "0.08"), "4"),
    ]
    assert load("pprrvu", PPRRVU + "\n" + "".join(added)).problems == []
    values = {(rate.code, rate.modifier): rate.values for rate in standing()}
    units = {"work": "3.26", "practice": "6.50", "facility_practice": "6.50", "malpractice": "0.45"}
    assert values["45385", ""]["base"] == values["45378", ""]["base"] == {"code": "45378"} | units
    assert "base" not in values["45999", ""]  # the file has no such base
    assert values["70551", ""]["technical"] == {
        "work": "0.00",
        "practice": "4.20",
        "facility_practice": "4.20",
        "malpractice": "0.02",
    }
    assert all("technical" not in values["70551", modifier] for modifier in ("TC", "26"))
    assert "technical" not in values["99213", ""]


def test_relative_values_with_their_indicators_and_no_text(schedule: FeeSchedule) -> None:
    done = load("pprrvu", PPRRVU)
    assert (done.problems, done.row_count, done.added_count, done.skipped_count) == ([], 3, 3, 1)
    knee, film, visit = standing()
    assert (visit.method, visit.modifier, visit.amount) == ("relative_value", "", None)
    assert visit.values == {
        "work": "1.30",
        "practice": "1.46",
        "facility_practice": "0.52",
        "malpractice": "0.10",
        "status": "A",
        "multiple": "0",
        "bilateral": "0",
        "assistant": "0",
        "co_surgeon": "0",
        "team": "0",
    }
    assert {name: knee.values[name] for name in ("multiple", "bilateral", "assistant", "co_surgeon", "team")} == {
        "multiple": "2",
        "bilateral": "1",
        "assistant": "2",
        "co_surgeon": "2",
        "team": "1",
    }
    assert film.modifier == "26"
    assert "text" not in str([row.values for row in standing()]).lower()


def test_a_release_without_the_indicator_of_pricing_is_read_as_well(schedule: FeeSchedule) -> None:
    """Until 2025 a column less: columns go by their headings, not by their place."""
    lines = [line.split(",") for line in PPRRVU.splitlines()]
    older = "\n".join(",".join(cells[:23] + cells[24:]) for cells in lines if len(cells) == 32)
    done = load("pprrvu", older)
    assert (done.problems, done.row_count) == ([], 2)


def test_indices_and_factors_of_localities() -> None:
    assert load("gpci", GPCI, "medicare").added_count == 2
    assert load("anaesthesia-factors", ANES, "medicare").added_count == 2
    rows = {(row.locality, row.kind): row for row in LocalityFactor.objects.all()}
    alaska = rows["0210201", "indices"]
    assert (alaska.work, alaska.practice, alaska.malpractice) == (Decimal("1.5"), Decimal("1.065"), Decimal("0.551"))
    assert alaska.name == "ALASKA"
    assert rows["0210201", "anaesthesia"].anaesthesia_amount == Decimal("27.97")
    assert load("zip5", ZIP5, "medicare").added_count == 2
    assert LocalityZip.objects.get(postal_code="99501").locality == "0210201"


def test_weights_of_drgs_after_the_cap_with_what_a_transfer_asks(schedule: FeeSchedule) -> None:
    done = load("drg-weights", TABLE_5)
    assert (done.problems, done.row_count, done.skipped_count) == ([], 3, 2)
    assert {row.code: row.values for row in standing()} == {
        "001": {"weight": "28.1664", "mean_days": "28.5"},
        "470": {"weight": "1.9000", "mean_days": "1.9", "transfer": "post_acute"},
        "480": {"weight": "3.0200", "mean_days": "6.1", "transfer": "special"},
    }


def test_outpatient_rates_with_dollars_thousands_and_lone_points(schedule: FeeSchedule) -> None:
    done = load("addendum-b", ADDENDUM_B)
    assert (done.problems, done.row_count, done.skipped_count) == ([], 2, 1)
    assert {row.code: (row.amount, row.values["status"]) for row in standing()} == {
        "27447": (Decimal("12867.80"), "J1"),
        "G0463": (Decimal("130.42"), "J2"),
    }


def test_percentiles_of_charges_by_state_weighted_by_services(schedule: FeeSchedule) -> None:
    heading = "Rndrng_NPI,Rndrng_Prvdr_State_Abrvtn,HCPCS_Cd,HCPCS_Desc,Place_Of_Srvc,Tot_Srvcs,Avg_Sbmtd_Chrg\n"
    lines = [
        *("1,WA,99213,t,O,50,100.005", "2,WA,99213,t,O,29,200", "3,WA,99213,t,F,1,250", "4,WA,99213,t,O,20,300"),
        *("5,OR,99213,t,O,11,90", "6,,99213,t,O,11,90"),
    ]
    done = load("charges", heading + "\n".join(lines))
    assert (done.problems, done.row_count, done.skipped_count) == ([], 2, 1)
    found = {row.locality: row.values["percentiles"] for row in standing()}
    assert found["WA"] == {
        "50": "100.01",
        "60": "200.00",
        "70": "200.00",
        "75": "200.00",
        "80": "250.00",
        "85": "300.00",
        "90": "300.00",
        "95": "300.00",
    }
    assert set(found["OR"].values()) == {"90.00"}
    assert load("charges", heading + "\n".join(lines)).same_count == 2


def test_base_units_stand_beside_relative_values_in_one_schedule(schedule: FeeSchedule) -> None:
    load("pprrvu", PPRRVU)
    assert load("anaesthesia-base-units", BASE_UNITS).superseded_count == 0
    assert [row.code for row in standing()] == ["00100", "01402", "27447", "71046", "99213"]


@pytest.mark.parametrize(
    ("layout", "text"),
    [("pprrvu", PPRRVU), ("drg-weights", TABLE_5), ("addendum-b", ADDENDUM_B), ("gpci", GPCI), ("zip5", ZIP5)],
)
def test_the_same_file_again_changes_nothing(schedule: FeeSchedule, layout: str, text: str) -> None:
    first = load(layout, text)
    again = load(layout, text)
    assert (again.added_count, again.superseded_count, again.same_count) == (0, 0, first.added_count)
    assert AuditEvent.objects.filter(action="plans.published.loaded").count() == 1


def test_a_quarter_takes_over_its_days_ends_what_it_leaves_out_and_leaves_other_schedules(
    schedule: FeeSchedule,
) -> None:
    other = make_rate(make_schedule("other"), "10.00", code="27447")
    load("addendum-b", ADDENDUM_B)
    april = ADDENDUM_B.replace("$130.42", "$140.00").replace(
        '27447,Text,,J1,5115,138.1111,"$12,867.80",.,"$2,573.56"\n', ""
    )
    done = load("addendum-b", april, period=Period(date(2026, 4, 1), date(2026, 7, 1)))
    assert (done.added_count, done.superseded_count) == (1, 2)
    found = [
        (row.code, str(row.amount), f"{row.period.lower}..{row.period.upper}")
        for row in standing()
        if row.schedule_id == schedule.pk
    ]
    assert found == [
        ("27447", "12867.80", "2026-01-01..2026-04-01"),
        ("27447", "12867.80", "2026-07-01..2027-01-01"),
        ("G0463", "130.42", "2026-01-01..2026-04-01"),
        ("G0463", "140.00", "2026-04-01..2026-07-01"),
        ("G0463", "130.42", "2026-07-01..2027-01-01"),
    ]
    assert FeeRate.objects.get(pk=other.pk).superseded_at is None


@pytest.mark.parametrize(
    ("layout", "text", "line", "message"),
    [
        ("pprrvu", PPRRVU.replace("19.60", "19.6O"), 6, "work: 19.6O is no number"),
        ("pprrvu", PPRRVU.replace(",WORK,", ",WERK,"), 4, "no column has the heading WORKRVU"),
        ("pprrvu", PPRRVU.replace("71046,26", "99213,"), 7, "line 5 is about the same code"),
        ("pprrvu", "something else\n", 1, "no line begins with the heading HCPCS"),
        ("pprrvu", "", 1, "no line begins with the heading HCPCS"),
        ("addendum-b", ADDENDUM_B.split("27447")[0], 1, "there is nothing to load"),
        ("gpci", GPCI.replace("0.869", ""), 4, "an index is missing"),
        ("zip5", ZIP5 + "short\n", 3, "do not stand in their columns"),
        ("drg-weights", TABLE_5.replace("1.9000", "-1"), 5, "weight: -1 is no number"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_nothing_is_loaded(
    schedule: FeeSchedule, layout: str, text: str, line: int, message: str
) -> None:
    done = load(layout, text)
    assert [(problem.line_number, message in problem.message) for problem in done.problems] == [(line, True)]
    assert (done.added_count, FeeRate.objects.count(), LocalityFactor.objects.count()) == (0, 0, 0)
    assert load("addendum-b", ADDENDUM_B).added_count == 2, "the next file is read as if nothing had been"


def test_an_unknown_layout_or_schedule_is_refused() -> None:
    with pytest.raises(Invalid, match="The layouts are"):
        load("clfs", "")
    with pytest.raises(NotFound):
        load("pprrvu", PPRRVU, "nowhere")


def test_the_command_adds_the_reference_and_says_what_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "PPRRVU2026_Jan.csv"
    file.write_text(PPRRVU)
    call_command(
        "load_published", "pprrvu", "medicare-physicians", str(file), "--from=2026-01-01", "--through=2026-12-31"
    )
    assert "3 read, 3 added" in capsys.readouterr().out
    assert FeeSchedule.objects.get().is_reference
    file.write_text(PPRRVU.replace("1.30", "x"))
    with pytest.raises(CommandError, match="nothing was loaded"):
        call_command("load_published", "pprrvu", "medicare-physicians", str(file), "--from=2026-01-01")
    assert f"{file}:5: work: x is no number" in capsys.readouterr().err


def test_the_terms_that_come_along_are_set_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_published", "terms")
    count = ScheduleTerms.objects.count()
    call_command("load_published", "terms")
    assert ScheduleTerms.objects.count() == count == 7
    assert capsys.readouterr().out.count("stood already") == count
