"""Reading an 834: which segment says what of whom, and what can not be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employers.edi.x834 import EnrolmentHeader, read_enrolment
from employers.facts import MemberRecord
from tpa.foundation.x12 import envelope
from tpa.foundation.x12.envelope_model import EnvelopeFinding
from tpa.foundation.x12.tokens import read_set

SHARED = Path(__file__).resolve().parents[4] / "shared" / "edi" / "834"

SUBSCRIBER = "INS*Y*18*021*28*A***FT~REF*0F*S1~REF*1L*GRP1~NM1*IL*1*NOVAK*ANNA*M***34*219099999~"


def read(text: str) -> tuple[EnrolmentHeader, list[MemberRecord]]:
    segments = [segment.split("*") for segment in text.replace("\n", "").split("~") if segment]
    header, records = read_enrolment(segments)
    return header, list(records)


def only(text: str) -> MemberRecord:
    _header, [record] = read(text)
    return record


def test_the_header_says_who_sends_and_whether_it_is_everybody():
    header, records = read(
        "ST*834*0001*005010X220A1~BGN*00*REF77*20260401*1200****4~REF*38*POL9~DTP*007*D8*20260401~"
        f"N1*P5*LAKES INC*FI*12-3456789~N1*IN*STEWARD*FI*987654321~{SUBSCRIBER}SE*9*0001~"
    )
    assert header == EnrolmentHeader(
        reference="REF77",
        written_on=date(2026, 4, 1),
        is_full=True,
        policy_number="POL9",
        sponsor_name="LAKES INC",
        sponsor_number="123456789",
        group_number="GRP1",
    )
    assert len(records) == 1


def test_a_set_without_members_is_a_header():
    assert read("BGN*00*X*20260401*1200****2~SE*3*0001~")[1] == []


def test_what_is_said_of_a_person():
    record = only(
        f"{SUBSCRIBER}PER*IP**HP*5551234567*EM*anna@example.org~N3*1 OAK ST*APT 5~N4*DAYTON*OH*45402~DMG*D8*19800506*F~"
        "DTP*336*D8*20190301~DTP*356*D8*20260101~REF*DX*EAST~"
    )
    assert (record.subscriber_number, record.relationship, record.action) == ("S1", "18", "set")
    assert (record.last_name, record.first_name, record.middle_name, record.ssn) == ("NOVAK", "ANNA", "M", "219099999")
    assert (record.address_line, record.city, record.state, record.postal_code) == (
        "1 OAK ST APT 5",
        "DAYTON",
        "OH",
        "45402",
    )
    assert (record.birth_on, record.sex, record.email) == (date(1980, 5, 6), "F", "anna@example.org")
    assert (record.hired_on, record.starts_on, record.division) == (date(2019, 3, 1), date(2026, 1, 1), "EAST")
    assert (record.group_number, record.because) == ("GRP1", "first enrolment")


def test_the_name_before_the_correction_and_other_peoples_addresses_are_not_the_members():
    record = only(
        f"{SUBSCRIBER}N4*DAYTON*OH*45402~DMG*D8*19800506*F~NM1*70*1*NOWAK*ANNE~DMG*D8*19800605*M~NM1*31*1~N3*PO BOX 7~"
        "N4*TOLEDO*OH*43604~NM1*QD*1*UNCLE*SAM~N4*AKRON*OH*44301~"
    )
    assert (record.last_name, record.birth_on, record.sex, record.city) == ("NOVAK", date(1980, 5, 6), "F", "DAYTON")
    assert only(SUBSCRIBER.replace("*IL*", "*74*")).last_name == "NOVAK"


def test_last_days_are_counted_in_the_file_and_first_days_after_inside():
    record = only(f"{SUBSCRIBER}DTP*357*D8*20260630~HD*021**HLT*GOLD*FAM~DTP*348*D8*20260101~DTP*349*D8*20260930~")
    assert record.ends_on == date(2026, 7, 1)
    [coverage] = record.coverages
    assert (coverage.starts_on, coverage.ends_on) == (date(2026, 1, 1), date(2026, 10, 1))
    assert (coverage.plan_codes, coverage.tier, coverage.action) == (("GOLD", "HLT"), "FAM", "set")


@pytest.mark.parametrize(
    ("said", "tier"),
    [("EMP", "EE"), ("IND", "EE"), ("ESP", "ES"), ("ECH", "EC"), ("FAM", "FAM"), ("E1D", "EC"), ("", ""), ("SPO", "")],
)
def test_tiers(said, tier):
    assert only(f"{SUBSCRIBER}HD*021**HLT**{said}~").coverages[0].tier == tier


@pytest.mark.parametrize(
    ("code", "action", "day"),
    [
        ("021", "set", None),
        ("001", "set", None),
        ("030", "set", None),
        ("024", "end", date(2026, 7, 1)),
        ("025", "set", None),
    ],
)
def test_what_happens_to_a_coverage(code, action, day):
    end = "DTP*349*D8*20260630~" if day else ""
    [coverage] = only(f"{SUBSCRIBER}HD*{code}**HLT~DTP*348*D8*20260101~{end}").coverages
    assert (coverage.action, coverage.ends_on) == (action, day)


def test_a_deleted_coverage_ends_before_it_begins():
    [coverage] = only(f"{SUBSCRIBER}HD*002**HLT~DTP*348*D8*20260101~").coverages
    assert (coverage.action, coverage.ends_on) == ("end", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("code", "action"), [("021", "set"), ("001", "set"), ("024", "end"), ("025", "reinstate"), ("030", "set")]
)
def test_what_happens_to_a_member(code, action):
    record = only(SUBSCRIBER.replace("*021*", f"*{code}*") + "DTP*303*D8*20260501~")
    assert record.action == action
    assert record.starts_on == date(2026, 5, 1)
    assert record.ends_on == (date(2026, 5, 1) if action == "end" else None)


@pytest.mark.parametrize(
    ("ins", "relationship"),
    [
        ("Y*18", "18"),
        ("Y*19", "18"),
        ("N*01", "01"),
        ("N*53", "01"),
        ("N*19", "19"),
        ("N*17", "19"),
        ("N*09", "19"),
        ("N*38", "G8"),
    ],
)
def test_relationships(ins, relationship):
    assert only(f"INS*{ins}*021~REF*0F*S1~").relationship == relationship


def test_a_dependents_own_numbers_and_whom_he_is_listed_under():
    _header, records = read(
        f"{SUBSCRIBER}INS*N*19*021~REF*0F*S1~REF*23*S1-02~NM1*IL*1*NOVAK*TOM~"
        "INS*N*19*021~REF*0F*S1~NM1*IL*1*NOVAK*MIA****ZZ*M77~"
    )
    assert [(record.own_number, record.listed_under) for record in records] == [
        ("", ""),
        ("S1-02", "S1"),
        ("M77", "S1"),
    ]


def test_other_coverage_and_who_pays_first():
    record = only(
        f"{SUBSCRIBER}HD*021**HLT~DTP*348*D8*20260101~COB*P*POL1*1~DTP*344*D8*20250101~DTP*345*D8*20261231~"
        "NM1*IN*2*LAKESIDE MUTUAL*****NI*L44~COB*S*POL2*1~NM1*36*2*MEDICARE~COB*U*POL3*5~COB*P*POL4*6~"
    )
    found = [
        (other.payer_name, other.kind, other.pays_first, other.policy_number) for other in record.coverages[0].other
    ]
    assert found == [
        ("LAKESIDE MUTUAL", "group", True, "POL1"),
        ("MEDICARE", "medicare", False, "POL2"),
        ("another payer", "group", None, "POL3"),
    ]
    first = record.coverages[0].other[0]
    assert (first.starts_on, first.ends_on, first.payer_number) == (date(2025, 1, 1), date(2027, 1, 1), "L44")


def test_what_stands_between_ls_and_le_and_in_provider_loops_is_not_the_members():
    record = only(
        f"{SUBSCRIBER}HD*021**HLT~DTP*348*D8*20260101~LX*1~NM1*P3*1*DOCTOR*ONE~DTP*349*D8*20200101~LS*2700~LX*1~"
        "N1*75*SOMETHING~REF*17*D4~DTP*349*D8*20200101~LE*2700~"
    )
    assert record.coverages[0].ends_on is None


def test_disability_and_long_term_care_are_left_to_others():
    record = only(f"{SUBSCRIBER}HD*021**STD**IND~DTP*348*D8*20260101~HD*021**DEN**IND~DTP*348*D8*20260101~")
    assert [coverage.plan_codes for coverage in record.coverages] == [("", "DEN")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SUBSCRIBER.replace("REF*0F*S1~", ""), "subscriber.missing"),
        (SUBSCRIBER.replace("*021*", "*999*"), "action.unknown"),
        (f"{SUBSCRIBER}DMG*D8*19801399*F~", "date.wrong"),
        (f"{SUBSCRIBER}HD*021**HLT~DTP*348*D8*today~", "date.wrong"),
    ],
)
def test_what_can_not_be_read_is_a_fault_of_the_record(text, code):
    assert [fault.code for fault in only(text).faults] == [code]


def test_a_number_that_is_no_ssn_is_let_go():
    assert only(SUBSCRIBER.replace("219099999", "000000001")).ssn == ""


_SEGMENT = st.lists(
    st.sampled_from(["INS", "HD", "DTP", "COB", "NM1", "DMG", "REF", "", "Y", "348", "D8", "20260101", "é"]), min_size=1
)


@given(st.lists(_SEGMENT, max_size=12))
def test_reading_never_raises(segments):
    _header, records = read_enrolment(segments)
    list(records)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real files is not beside the project")
def test_every_real_file_is_read():
    seen = 0
    for path in sorted(SHARED.glob("*.edi")):
        with path.open("rb") as stream:
            for reference in list(envelope.transaction_sets(stream)):
                if not isinstance(reference, EnvelopeFinding):
                    segments = read_set(stream, reference.offset, reference.length, reference.delimiters)
                    seen += len(list(read_enrolment(segments)[1]))
    assert seen > 60
