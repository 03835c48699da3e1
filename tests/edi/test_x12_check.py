"""The check of one set: what is right passes, each kind of fault is told with its code and place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.edi.guides import INBOUND
from tests.edi.samples import PROFESSIONAL, SEGMENTS, one_set
from tpa.foundation.x12.check import MOST_FINDINGS, Part, SetCheck, SetVerdict, check_set
from tpa.foundation.x12.findings import Finding
from tpa.foundation.x12.guide import Guide
from tpa.foundation.x12.tokens import Delimiters, split_segments


@pytest.fixture(scope="module")
def guide() -> Guide:
    found = INBOUND.guide("005010X222A1")
    assert found is not None
    return found


def verdict_of(guide: Guide, **replacements: str) -> SetVerdict:
    return check_set(split_segments(one_set(**replacements), Delimiters()), guide)


def told(verdict: SetVerdict) -> list[str]:
    return [f"{finding.code} @{finding.ordinal} {finding.place}" for finding in verdict.findings]


def test_a_good_set_has_no_findings(guide: Guide) -> None:
    verdict = verdict_of(guide)
    assert (verdict.accepted, verdict.codes, verdict.findings) == (True, (), ())
    assert (verdict.segments_count, verdict.units_count) == (41, 2)


FAULTS = {
    "segment missing": ({"s9": ""}, ["3 @9 2010AA N3"]),
    "loop missing": ({"s18": ""}, ["I7 @18 2010BB NM1"]),
    "segment twice": ({"s11": "REF*EI*371234567\nREF*EI*371234567"}, ["5 @12 2010AA REF"]),
    "loop twice": ({"s5": "NM1*40*2*STEWARD*****46*STW01\nNM1*40*2*STEWARD*****46*STW01"}, ["4 @6 1000B NM1"]),
    "segment of no guide": ({"s9": "N3*12 OAK RIDGE ROAD\nZZZ*1"}, ["1 @10 2010AA ZZZ"]),
    "segment of another guide": ({"s9": "N3*12 OAK RIDGE ROAD\nINS*Y"}, ["2 @10 2010AA INS"]),
    "out of order": (
        {"s9": "N4*SPRINGFIELD*IL*627010001", "s10": "N3*12 OAK RIDGE ROAD"},
        ["3 @9 2010AA N3", "2 @10 2010AA N3"],
    ),
    "unknown loop, nothing below it told twice": (
        {"s22": "NM1*71*1*BIRCH*JOHN\nN3*1 A STREET\nN4*X*IL*62701", "s23": "REF*0B*1"},
        ["2 @22 2300 NM1"],
    ),
    "unknown qualifier": ({"s11": "REF*EI*371234567\nREF*XX*1"}, ["7 @12 2010AA REF01"]),
    "element missing": ({"s8": "NM1*85**OAKRIDGE*****XX*1234567893"}, ["1 @8 2010AA NM102"]),
    "only blanks are nothing": ({"s9": "N3* "}, ["1 @9 2010AA N301"]),
    "not used": ({"s13": "SBR*P**GRP1***N**CI"}, ["I10 @13 2000B SBR06", "I10 @13 2000B SBR08"]),
    "code": ({"s2": "BHT*0019*07*B-1*20260901*1200*CH"}, ["7 @2 BHT02"]),
    "too many elements": ({"s24": "LX*1*2"}, ["3 @24 2400 LX02"]),
    "too long": ({"s10": f"N4*{'X' * 31}*IL*627010001"}, ["5 @10 2010AA N401"]),
    "too short": ({"s10": "N4*X*IL*627010001"}, ["4 @10 2010AA N401"]),
    "date": ({"s20": "DTP*431*D8*20260231"}, ["8 @20 2300 DTP03"]),
    "leap day": ({"s20": "DTP*431*D8*20240229"}, []),
    "no leap day": ({"s20": "DTP*431*D8*20260229"}, ["8 @20 2300 DTP03"]),
    "range": ({"s29": "DTP*472*RD8*20260802-2026"}, ["8 @29 2400 DTP03"]),
    "range of one day": ({"s29": "DTP*472*RD8*20260802"}, []),
    "time": ({"s2": "BHT*0019*00*B-1*20260901*2500*CH"}, ["9 @2 BHT05"]),
    "amount no number": ({"s25": "SV1*HC:99213*1O0*UN*1***1"}, ["6 @25 2400 SV102"]),
    "amount with fractions of a cent": ({"s25": "SV1*HC:99213*100.001*UN*1***1"}, ["I12 @25 2400 SV102"]),
    "amount too big": ({"s25": "SV1*HC:99213*123456789*UN*1***1"}, ["5 @25 2400 SV102"]),
    "amount written oddly": ({"s25": "SV1*HC:99213*100.*UN*1.***1"}, []),
    "component missing": ({"s19": "CLM*PCN-1*150.5***11::1*Y*A*Y*I"}, ["1 @19 2300 CLM05-2"]),
    "component code": ({"s21": "HI*ABK:J020*ABK:R05"}, ["7 @21 2300 HI02-1"]),
    "components too many": ({"s19": "CLM*PCN-1*150.5***11:B:1:1*Y*A*Y*I"}, ["13 @19 2300 CLM05"]),
    "component in a simple element": ({"s9": "N3*12:OAK"}, ["13 @9 2010AA N301"]),
    "repeated where it may not be": ({"s9": "N3*12^OAK"}, ["12 @9 2010AA N301"]),
    "pair half sent": ({"s14": "NM1*IL*1*ALDER*ROSE****MI"}, ["2 @14 2010BA NM109"]),
    "one but not both": ({"s10": "N4*SPRINGFIELD*IL*627010001****IL"}, ["10 @10 2010AA N407", "2 @10 2010AA N404"]),
    "control character": ({"s9": "N3*12 OAK\x07ROAD"}, ["6 @9 2010AA N301"]),
    "HL out of count": ({"s30": "HL*4*2*23*0"}, ["I12 @30 2000C HL01"]),
    "HL under another": ({"s30": "HL*3*1*23*0"}, ["I12 @30 2000C HL02"]),
    "trailing separators": ({"s9": "N3*12 OAK RIDGE ROAD**"}, []),
    "letters of other languages": ({"s9": "N3*12 CALLE PEÑA"}, []),
    "claim after the patient's own": ({"s41": ""}, []),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told(guide: Guide, name: str) -> None:
    replacements, expected = FAULTS[name]
    verdict = verdict_of(guide, **replacements)
    assert told(verdict) == expected
    assert verdict.accepted == (not expected and "2" not in verdict.codes)


@pytest.mark.parametrize(
    ("replacements", "codes"),
    [
        ({"s41": "SE*40*0001"}, ("4",)),
        ({"s41": "SE*41*0002"}, ("3",)),
        ({"s41": ""}, ("2",)),
        ({"s41": "SE*X*0001"}, ("4", "5")),
        ({"s9": "", "s13": "SBR*P**GRP1***N**CI"}, ("5", "I5")),
        ({"s18": ""}, ("I5",)),
    ],
)
def test_codes_of_the_whole_set(guide: Guide, replacements: dict[str, str], codes: tuple[str, ...]) -> None:
    assert verdict_of(guide, **replacements).codes == codes


def test_a_finding_names_its_claim(guide: Guide) -> None:
    (finding,) = verdict_of(guide, s36="CLM*PCN-2*75***11:B:1*Y*Q*Y*I").findings
    assert finding.unit == ("CLM01", "PCN-2")
    assert finding.value == "Q"
    assert finding.number == "1359"
    (finding,) = verdict_of(guide, s9="").findings
    assert finding.unit == ("", "")


def test_parts_hold_every_segment_once_with_its_loop(guide: Guide) -> None:
    parts = list(SetCheck(guide).parts(iter(SEGMENTS)))
    assert [part.loop for part in parts] == ["", "2000A", "2000B", "2300", "2000C", "2300"]
    assert [segment for part in parts for segment in part.segments] == SEGMENTS
    assert [part.first for part in parts] == [1, 6, 12, 19, 30, 36]
    claim = parts[3]
    assert claim.unit == ("CLM01", "PCN-1")
    assert (claim.first, claim.last) == (19, 29)
    assert list(zip(claim.loops, (segment[0] for segment in claim.segments), strict=True)) == [
        *(("2300", name) for name in ("CLM", "DTP", "HI")),
        *(("2310B", name) for name in ("NM1", "PRV")),
        *(("2400", name) for name in ("LX", "SV1", "DTP", "LX", "SV1", "DTP")),
    ]


def test_a_reader_may_take_the_plain_stream(guide: Guide) -> None:
    check = SetCheck(guide)
    assert list(check.watch(iter(SEGMENTS))) == SEGMENTS
    assert check.verdict().accepted


def test_rules_see_each_part_and_do_not_refuse_the_set(guide: Guide) -> None:
    def rules(part: Part) -> list[Finding]:
        return [Finding("business", "seen", "CLM", part.first, part.loop, "", unit=part.unit)] if part.unit[1] else []

    verdict = check_set(SEGMENTS, guide, rules=rules)
    assert verdict.accepted
    assert [finding.unit[1] for finding in verdict.business] == ["PCN-1", "PCN-2"]


def test_a_hopeless_set_stops_telling(guide: Guide) -> None:
    segments = [*SEGMENTS[:8], *[["ZZZ", "1"]] * (3 * MOST_FINDINGS), *SEGMENTS[8:]]
    verdict = check_set(segments, guide)
    assert len(verdict.findings) == MOST_FINDINGS
    assert not verdict.accepted


@given(st.integers(0, len(SEGMENTS)))
def test_a_set_cut_at_any_segment_is_refused_without_raising(cut: int) -> None:
    guide = INBOUND.guide("005010X222A1")
    assert guide is not None
    assert check_set(SEGMENTS[:cut], guide).accepted == (cut == len(SEGMENTS))


@given(st.integers(0, len(PROFESSIONAL) - 1), st.text(max_size=4))
def test_a_scribbled_set_never_raises(place: int, scribble: str) -> None:
    guide = INBOUND.guide("005010X222A1")
    assert guide is not None
    text = PROFESSIONAL.replace("\n", "~")
    for damaged in (text[:place] + scribble + text[place:], text[:place] + scribble + text[place + 1 :]):
        segments = split_segments(damaged, Delimiters())
        parts = list(SetCheck(guide).parts(segments))
        assert sum(len(part.segments) for part in parts) <= len(segments)


@given(st.lists(st.lists(st.text(max_size=6), min_size=1, max_size=8), max_size=20))
def test_any_lists_of_strings_never_raise(segments: list[list[str]]) -> None:
    guide = INBOUND.guide("005010X222A1")
    assert guide is not None
    assert not check_set(segments, guide).accepted
