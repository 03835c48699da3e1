"""Small invented X12 files for the tests of this folder, easy to damage in one place."""

from __future__ import annotations

from io import BytesIO

from tpa.foundation.x12.envelope import Interchange, interchanges
from tpa.foundation.x12.tokens import Delimiters

# One professional set: a provider, a subscriber with a claim of two lines, a dependent with a claim of one.
PROFESSIONAL = """\
ST*837*0001*005010X222A1
BHT*0019*00*B-1*20260901*1200*CH
NM1*41*2*OAKRIDGE BILLING*****46*OAK01
PER*IC*FRONT DESK*TE*5550100100
NM1*40*2*STEWARD*****46*STW01
HL*1**20*1
PRV*BI*PXC*207Q00000X
NM1*85*2*OAKRIDGE FAMILY CARE*****XX*1234567893
N3*12 OAK RIDGE ROAD
N4*SPRINGFIELD*IL*627010001
REF*EI*371234567
HL*2*1*22*1
SBR*P**GRP1******CI
NM1*IL*1*ALDER*ROSE****MI*M0000001
N3*4 ELM STREET
N4*SPRINGFIELD*IL*62701
DMG*D8*19800229*F
NM1*PR*2*STEWARD*****PI*STW01
CLM*PCN-1*150.5***11:B:1*Y*A*Y*I
DTP*431*D8*20260801
HI*ABK:J020*ABF:R05
NM1*82*1*BIRCH*JOHN****XX*1245319599
PRV*PE*PXC*207Q00000X
LX*1
SV1*HC:99213*100*UN*1***1
DTP*472*D8*20260802
LX*2
SV1*HC:87880:QW*50.5*UN*1***1:2
DTP*472*RD8*20260802-20260803
HL*3*2*23*0
PAT*19
NM1*QC*1*ALDER*TIM
N3*4 ELM STREET
N4*SPRINGFIELD*IL*62701
DMG*D8*20150105*M
CLM*PCN-2*75***11:B:1*Y*A*Y*I
HI*ABK:Z00129
LX*1
SV1*HC:99393*75*UN*1***1
DTP*472*D8*20260815
SE*41*0001"""

SEGMENTS = [line.split("*") for line in PROFESSIONAL.split("\n")]

ISA = "ISA*00*          *00*          *ZZ*OAK01          *ZZ*STW01          *260901*1200*^*00501*000000001*1*P*:"


def one_set(number: str = "0001", **replacements: str) -> str:
    """The set as text with "~\\n" terminators. Keys like `s12` replace segment 12 (ST is 1); "" drops it."""
    lines = PROFESSIONAL.split("\n")
    lines[0] = f"ST*837*{number}*005010X222A1"
    for name, text in replacements.items():
        lines[int(name[1:]) - 1] = text
    lines = [line for text in lines if text for line in text.split("\n")]
    if "s41" not in replacements:
        lines[-1] = f"SE*{len(lines)}*{number}"
    return "".join(line + "~\n" for line in lines)


def file_of(*sets: str, isa: str = ISA, gs: str = "", ge: str = "", iea: str = "") -> bytes:
    """An interchange of one group around sets."""
    head = gs or "GS*HC*OAK01*STW01*20260901*1200*7*X*005010X222A1"
    tail = ge or f"GE*{len(sets)}*7"
    last = iea or "IEA*1*000000001"
    return f"{isa}~\n{head}~\n{''.join(sets)}{tail}~\n{last}~\n".encode()


def the_interchange(data: bytes) -> Interchange:
    (found,) = interchanges(BytesIO(data))
    assert isinstance(found, Interchange)
    return found


def redelimited(data: bytes, delimiters: Delimiters) -> bytes:
    """The same file with other delimiters (and no line breaks)."""
    text = data.decode().replace("~\n", "~")
    table = str.maketrans(
        {
            "*": delimiters.element,
            "^": delimiters.repetition or "U",
            ":": delimiters.component,
            "~": delimiters.segment,
        }
    )
    return text.translate(table).encode()
