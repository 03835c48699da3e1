"""Loading a CSV: all problems at once with row and column, a dry run that is the real thing, bad rows to correct."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employers.eligibility.load_csv import LoadedCsv, bad_rows_of, load_csv
from employers.eligibility.read_csv import read_csv
from employers.eligibility.selectors import coverage_facts
from employers.models import Coverage, EligibilityFile, EligibilityProblem, Family, Member
from tests.factories.employers import TESTER, make_division, make_employer, offer
from tests.factories.plans import make_plan
from tests.factories.users import make_scope
from tpa.foundation.access import system_scope
from tpa.foundation.errors import Conflict, NotFound

SCOPE = system_scope("tests")
HEADER = (
    "subscriber_number,relationship,last_name,first_name,birth_date,sex,ssn,email,"
    "division,plan,tier,start_date,end_date"
)
ANNA = "S1,employee,Novak,Anna,1980-05-06,F,219-09-9999,anna@example.org,EAST,gold,,2026-01-01,"
BEN = "S1,spouse,Novak,Ben,01/02/1979,M,,,,gold,,01/01/2026,"


@pytest.fixture
def employer():
    employer = make_employer()
    make_division(employer, "EAST")
    offer(employer, make_plan("gold"))
    return employer


def load(employer, *rows: str, header: str = HEADER, **fields) -> LoadedCsv:
    data = "\r\n".join([header, *rows]).encode()
    return load_csv(employer_id=employer.pk, data=data, name="july.csv", by=TESTER, **fields)


@pytest.mark.django_db
def test_rows_become_members_and_coverage(employer):
    done = load(employer, BEN, ANNA)
    assert (done.is_readable, done.applied.added_count, done.applied.problems) == (True, 2, [])
    anna = Member.objects.get(first_name="Anna")
    assert (anna.ssn, anna.email, anna.birth_on) == ("219099999", "anna@example.org", date(1980, 5, 6))
    assert {coverage.tier for coverage in Coverage.objects.all()} == {"ES"}
    file = EligibilityFile.objects.get(pk=done.file_id)
    assert (file.status, file.layout, file.row_count, file.added_count) == ("applied", "csv", 2, 2)


@pytest.mark.django_db
def test_the_same_file_is_not_applied_twice(employer):
    first = load(employer, ANNA)
    with pytest.raises(Conflict) as refused:
        load(employer, ANNA)
    assert refused.value.extra == {"file_id": first.file_id}
    other = make_employer()
    make_division(other, "EAST")
    offer(other, make_plan())
    load(other, ANNA.replace("gold", ""))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("S2,boss,Novak,Anna,1980-05-06,F,,,,gold,,2026-01-01,", "relationship", "relationship.unknown"),
        (",employee,Novak,Anna,1980-05-06,F,,,,gold,,2026-01-01,", "subscriber_number", "cell.missing"),
        ("S2,employee,Novak,Anna,,F,,,,gold,,2026-01-01,", "birth_date", "cell.missing"),
        ("S2,employee,Novak,Anna,6.5.1980,F,,,,gold,,2026-01-01,", "birth_date", "date.wrong"),
        ("S2,employee,Novak,Anna,2026-02-30,F,,,,gold,,2026-01-01,", "birth_date", "date.wrong"),
        ("S2,employee,Novak,Anna,1980-05-06,?,,,,gold,,2026-01-01,", "sex", "sex.unknown"),
        ("S2,employee,Novak,Anna,1980-05-06,F,000-12-3456,,,gold,,2026-01-01,", "ssn", "ssn.wrong"),
        ("S2,employee,Novak,Anna,1980-05-06,F,,nowhere,,gold,,2026-01-01,", "email", "email.wrong"),
        ("S2,employee,Novak,Anna,1980-05-06,F,,,NORTH,gold,,2026-01-01,", "division", "division.unknown"),
        ("S2,employee,Novak,Anna,1980-05-06,F,,,,bronze,,2026-01-01,", "plan", "plan.unknown"),
        ("S2,employee,Novak,Anna,1980-05-06,F,,,,gold,EX,2026-01-01,", "tier", "tier.unknown"),
        ("S2,employee,Novak,Anna,1980-05-06,F,,,,gold,,,", "start_date", "coverage.no_start"),
        ("S2,employee,Novak,Anna,1980-05-06,F,,,,gold,,2026-02-01,2026-01-31", "end_date", "date.order"),
        (f"S2,employee,{'N' * 61},Anna,1980-05-06,F,,,,gold,,2026-01-01,", "last_name", "cell.too_long"),
        ("S2,employee,Novak,Anna", "", "row.length"),
        ("S9,child,Novak,Tom,2012-05-06,M,,,,gold,,2026-01-01,", "", "subscriber.unknown"),
        (ANNA, "", "row.twice"),
    ],
)
def test_a_problem_is_named_with_its_row_and_column_and_the_rest_is_loaded(employer, row, column, code):
    done = load(employer, ANNA, "", row)
    assert (4, column, code) in [(problem.row_number, problem.place, problem.code) for problem in done.applied.problems]
    assert (done.applied.added_count, done.applied.refused_count) == (1, 1)
    assert Family.objects.count() == 1
    stored = EligibilityProblem.objects.filter(kind="refused").first()
    assert stored is not None
    assert stored.message
    assert "Novak" not in stored.message


@pytest.mark.django_db
def test_all_problems_of_a_row_and_of_all_rows_are_told_at_once(employer):
    done = load(employer, *["S2,boss,,Anna,someday,?,1,x,NORTH,bronze,EX,2026-01-01,"] * 30)
    of_row = {problem.code for problem in done.applied.problems if problem.row_number == 2}
    assert of_row >= {"relationship.unknown", "cell.missing", "date.wrong", "sex.unknown", "ssn.wrong", "tier.unknown"}
    assert {problem.row_number for problem in done.applied.problems} == set(range(2, 32))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "column", "code"),
    [
        (HEADER.replace("email", "mail"), "mail", "column.unknown"),
        (HEADER.replace("birth_date,", ""), "birth_date", "column.missing"),
        (HEADER.replace("division", "plan"), "plan", "column.twice"),
        ("", "last_name", "column.missing"),
    ],
)
def test_a_header_that_is_wrong_refuses_the_whole_file(employer, header, column, code):
    done = load(employer, ANNA, header=header)
    assert not done.is_readable
    assert (1, column, code) in [(problem.row_number, problem.place, problem.code) for problem in done.applied.problems]
    assert not Member.objects.exists()
    assert EligibilityFile.objects.get().status == "rejected"


@pytest.mark.django_db
def test_a_file_without_rows_is_told(employer):
    assert [problem.code for problem in load(employer).applied.problems] == ["file.no_rows"]


@pytest.mark.django_db
def test_a_dry_run_tells_the_same_and_leaves_nothing(employer):
    rows = ANNA, "S2,boss,Novak,Anna,1980-05-06,F,,,,gold,,2026-01-01,"
    dry = load(employer, *rows, dry_run=True)
    assert dry.file_id is None
    assert not Member.objects.exists()
    assert not EligibilityFile.objects.exists()
    wet = load(employer, *rows)
    assert (dry.applied.problems, dry.bad_rows) == (wet.applied.problems, wet.bad_rows)


@pytest.mark.django_db
def test_bad_rows_can_be_fetched_corrected_and_sent_again(employer):
    done = load(employer, ANNA, '"=cmd()",boss,Novak,Bob,1980-05-06,M,,,,gold,,2026-01-01,')
    assert done.file_id is not None
    data = bad_rows_of(SCOPE, done.file_id)
    assert data == done.bad_rows
    [row] = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert row["subscriber_number"] == "'=cmd()", "no spreadsheet runs it"
    assert "relationship" in row.pop("problem")
    corrected = {**row, "relationship": "employee"}
    out = io.StringIO()
    writer = csv.DictWriter(out, corrected)
    writer.writeheader()
    writer.writerow(corrected)
    again = load_csv(employer_id=employer.pk, data=out.getvalue().encode(), name="again.csv", by=TESTER)
    assert again.applied.added_count == 1
    assert Family.objects.filter(subscriber_number="=cmd()").exists()


@pytest.mark.django_db
def test_another_employer_does_not_fetch_them(employer):
    done = load(employer, "S2,boss,Novak,Anna,1980-05-06,F,,,,gold,,2026-01-01,")
    scope = make_scope("employer_hr", employer_id=make_employer().pk)
    with pytest.raises(NotFound):
        bad_rows_of(scope, done.file_id or 0)


@pytest.mark.django_db
def test_who_is_missing_from_a_full_file_is_reported_and_not_ended(employer):
    load(employer, ANNA, ANNA.replace("S1", "S2").replace("219-09-9999", ""))
    done = load(employer, BEN, ANNA, is_full=True)
    missing = [problem for problem in done.applied.problems if problem.kind == "missing"]
    assert [problem.member_id for problem in missing] == [Member.objects.get(family__subscriber_number="S2").pk]
    assert coverage_facts([missing[0].member_id])[missing[0].member_id][0].ends_on is None


@pytest.mark.django_db
def test_who_stands_in_a_refused_row_is_not_missing(employer):
    load(employer, ANNA)
    done = load(employer, ANNA.replace("gold", "bronze"), is_full=True)
    assert {problem.code for problem in done.applied.problems} == {"plan.unknown"}


@pytest.mark.django_db
def test_a_row_that_names_no_coverage_changes_the_person_only(employer):
    load(employer, ANNA)
    done = load(employer, "S1,employee,Novak,Anna,1980-05-06,F,,new@example.org,,,,,")
    assert done.applied.changed_count == 1
    assert Member.objects.get().email == "new@example.org"
    assert Coverage.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_come_in_many_coats(encoding, delimiter):
    text = f"{HEADER}\n{ANNA.replace('Novak', 'Núñez')}\n".replace(",", delimiter)
    read = read_csv(text.encode(encoding))
    assert not read.faults
    assert read.records[0].last_name == "Núñez"
    assert not read.records[0].faults


@given(st.binary(max_size=300))
def test_reading_never_raises(data):
    read_csv(data)
    read_csv(HEADER.encode() + b"\n" + data)


def test_a_quote_that_is_never_closed_is_a_row_that_can_not_be_read():
    read = read_csv(f'{HEADER}\n{ANNA}\n"'.encode() + b"x" * 200_000)
    assert [[fault.code for fault in record.faults] for record in read.records] == [[], ["row.length"]]
