"""Code sets: valid on a day, in words, from releases that follow each other; nothing is overwritten."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from tpa.foundation.codes import (
    OUR_OWN,
    CodeRow,
    is_whole,
    load_folder,
    load_release,
    load_shipped,
    unknown_codes,
    validity_of,
    words_of,
)
from tpa.foundation.models import Code, CodeSet

pytestmark = pytest.mark.django_db

PUBLIC = Path(django_settings.BASE_DIR).parent / "shared" / "codes"
ON = date(2026, 11, 24)
ICD = CodeSet.ICD10CM


def _release(rows, on=None, source="first", code_set=ICD):
    return load_release(code_set, [CodeRow(*row) for row in rows], source=source, effective_on=on)


def test_what_comes_with_us_is_there_after_migrate_and_is_our_own():
    assert set(Code.objects.values_list("source", flat=True)) == {OUR_OWN}
    assert words_of(CodeSet.CARC, ["45", "1"], on=ON)["1"] == "Deductible"
    assert words_of(CodeSet.PLACE_OF_SERVICE, ["11"], on=ON) == {"11": "Office"}
    assert load_shipped() == 0


def test_our_own_small_tables_make_nothing_invalid():
    assert not is_whole(ICD)
    assert unknown_codes(ICD, ["XXX"], on=ON) == set()


def test_our_own_words_are_mended_in_place():
    Code.objects.filter(code_set=CodeSet.CARC, code="1").update(words="Dedctible")
    assert load_shipped() == 1
    assert words_of(CodeSet.CARC, ["1"], on=ON)["1"] == "Deductible"


def test_the_first_release_counts_since_ever_and_gives_its_own_words():
    loaded = _release([("I10", "Essential hypertension"), ("A00", "Cholera", False), ("A000", "Cholera, 01")])
    assert (loaded.read_count, loaded.changed_count, loaded.ended_count) == (3, 0, 0)
    assert words_of(ICD, ["I10", "A00.0"], on=date(1998, 1, 1)) == {
        "I10": "Essential hypertension",
        "A00.0": "Cholera, 01",
    }
    assert unknown_codes(ICD, ["I10", "A00.0", "A00", "Q99"], on=ON) == {"A00", "Q99"}
    with pytest.raises(ValueError, match="which day"):
        _release([("I10", "x")])


def test_loading_again_changes_nothing():
    rows = [("I10", "Essential hypertension"), ("A000", "Cholera, 01")]
    _release(rows)
    before = list(Code.objects.order_by("id").values())
    again = _release(rows, on=date(2026, 4, 1))
    assert (again.added_count, again.changed_count, again.ended_count) == (0, 0, 0)
    assert list(Code.objects.order_by("id").values()) == before


def test_a_later_release_ends_drops_and_rewords_from_its_day_on():
    _release([("A000", "old words"), ("A001", "stays"), ("A009", "goes")])
    loaded = _release([("A000", "new words"), ("A001", "stays"), ("A002", "comes")], on=date(2026, 10, 1), source="2nd")
    assert (loaded.added_count, loaded.changed_count, loaded.ended_count) == (1, 1, 1)
    codes = ["A000", "A001", "A002", "A009"]
    assert words_of(ICD, codes, on=date(2026, 9, 30)) == {"A000": "old words", "A001": "stays", "A009": "goes"}
    assert words_of(ICD, codes, on=date(2026, 10, 1)) == {"A000": "new words", "A001": "stays", "A002": "comes"}
    assert unknown_codes(ICD, codes, on=date(2026, 10, 1)) == {"A009"}
    again = _release([("A000", "new words"), ("A001", "stays"), ("A002", "comes")], on=date(2026, 10, 1), source="2nd")
    assert (again.added_count, again.changed_count, again.ended_count) == (0, 0, 0)


def test_a_release_that_is_loaded_again_mended_leaves_one_row():
    _release([("A000", "old")])
    _release([("A000", "mispelt")], on=date(2026, 10, 1))
    _release([("A000", "misspelt")], on=date(2026, 10, 1))
    assert Code.objects.filter(code_set=ICD, code="A000").count() == 2
    assert words_of(ICD, ["A000"], on=ON) == {"A000": "misspelt"}


def test_a_code_that_comes_back_counts_again():
    _release([("A000", "a"), ("A001", "b")])
    _release([("A001", "b")], on=date(2025, 10, 1))
    _release([("A000", "a"), ("A001", "b")], on=date(2026, 10, 1))
    assert unknown_codes(ICD, ["A000"], on=date(2026, 1, 1)) == {"A000"}
    assert unknown_codes(ICD, ["A000"], on=date(2026, 10, 1)) == set()


def test_a_release_without_words_keeps_ours():
    load_release(CodeSet.CARC, [CodeRow("1"), CodeRow("999")], source="list", effective_on=None)
    assert words_of(CodeSet.CARC, ["1", "999"], on=ON) == {"1": "Deductible"}
    assert unknown_codes(CodeSet.CARC, ["1", "999", "998"], on=ON) == {"998"}


def test_the_seventh_character_of_an_injury():
    _release([("S63501", "Sprain of wrist"), ("T148", "Other injury"), ("S93", "heading", False)])
    assert unknown_codes(ICD, ["S63.501A", "T14.8XXA", "S63501", "S93XXXA"], on=ON) == {"S93XXXA"}
    assert words_of(ICD, ["S63.501A"], on=ON) == {"S63.501A": "Sprain of wrist"}


def test_the_database_holds_one_meaning_at_a_time():
    with pytest.raises(IntegrityError, match="code_once_at_a_time"), transaction.atomic():
        Code.objects.create(code_set=CodeSet.CARC, code="1", words="x", effective=(None, None), source="x")


def test_questions_cost_a_fixed_number_of_queries(django_assert_num_queries):
    _release([("A000", "a")])
    with django_assert_num_queries(2):
        unknown_codes(ICD, [f"A{number:03}" for number in range(500)], on=ON)
    with django_assert_num_queries(1):
        words_of(ICD, [f"A{number:03}" for number in range(500)], on=ON)


def test_a_folder_is_read_by_the_names_of_its_files(tmp_path):
    (tmp_path / "hcpcs_level2_2026-04.csv").write_text(
        'HCPCSCode,ShortDescriptor\nA0425,"Ground mileage"\nD0120,licensed\n99213,licensed\n'
    )
    (tmp_path / "carc_codes.txt").write_text("1\nB7\nUNKNOWN\n__CARC_UNKNOWN__")
    (tmp_path / "other.csv").write_text("x")
    out = StringIO()
    call_command("load_codes", str(tmp_path), stdout=out)
    assert "carc: 2 read" in out.getvalue()
    assert "hcpcs: 1 read" in out.getvalue()
    assert not Code.objects.filter(words="licensed").exists()
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(CommandError, match="no file"):
        call_command("load_codes", str(empty))
    with pytest.raises(CommandError, match="no folder"):
        call_command("load_codes", "/nowhere")


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public code sets are not beside this repository")
def test_the_public_sets_load_whole():
    counts = {one.code_set: one.read_count for one in load_folder(PUBLIC, effective_on=None)}
    assert counts["icd10cm"] > 40_000
    assert counts["hcpcs"] > 6_000
    assert counts["taxonomy"] > 800
    assert counts["carc"] > 380
    assert counts["rarc"] > 1_100
    assert unknown_codes(ICD, ["E11.9", "S93.401A", "E11", "Z99.99"], on=ON) == {"E11", "Z99.99"}
    assert words_of(CodeSet.TAXONOMY, ["207Q00000X"], on=ON) == {"207Q00000X": "Family Medicine Physician"}
    # Every code for which we ship words exists, except those that ended or that no public file lists.
    for code_set in (CodeSet.CARC, CodeSet.RARC, CodeSet.TAXONOMY, CodeSet.ICD10CM):
        assert not Code.objects.filter(code_set=code_set, source=OUR_OWN).exclude(code__regex="^S.*A$").exists()


@pytest.mark.django_db
def test_when_codes_were_valid_is_told_of_whole_sets_in_one_query(django_assert_num_queries) -> None:
    rows = [CodeRow("J1885"), CodeRow("J9999")]
    load_release(CodeSet.HCPCS, rows, source="first", effective_on=None)
    load_release(CodeSet.HCPCS, rows[:1], source="second", effective_on=date(2026, 4, 1))
    asked = {("hcpcs", "J1885"), ("hcpcs", "J9999"), ("hcpcs", "Q0000"), ("modifier", "25"), ("procedure", "99213")}
    with django_assert_num_queries(1):
        assert validity_of(asked) == {
            ("hcpcs", "J1885"): ((None, None),),
            ("hcpcs", "J9999"): ((None, date(2026, 4, 1)),),
            ("hcpcs", "Q0000"): (),
        }
    assert validity_of(set()) == {}
