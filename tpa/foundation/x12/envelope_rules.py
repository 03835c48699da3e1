"""What the control structure 00501 asks of ISA and GS, each fault with the code that answers it."""

from __future__ import annotations

from tpa.foundation.x12.clock import is_date, is_time, reads_as
from tpa.foundation.x12.envelope_model import EnvelopeFinding, Interchange
from tpa.foundation.x12.tokens import ISA_LENGTHS

CONTROL_VERSION = "00501"
# TA105 for each element of the ISA, 01 to 16, when its length is wrong.
_ISA_CODES = (
    *("010", "011", "012", "013", "005", "006", "007", "008"),
    *("014", "015", "016", "017", "018", "019", "020", "027"),
)
QUALIFIERS = frozenset(("01", "14", "20", "27", "28", "29", "30", "33", "ZZ"))


def check_isa(interchange: Interchange) -> None:
    isa, findings = interchange.isa, interchange.findings

    def fault(code: str, note: str) -> None:
        if code not in {finding.code for finding in findings}:
            findings.append(EnvelopeFinding("interchange", code, "ISA", interchange.offset, note))

    delimiters = interchange.delimiters.faults()
    if delimiters:
        fault(delimiters, "a delimiter is a letter, a digit, a blank, or stands for two things")
    if isa[12] != CONTROL_VERSION:
        # The rules below are those of 00501: of another version only this can be said.
        fault("003", f"ISA12 is not {CONTROL_VERSION}")
        return
    for index, (length, code) in enumerate(zip(ISA_LENGTHS, _ISA_CODES, strict=True), start=1):
        if len(isa[index]) != length:
            fault(code, f"ISA{index:02} is {len(isa[index])} long, not {length}")
    rules = (
        ("00" <= isa[1] <= "06", "010", "ISA01 is no authorization qualifier"),
        (isa[3] in ("00", "01"), "012", "ISA03 is neither 00 nor 01"),
        (isa[5] in QUALIFIERS, "005", "ISA05 is no qualifier of a sender"),
        (bool(isa[6].strip()), "006", "ISA06 names no sender"),
        (isa[7] in QUALIFIERS, "007", "ISA07 is no qualifier of a receiver"),
        (bool(isa[8].strip()), "008", "ISA08 names no receiver"),
        (reads_as(isa[9], "%y%m%d"), "014", "ISA09 is no date YYMMDD"),
        (reads_as(isa[10], "%H%M"), "015", "ISA10 is no time HHMM"),
        (isa[13].isdigit() and isa[13].isascii(), "018", "ISA13 is not a number"),
        (isa[14] in ("0", "1"), "019", "ISA14 is neither 0 nor 1"),
        (isa[15] in ("P", "T"), "020", "ISA15 is neither P nor T"),
    )
    for holds, code, note in rules:
        if not holds:
            fault(code, note)


def gs_fault(gs: tuple[str, ...]) -> str:
    """What is wrong with a GS beyond its control number, or "". A version we do not serve is no fault of syntax."""
    if len(gs) != 9:
        return f"GS has {len(gs) - 1} elements, not 8"
    if not (len(gs[1]) == 2 and gs[1].isascii() and gs[1].isalpha()):
        return "GS01 is no functional identifier"
    if not (2 <= len(gs[2]) <= 15 and 2 <= len(gs[3]) <= 15):
        return "GS02 or GS03 is too short or too long"
    if not is_date(gs[4]):
        return "GS04 is no date CCYYMMDD"
    if not is_time(gs[5]):
        return "GS05 is no time HHMM"
    if gs[7] != "X":
        return "GS07 is not X"
    return "" if gs[8] and len(gs[8]) <= 12 else "GS08 is missing or too long"
