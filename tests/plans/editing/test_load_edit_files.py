"""Published files of edits: read as they come, loaded by quarter, once; what is wrong is told with its line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from plans.editing.load_edit_files import LoadedEdits, load_edit_files
from plans.editing.read_layouts import FileProblem, layout_of, quarter_of, rows_of
from plans.editing.stage_rows import _Stream
from plans.models import AddOnCode, EditRelease, ProcedurePair, UnitMaximum
from tests.plans.editing.published import add_on_file, pairs_file, units_file
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid

BY = Actor.system("tests")


def load(*paths: Path, **said) -> LoadedEdits:
    return load_edit_files(paths=paths, by=BY, **said)


def standing_pairs() -> set[tuple]:
    rows = ProcedurePair.objects.filter(superseded_at__isnull=True)
    return {
        (one.table, one.column_one, one.column_two, one.indicator, one.period.lower, one.period.upper) for one in rows
    }


def standing_units() -> set[tuple]:
    rows = UnitMaximum.objects.filter(superseded_at__isnull=True)
    return {(one.table, one.code, one.most, one.adjudication, one.period.lower, one.period.upper) for one in rows}


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_quarter_stands_in_the_name() -> None:
    assert quarter_of("ccipra-v301r0-f1.TXT") == date(2024, 4, 1)
    assert quarter_of("ccioph-v320r0-f3.txt") == date(2026, 1, 1)
    assert quarter_of("MCR_MUE_OutpatientHospitalServices_Eff_07-01-2026.csv") == date(2026, 7, 1)
    assert quarter_of("AOC_V2024Q2-MCR.txt") == date(2024, 4, 1)
    assert quarter_of("edits.txt") is None


def test_pairs_are_read_past_notice_and_a_header_of_four_lines(tmp_path: Path) -> None:
    path = pairs_file(tmp_path, ["29881 29870 20200101 * 0", "0213t 20610 20150701 20260331 1"])
    layout = layout_of(path)
    assert layout is not None
    assert (layout.kind, layout.table, layout.quarter_on) == ("pairs", "practitioner", date(2026, 1, 1))
    problems: list[FileProblem] = []
    assert list(rows_of(path, layout, problems)) == [
        ("29881", "29870", "0", "[2020-01-01,)"),
        # The day of deletion is the last on which the edit holds.
        ("0213T", "20610", "1", "[2015-07-01,2026-04-01)"),
    ]
    assert problems == []


def test_pairs_that_never_held_are_left_out(tmp_path: Path) -> None:
    path = pairs_file(tmp_path, ["29881 29870 20200101 20200101 0", "29881 20605 20200101 * 9"])
    layout = layout_of(path)
    assert layout is not None
    assert list(rows_of(path, layout, [])) == []


def test_commas_are_read_as_well_as_tabs(tmp_path: Path) -> None:
    path = tmp_path / "ccioph-v320r0-f1.csv"
    path.write_text(
        '"A notice, with a comma"\nColumn 1,Column 2,"*=in existence prior to 1996",Effective Date,'
        'Deletion Date *=no data,"Modifier 0=not allowed 1=allowed 9=not applicable",PTP Edit Rationale\n'
        '45380,45378,,20200101,*,0,"More, less"\n'
    )
    layout = layout_of(path)
    assert layout is not None
    assert layout.table == "outpatient"
    assert list(rows_of(path, layout, [])) == [("45380", "45378", "0", "[2020-01-01,)")]


@pytest.mark.parametrize(
    ("words", "table"),
    [
        ("Practitioner Services", "practitioner"),
        ("Outpatient Hospital Services", "outpatient"),
        ("DME Supplier Services", "dme"),
    ],
)
def test_units_say_in_their_header_of_whom_they_speak(tmp_path: Path, words: str, table: str) -> None:
    path = units_file(
        tmp_path, ["97110,6,3 Date of Service Edit: Clinical,Clinical: Data", "80053,1,2,Policy"], table=words
    )
    layout = layout_of(path)
    assert layout is not None
    assert (layout.kind, layout.table) == ("units", table)
    assert list(rows_of(path, layout, [])) == [("97110", 6, "3"), ("80053", 1, "2")]


def test_add_on_codes_have_days_by_their_number_in_the_year(tmp_path: Path) -> None:
    rows = [
        "64461 64447 1 2016001 - - -",
        "99100 CCCCC 2 2013091 2026090 - -",
        "69990 61304 3 2013091 - 2025365 2026181",
    ]
    path = add_on_file(tmp_path, rows)
    layout = layout_of(path)
    assert layout is not None
    assert list(rows_of(path, layout, [])) == [
        ("64461", "64447", "1", "[2016-01-01,)"),
        ("99100", "", "2", "[2013-04-01,2026-04-01)"),
        ("69990", "61304", "3", "[2013-04-01,2026-01-01)"),
    ]


def test_a_stream_gives_what_is_asked_for_and_all_of_it() -> None:
    made = 0

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal made
        for number in range(12_000):
            made += 1
            yield (number, "x")

    stream = _Stream(rows())
    first = stream.read(100)
    assert len(first) == 100
    assert made <= 5_000, "no more was made than was asked for"
    whole = first + "".join(iter(lambda: stream.read(8192), ""))
    assert whole.count("\n") == 12_000
    assert whole.endswith("11999\tx\n")


# --- loading ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_files_of_a_quarter_are_loaded_together_and_once(tmp_path: Path) -> None:
    first = pairs_file(tmp_path, ["29881 29870 20200101 * 0"], "ccipra-v320r0-f1.TXT")
    second = pairs_file(tmp_path, ["45380 45378 20200101 * 1"], "ccipra-v320r0-f2.TXT")
    done = load(first, second)
    assert (done.row_count, done.added_count, done.superseded_count) == (2, 2, 0)
    assert standing_pairs() == {
        ("practitioner", "29881", "29870", "0", date(2020, 1, 1), None),
        ("practitioner", "45380", "45378", "1", date(2020, 1, 1), None),
    }
    again = load(second, first)
    assert again.is_known
    assert ProcedurePair.objects.count() == 2
    assert EditRelease.objects.get(kind="pairs").files == ["ccipra-v320r0-f1.TXT", "ccipra-v320r0-f2.TXT"]


@pytest.mark.django_db
def test_the_next_quarter_says_all_and_keeps_what_was_believed(tmp_path: Path) -> None:
    load(pairs_file(tmp_path, ["29881 29870 20200101 * 0", "29881 20610 20200101 * 1"]))
    rows = ["29881 29870 20200101 * 0", "29881 20610 20200101 20260331 1", "11042 97597 20260401 * 1"]
    done = load(pairs_file(tmp_path, rows, "ccipra-v321r0-f1.TXT"))
    assert (done.added_count, done.superseded_count) == (2, 1)
    assert ("practitioner", "29881", "20610", "1", date(2020, 1, 1), date(2026, 4, 1)) in standing_pairs()
    believed = ProcedurePair.objects.get(superseded_at__isnull=False)
    assert (believed.column_two, believed.period.upper) == ("20610", None)


@pytest.mark.django_db
def test_an_older_quarter_of_pairs_is_refused(tmp_path: Path) -> None:
    load(pairs_file(tmp_path, ["29881 29870 20200101 * 0"], "ccipra-v321r0-f1.TXT"))
    with pytest.raises(Conflict, match="later quarter"):
        load(pairs_file(tmp_path, ["29881 29870 20200101 * 1"], "ccipra-v320r0-f1.TXT"))


@pytest.mark.django_db
def test_a_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    rows = [f"{number} 29870 20200101 * 0" for number in range(10000, 10020)]
    load(pairs_file(tmp_path, rows))
    with pytest.raises(Conflict, match="whole"):
        load(pairs_file(tmp_path, rows[:10], "ccipra-v321r0-f1.TXT"))
    assert len(standing_pairs()) == 20


@pytest.mark.django_db
def test_practitioners_and_hospitals_do_not_touch_each_other(tmp_path: Path) -> None:
    load(pairs_file(tmp_path, ["29881 29870 20200101 * 0"]))
    load(pairs_file(tmp_path, ["45380 45378 20200101 * 0"], "ccioph-v320r0-f1.TXT"))
    assert {row[0] for row in standing_pairs()} == {"practitioner", "outpatient"}


@pytest.mark.django_db
def test_wrong_rows_are_told_with_their_lines_and_nothing_is_loaded(tmp_path: Path) -> None:
    rows = [
        "29881 29870 20200101 * 0",
        "2988 29870 20200101 * 0",
        "29881 29870 20201301 * 0",
        "29881 29871 20200101 * 7",
    ]
    path = pairs_file(tmp_path, rows)
    with path.open("a") as stream:
        stream.write("29881\t20610\r\n")
    with pytest.raises(Invalid) as raised:
        load(path)
    assert raised.value.extra["problems"] == [
        f"{path.name}, line 8: 2988 is no procedure code",
        f"{path.name}, line 9: 20201301 is no day",
        f"{path.name}, line 10: 7 is no modifier indicator",
        f"{path.name}, line 11: it has 2 cells, of which number 6 is wanted",
    ]
    assert not ProcedurePair.objects.exists()


@pytest.mark.django_db
def test_units_hold_from_their_quarter_until_the_next_that_is_loaded(tmp_path: Path) -> None:
    load(units_file(tmp_path, ["97110,6,3,x", "80053,1,2,x", "96372,4,3,x"]))
    done = load(units_file(tmp_path, ["97110,8,3,x", "80053,1,2,x", "96372,4,3,x"], name="Eff_07-01-2026.csv"))
    assert (done.added_count, done.superseded_count) == (1, 1)
    assert standing_units() == {
        ("practitioner", "97110", 6, "3", date(2026, 1, 1), date(2026, 7, 1)),
        ("practitioner", "97110", 8, "3", date(2026, 7, 1), None),
        ("practitioner", "80053", 1, "2", date(2026, 1, 1), None),
        ("practitioner", "96372", 4, "3", date(2026, 1, 1), None),
    }


@pytest.mark.django_db
def test_a_quarter_in_between_takes_only_its_own_days(tmp_path: Path) -> None:
    same = ["80053,1,2,x", "96372,4,3,x", "99213,1,2,x"]
    load(units_file(tmp_path, ["97110,6,3,x", *same]))
    load(units_file(tmp_path, ["97110,6,3,x", *same], name="Eff_07-01-2026.csv"))
    load(units_file(tmp_path, ["97110,4,3,x", *same], name="Eff_04-01-2026.csv"))
    assert {row[2:] for row in standing_units() if row[1] == "97110"} == {
        (6, "3", date(2026, 1, 1), date(2026, 4, 1)),
        (4, "3", date(2026, 4, 1), date(2026, 7, 1)),
        (6, "3", date(2026, 7, 1), None),
    }


@pytest.mark.django_db
def test_a_corrected_file_of_the_same_quarter_takes_the_place_of_the_first(tmp_path: Path) -> None:
    same = ["80053,1,2,x", "96372,4,3,x", "99213,1,2,x"]
    load(units_file(tmp_path, ["97110,6,3,x", *same]))
    load(units_file(tmp_path, ["97110,5,3,x", *same]))
    assert {row[2:] for row in standing_units() if row[1] == "97110"} == {(5, "3", date(2026, 1, 1), None)}


@pytest.mark.django_db
def test_add_on_codes_are_loaded_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = add_on_file(tmp_path, ["64461 64447 1 2016001 - - -", "99100 CCCCC 2 2013091 - - -"])
    call_command("load_edits", str(path))
    call_command("load_edits", str(path))
    assert capsys.readouterr().out.splitlines() == [
        "add_ons 2026 Q1: 2 read, 2 added, 0 superseded",
        "add_ons 2026 Q1: these files are loaded already (2 rows)",
    ]
    assert set(AddOnCode.objects.values_list("code", "primary_code", "kind")) == {
        ("64461", "64447", "1"),
        ("99100", "", "2"),
    }


@pytest.mark.django_db
def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no file"):
        call_command("load_edits", str(tmp_path / "none.txt"))
    other = tmp_path / "other.txt"
    other.write_text("code\twords\n99213\tx\n")
    with pytest.raises(CommandError, match="no layout"):
        call_command("load_edits", str(other))
    unnamed = pairs_file(tmp_path, ["29881 29870 20200101 * 0"], "edits.txt")
    with pytest.raises(CommandError, match="quarter"):
        call_command("load_edits", str(unnamed))
    with pytest.raises(CommandError, match="practitioner"):
        call_command("load_edits", str(unnamed), quarter=date(2026, 1, 1))
    call_command("load_edits", str(unnamed), quarter=date(2026, 1, 1), table="practitioner")
    assert len(standing_pairs()) == 1


@pytest.mark.django_db
def test_files_of_two_tables_are_not_loaded_as_one(tmp_path: Path) -> None:
    first = pairs_file(tmp_path, ["29881 29870 20200101 * 0"])
    second = pairs_file(tmp_path, ["45380 45378 20200101 * 0"], "ccioph-v320r0-f1.TXT")
    with pytest.raises(Invalid, match="not of one table"):
        load(first, second)
