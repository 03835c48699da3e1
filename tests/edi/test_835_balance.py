"""The balance checker agrees with real files and with the oracle, and the writer refuses what the checker would."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from claims.edi.remittance_balance import OutOfBalance
from claims.edi.x835 import Cas, ClaimPayment, LinePayment, Remittance, remittance_segments
from claims.edi.x835_parts import Payee, PayerParty, ProviderAdjustment, RemittanceName
from tests.edi.balance_checker import TransactionReport, check_balance, main

SHARED = Path(__file__).parents[3] / "shared"
INDEX = SHARED / "edi" / "INDEX.csv"
ORACLE = SHARED / "oracles" / "09_edi_835_837_payments.yaml"
needs_files = pytest.mark.skipif(not INDEX.exists(), reason="the real X12 files are not here")
needs_oracle = pytest.mark.skipif(not ORACLE.exists(), reason="the oracle is not here")

# Where the index says otherwise, and why we think it errs.
_INDEX_ERRS = {
    "835/hdi__835-validation-issues.edi": "a report with comments between the segments, which the index could not "
    "read: its segments are those of 835-validation-issues-2.edi, with the same four faults",
}


def _files() -> list[tuple[str, str]]:
    if not INDEX.exists():
        return []
    with INDEX.open() as rows:
        return [
            (row["file"], row["balance"])
            for row in csv.DictReader(rows)
            if row["transaction"] == "835" and row["version"].startswith("005010")
        ]


def _cases() -> list[dict[str, Any]]:
    if not ORACLE.exists():
        return []
    cases: list[dict[str, Any]] = yaml.safe_load(ORACLE.read_text())["cases"]
    return [case for case in cases if "transaction" in case["inputs"]]


@needs_files
@pytest.mark.parametrize(("name", "balance"), _files())
def test_real_files_balance_as_the_index_says(name: str, balance: str) -> None:
    reports = check_balance((SHARED / "edi" / name).read_text(encoding="latin-1"))
    problems = [problem for report in reports for problem in report.problems()]
    expected = 0 if balance == "ok" else int(balance.split(" ", 1)[0])
    if name in _INDEX_ERRS:
        assert len(problems) == 4, _INDEX_ERRS[name]
    else:
        assert len(problems) == expected, problems


def _text_of(transaction: dict[str, Any]) -> str:
    """The oracle's figures as an 835, with delimiters of their own and without any help of the writer."""
    segments = [f"ST|835|{transaction['st']}", f"BPR|I|{transaction['bpr_amount']}|C|{transaction['bpr_method']}"]
    for claim in transaction["claims"]:
        figures = (claim["clp01"], claim["status"], claim["charge"], claim["paid"], claim["patient_resp"])
        segments.append("CLP|" + "|".join(figures))
        segments += [f"CAS|{group}|{carc}|{amount}" for group, carc, amount in claim["cas"]]
        for line in claim["lines"]:
            segments.append(f"SVC|{line['proc']}|{line['charge']}|{line['paid']}")
            segments += [f"CAS|{group}|{carc}|{amount}" for group, carc, amount in line["cas"]]
    if transaction["plb"]:
        segments.append("PLB|X|20261231|" + "|".join(f"{reason}|{amount}" for reason, amount in transaction["plb"]))
    isa = "ISA|00|          |00|          |ZZ|A              |ZZ|B              |261124|1200|^|00501|000000001|0|T|:"
    return "".join(segment + "!" for segment in [isa, *segments, "SE|0|1"])


def _report_of(transaction: dict[str, Any]) -> TransactionReport:
    (report,) = check_balance(_text_of(transaction))
    return report


@needs_oracle
@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_the_checker_reproduces_the_oracle(case: dict[str, Any]) -> None:
    expected = case["expected"]
    report = _report_of(case["inputs"]["transaction"])
    assert report.claims_paid == Decimal(expected["sum_clp04"])
    assert report.provider_adjusted == Decimal(expected["sum_plb"])
    assert report.required == Decimal(expected["required_bpr02"])
    assert report.paid == Decimal(expected["bpr02_in_file"])
    assert report.balances is expected["transaction_balances"]
    out = [claim.number for claim in report.claims if claim.problems()]
    assert len(out) == len(expected["claims_out_of_balance"])
    assert (
        sum(len(line.problems()) for claim in report.claims for line in claim.lines) == expected["lines_out_of_balance"]
    )


def _remittance_of(transaction: dict[str, Any]) -> Remittance:
    """The oracle's figures as a remittance for the writer; statuses and methods that it does not write are turned."""
    day = date(2026, 11, 24)

    def cas(found: list[list[str]]) -> tuple[Cas, ...]:
        return tuple(Cas(group=group, carc=carc, amount=Decimal(amount)) for group, carc, amount in found)

    claims = tuple(
        ClaimPayment(
            patient_control_number=claim["clp01"],
            status=claim["status"],
            billed_amount=Decimal(claim["charge"]),
            paid_amount=Decimal(claim["paid"]),
            claim_number=str(number),
            patient=RemittanceName(last_name="DOE", qualifier="MI", number="1"),
            adjustments=cas(claim["cas"]),
            lines=tuple(
                LinePayment(
                    billed_amount=Decimal(line["charge"]),
                    paid_amount=Decimal(line["paid"]),
                    service_from=day,
                    service_to=day,
                    procedure_code="X0001",
                    adjustments=cas(line["cas"]),
                )
                for line in claim["lines"]
            ),
        )
        for number, claim in enumerate(transaction["claims"])
    )
    return Remittance(
        payer=PayerParty(
            name="P", tin="1", address_line="A", city="C", state="OH", postal_code="44304", contact_name="D"
        ),
        payee=Payee(name="E", npi="1234567893"),
        method=transaction["bpr_method"],
        trace_number="T1",
        paid_on=day,
        amount=Decimal(transaction["bpr_amount"]),
        claims=claims,
        provider_adjustments=tuple(
            ProviderAdjustment(reason=reason, amount=Decimal(amount)) for reason, amount in transaction["plb"]
        ),
    )


@needs_oracle
@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_the_writer_writes_what_balances_and_nothing_else(case: dict[str, Any]) -> None:
    transaction, expected = case["inputs"]["transaction"], case["expected"]
    remittance = _remittance_of(transaction)
    can_be_paid = (
        expected["transaction_balances"]
        and not expected["claims_out_of_balance"]
        and not expected["lines_out_of_balance"]
        and Decimal(transaction["bpr_amount"]) >= 0
    )
    if not can_be_paid:
        with pytest.raises(OutOfBalance):
            list(remittance_segments(remittance))
        return
    text = "".join("*".join(segment) + "~" for segment in [["ST", "835", "1"], *remittance_segments(remittance)])
    (report,) = check_balance(text)
    assert report.problems() == []
    assert report.paid == Decimal(expected["required_bpr02"])


def test_the_command_names_what_does_not_balance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "one.835"
    file.write_text("ST*835*0001~BPR*I*90*C*CHK~CLP*A*1*100*100~CAS*CO*45*10~SE*5*0001~")
    assert main([str(file)]) == 1
    told = capsys.readouterr().out
    assert "BPR02 90 is not 100" in told
    assert "CLP A: 100 - CAS 10 is not 100" in told
