"""What comes out of each file of the shared collection, put so that a table can hold it: the eyes of test_index_*.

`python -m tests.edi.index_table` prints the table as things are now, keeping the remarks of the old one.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path

from claims.edi.claim_rules import rules_with
from claims.edi.guides import INBOUND as CLAIMS
from claims.edi.guides import OUTBOUND as PAYMENTS
from employers.edi.guides import INBOUND as ENROLLMENT
from tpa.foundation.x12.envelope import EnvelopeFinding, Interchange, interchanges
from tpa.foundation.x12.examine import GroupAnswer, SetAnswer, answer_interchange, interchange_code

SHARED = Path(__file__).parents[2].parent / "shared" / "edi"
TABLE = Path(__file__).parent / "index_expected.csv"
COLUMNS = ("file", "answer", "codes", "faults", "first_faults", "business", "why")
FOLDERS = ("837P/", "837I/", "837D/", "834/", "835/", "derived/", "4010-unsupported/")

# As if we were all ends at once: providers and employers send 837 and 834; the 835 is checked as what we send.
SHELF = CLAIMS | ENROLLMENT | PAYMENTS


@cache
def index() -> dict[str, dict[str, str]]:
    """INDEX.csv by file name, the files this suite is about; {} when the collection is not there."""
    path = SHARED / "INDEX.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["file"]: row for row in csv.DictReader(stream) if row["file"].startswith(FOLDERS)}


@cache
def expected() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {row["file"]: row for row in csv.DictReader(stream)}


def outcome(file: str) -> dict[str, str]:
    """One row of the table but for the remark.

    answer        per interchange: "TA1 003" when it is refused, else AK901 of each group (A, P, R)
    codes         AK9:… and IK5:… with how often
    faults        how many findings of syntax
    first_faults  up to four: code, segment ordinal, place
    business      rejecting findings of single claims with how often; those that only remark in brackets
    """
    data = (SHARED / file).read_bytes()
    answers: list[str] = []
    codes: Counter[str] = Counter()
    business: Counter[str] = Counter()
    faults: list[str] = []
    for item in interchanges(BytesIO(data)):
        if isinstance(item, EnvelopeFinding):
            answers.append(item.code)
            continue
        answers.append(_answer(item, data, codes, faults, business))
    return {
        "file": file,
        "answer": _runs(answers),
        "codes": _counted(codes),
        "faults": str(len(faults)),
        "first_faults": "; ".join(faults[:4]),
        "business": _counted(business),
    }


def _answer(
    interchange: Interchange, data: bytes, codes: Counter[str], faults: list[str], business: Counter[str]
) -> str:
    if interchange.findings:
        return f"TA1 {interchange_code(interchange)}"
    rules = rules_with(interchange.delimiters.component)
    groups = answer_interchange(BytesIO(data), interchange, SHELF, rules_for=rules)
    for group in groups:
        _note_group(group, codes, faults, business)
    return " ".join(group.status for group in groups)


def _note_group(group: GroupAnswer, codes: Counter[str], faults: list[str], business: Counter[str]) -> None:
    codes.update(f"AK9:{code}" for code in group.codes)
    for answer in group.sets:
        codes.update(f"IK5:{code}" for code in answer.codes)
        faults += [f"{finding.code} @{finding.ordinal} {finding.place}" for finding in answer.findings]
        _note_business(answer, business)


def _note_business(answer: SetAnswer, business: Counter[str]) -> None:
    if answer.accepted and answer.verdict is not None:
        for finding in answer.verdict.business:
            business[finding.code if finding.rejects else f"({finding.code})"] += 1


def _counted(counter: Counter[str]) -> str:
    return " ".join(f"{name} x{count}" if count > 1 else name for name, count in sorted(counter.items()))


def _runs(answers: list[str]) -> str:
    counted = Counter(answers)
    if len(counted) == 1 and len(answers) > 1:
        return f"{answers[0]} x{len(answers)}"
    return " / ".join(answers)


def main() -> None:
    remarks = {file: row["why"] for file, row in expected().items()} if TABLE.exists() else {}
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for file in sorted(index()):
        writer.writerow({**outcome(file), "why": remarks.get(file, "")})


if __name__ == "__main__":
    main()
