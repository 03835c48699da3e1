"""Every 837 of the shared collection through real intake and adjudication: what each came to stands in a table.

The table is real_files.csv; with STEWARD_WRITE_TABLE=1 in the environment the test writes it anew, keeping the remarks,
and its diff is what a change did to real files.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from claims.adjudication.ask_decision import DECIDE
from claims.intake.answer_file import answer_file
from claims.intake.kinds import KINDS, SHELF
from claims.intake.load_set import LOAD_837, load_set
from claims.models import Claim
from claims.tasks import _decide
from tests.edi.checker_277ca import check_277ca
from tpa.demo.world import build_world
from tpa.foundation import work
from tpa.foundation.edi_files import OPEN_FILE, keep_file, read_bytes
from tpa.foundation.models import Document, EdiFile, Interchange, TransactionSet
from tpa.foundation.open_file import ANSWER_FILE, open_file
from tpa.foundation.parameters import load_parameters
from tpa.invariants.check import offences

COLLECTION = Path(__file__).parents[2].parent / "shared" / "edi"
TABLE = Path(__file__).parent / "real_files.csv"
COLUMNS = ("file", "mark", "interchanges", "groups", "sets", "claims", "refused", "why")


def files() -> list[dict[str, str]]:
    """The rows of the index that are 837, of every mark."""
    with (COLLECTION / "INDEX.csv").open(newline="") as rows:
        return [row for row in csv.DictReader(rows) if row["transaction"].startswith("837")]


def remarks() -> dict[str, str]:
    """Why a file comes out otherwise than its mark says, by file."""
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="") as rows:
        return {row["file"]: row["why"] for row in csv.DictReader(rows)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not (COLLECTION / "INDEX.csv").exists(), reason="the shared collection is not beside the project")
def test_every_real_file_comes_to_its_end() -> None:
    load_parameters()
    build_world(members=200)
    why = remarks()
    found = []
    for row in files():
        came_to = take_in((COLLECTION / row["file"]).read_bytes(), row["file"])
        found.append({"file": row["file"], "mark": row["status"], **came_to, "why": why.get(row["file"], "")})
    assert offences() == []
    if os.environ.get("STEWARD_WRITE_TABLE"):
        with TABLE.open("w", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)
    with TABLE.open(newline="") as rows:
        expected = list(csv.DictReader(rows))
    assert [as_text(row) for row in found] == [as_text(row) for row in expected]
    for row in found:
        whole = (
            "rejected" not in row["sets"] and not row["refused"] and row["claims"] and "received" not in row["claims"]
        )
        assert row["mark"] != "valid" or whole or row["why"], f"{row['file']} is marked valid and came to {row}"
        assert row["mark"] == "valid" or not whole or row["why"], f"{row['file']} is marked {row['mark']} and passed"


def take_in(data: bytes, name: str) -> dict[str, str]:
    """One file through all of intake and deciding, and what it came to."""
    file, is_new = keep_file(chunks=[data], name=name[-200:], origin="demo")
    steps: list[tuple[str, Any]] = [
        (OPEN_FILE, lambda piece: open_file(file_id=piece["file"], shelf=SHELF, kinds=KINDS)),
        (LOAD_837, lambda piece: load_set(set_id=piece["set"])),
        (ANSWER_FILE, lambda piece: answer_file(file_id=piece["file"])),
        (DECIDE, _decide),
    ]
    for kind, do in steps:
        while work.do_next(kind, do):
            pass
        assert not work.waiting(kind), f"{name}: {kind} still waits"
    file.refresh_from_db()
    sets = list(TransactionSet.objects.filter(file=file).order_by("ordinal"))
    claims = Claim.objects.filter(transaction_set__file=file)
    for one in sets:
        # Nothing partial stays behind: a set that was not loaded has no claim.
        there = claims.filter(transaction_set=one).count()
        assert there == (one.accepted_count if one.status == "loaded" else 0), f"{name}: set {one.ordinal}"
    refused = Counter(claim["code"] for one in sets for claim in one.rejected)
    return {
        "interchanges": answers_of(file) if is_new else "came before",
        "groups": " ".join(acknowledged(file)),
        "sets": counted(Counter(one.status for one in sets)),
        "claims": counted(Counter(claims.values_list("status", flat=True))),
        "refused": counted(refused),
    }


def answers_of(file: EdiFile) -> str:
    """TA1 note codes, or why no interchange could be made out."""
    notes = Interchange.objects.filter(file=file).order_by("ordinal").values_list("ta1_code", "ta1_note")
    return " ".join(f"{code} {note}" for code, note in notes) or file.problem


def acknowledged(file: EdiFile) -> list[str]:
    """AK901 of each group, from the 999 as it was written; and the 277CA keeps to its guide."""
    codes = []
    for document in Document.objects.filter(answers=file).order_by("pk"):
        text = read_bytes(document.sha256).decode()
        if document.kind == Document.Kind.ACK_999:
            codes += [segment.split("*")[1] for segment in text.split("~") if segment.startswith("AK9*")]
        elif document.kind == Document.Kind.ACK_277CA:
            assert not check_277ca(text), file.name
    return codes


def counted(counts: Counter[str]) -> str:
    return " ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def as_text(row: dict[str, str]) -> str:
    return " | ".join(str(row[column]) for column in COLUMNS)
