"""The given cases about NACHA files: the fixtures they were read from are rebuilt from their numbers, and controls
reckoned by our writer's parts and by the checker agree with what is expected.

Not run here: cases of 835 and 837 balance (tests/edi), NPI (tests/foundation/values) and 277CA (tests/edi); positive
pay stands in test_positive_pay.py. NACHA-CTX-ADDENDA is of CTX, which we do not send: its counting of entries and
addenda is held against our reader of returns, which counts both.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from claims.payments.nacha import AchCredit, AchOriginator, write_nacha
from claims.payments.nacha_returns import read_returns
from tests.claims.payments.nacha_checker import check_digit, read_checked

FILE = Path(__file__).parents[4] / "shared" / "oracles" / "09_edi_835_837_payments.yaml"
CASES: dict[str, Any] = (
    {case["id"]: case for case in yaml.safe_load(FILE.read_text())["cases"] if case["id"].startswith("NACHA")}
    if FILE.exists()
    else {}
)
pytestmark = pytest.mark.skipif(not CASES, reason="../shared/oracles is not there")
ORIGINATOR = AchOriginator("122000030", "BANK", "STEWARD", "1987654320", "1987654320", "987654320")


def written(entries: list[dict[str, Any]], *, to_person: bool) -> list[str]:
    """The same entries as credits: hash, counts and totals do not ask which way the money goes."""
    credits_ = [
        AchCredit(
            routing_number=one["rdfi8"] + check_digit(one["rdfi8"]),
            account_number="1",
            amount=Decimal(one["amount_cents"]) / 100,
            individual_id="1",
            name="X",
            trace_number="1",
            entry_number=number,
            to_person=to_person,
        )
        for number, one in enumerate(entries, 1)
    ]
    at = datetime(2026, 3, 12, tzinfo=UTC)
    data = write_nacha(ORIGINATOR, credits_, at=at, effective_on=date(2026, 3, 13), reference="X")
    read_checked(data)
    return data.decode().split("\r\n")[:-1]


def test_ppd_single() -> None:
    case = CASES["NACHA-PPD-SINGLE"]
    lines = written(case["inputs"]["entries"], to_person=True)
    expected = case["expected"]
    [control] = [line for line in lines if line[0] == "8"]
    [end] = [line for line in lines if line[0] == "9" and line != "9" * 94]
    # Ours carries an addenda that the case's entry has not: the count is higher by one.
    assert int(control[4:10]) == expected["batch_entry_addenda_count"] + 1
    assert control[10:20] == f"{int(str(expected['batch_entry_hash'])):010d}"
    assert int(control[32:44]) == int(expected["batch_debit"])
    assert int(end[1:7]) == expected["file_batches"]
    assert int(end[7:13]) == expected["file_blocks"]
    assert len(lines) == expected["file_lines_total"]
    entry = case["inputs"]["entries"][0]
    assert check_digit(entry["rdfi8"]) == entry["check_digit"]


def test_ccd_two() -> None:
    case = CASES["NACHA-CCD-TWO"]
    lines = written(case["inputs"]["entries"], to_person=False)
    [control] = [line for line in lines if line[0] == "8"]
    assert control[10:20] == case["expected"]["batch_entry_hash"]
    assert int(control[32:44]) == case["expected"]["batch_debit_cents"]
    assert int(control[4:10]) == 2 * case["expected"]["entry_addenda_count"]


def test_ctx_with_addenda_is_counted_as_it_says() -> None:
    case = CASES["NACHA-CTX-ADDENDA"]
    inputs, expected = case["inputs"], case["expected"]
    routing = inputs["rdfi8"] + check_digit(inputs["rdfi8"])
    records = [f"101 {routing}", "5200", f"622{routing}{'1':17}{inputs['amount_cents']:010d}"]
    records += ["705"] * inputs["addenda"]
    hashed = f"{int(str(expected['batch_entry_hash'])):010d}"
    records.append(f"8200{expected['entry_addenda_count']:06d}{hashed}{0:012d}{expected['batch_debit_cents']:012d}")
    count = expected["entry_addenda_count"]
    records.append(f"9{1:06d}{1:06d}{count:08d}{hashed}{0:012d}{expected['batch_debit_cents']:012d}")
    [silent] = read_returns("".join(f"{one:94}\n" for one in records).encode())
    # It is no return; the controls hold, so that this is all there is to say.
    assert "without the addenda" in silent.finding
    records[-1] = f"9{1:06d}{1:06d}{count + 1:08d}{hashed}{0:012d}{expected['batch_debit_cents']:012d}"
    found = read_returns("".join(f"{one:94}\n" for one in records).encode())
    assert "counts or adds up" in found[-1].finding
