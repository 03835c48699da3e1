"""Closing one month of 200 contracts with 1,000,000 claims of a year in the database, by two processes.

`per_s` is contracts a second for the figures: lines, members and claims behind them, ledger, audit. The PDFs and
spreadsheets are timed beside it. Floor: two processes COPY the very rows that the closes left, contract by contract,
into tables like theirs. The first contracts are closed (and rolled back) twice: with the month's claims alone in the
database, and with those of the eleven months before it. `--claims=50000` makes a smaller world.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from datetime import date
from typing import Any

import django
import psycopg2

CONTRACTS, CLAIMS, MONTHS, EMPLOYEES, SAMPLE, PAPERS = 200, 1_000_000, 12, 100, 20, 40
CLOSED_ON = date(2026, 10, 1)
PROCESSES = 2
# What a close leaves, in the order of their foreign keys; each with how it finds a contract's rows.
_LEFT = {
    "tpa_monthclose": "contract_id = %(contract)s AND month_on = '2026-10-01'",
    "tpa_invoice": "id = %(invoice)s",
    "tpa_invoiceline": "invoice_id = %(invoice)s",
    "tpa_invoiceclaim": "line_id IN (SELECT id FROM tpa_invoiceline WHERE invoice_id = %(invoice)s)",
    "tpa_invoicemember": "line_id IN (SELECT id FROM tpa_invoiceline WHERE invoice_id = %(invoice)s)",
    "employers_ledgertransaction": "employer_id = %(employer)s",
    "employers_ledgerentry": "employer_id = %(employer)s",
    "foundation_auditevent": "employer_id = %(employer)s",
}


def run() -> dict[str, Any]:
    """One run; it takes minutes, most of them to put a million claims there."""
    django.setup()
    from bench._book import build_book
    from tpa.contracts.months import months_before

    wanted = next((int(one.partition("=")[2]) for one in sys.argv if one.startswith("--claims=")), CLAIMS)
    per = max(-(-wanted // (CONTRACTS * MONTHS)), 1)
    world = build_book(contracts=CONTRACTS, employees=EMPLOYEES, closing=CLOSED_ON)
    world.add_claims(CLOSED_ON, per)
    alone = _sampled(world)
    for month_on in months_before(CLOSED_ON, MONTHS - 1):
        world.add_claims(month_on, per)
    among = _sampled(world)
    seconds = _by_processes(_CLOSE, world.contract_ids)
    floor = _floor(world.contract_ids)
    papers = _by_processes(_PAPERS, world.contract_ids[:PAPERS])
    statements = sorted({count for _seconds, count in (*alone, *among)})
    middle = [statistics.median(one for one, _count in sample) for sample in (alone, among)]
    return {
        "per_s": round(CONTRACTS / seconds, 1),
        "floor_per_s": round(CONTRACTS / floor, 1),
        "ratio": round(seconds / floor, 2),
        "claims": CONTRACTS * MONTHS * per,
        "claims_per_contract_and_month": per,
        "statements_per_contract": statements[0] if len(statements) == 1 else statements,
        "ms_per_contract_month_alone": round(middle[0] * 1000, 1),
        "ms_per_contract_among_other_months": round(middle[1] * 1000, 1),
        "growth": round(middle[1] / middle[0], 2),
        "papers_per_s": round(PAPERS / papers, 1),
    }


def _sampled(world: Any) -> list[tuple[float, int]]:
    """Seconds and statements of a close of each of the first contracts; nothing of it is kept."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from tpa.billing.close_month import close_month
    from tpa.foundation.audit import Actor

    found = []
    for contract_id in world.contract_ids[: SAMPLE + 1]:
        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            began = time.perf_counter()
            close_month(contract_id=contract_id, month_on=CLOSED_ON, by=Actor.system("bench"))
            found.append((time.perf_counter() - began, len(seen)))
            transaction.set_rollback(True)
    connection.close()
    return found[1:]  # the first one loads what the process needs


def _by_processes(script: str, contract_ids: list[int]) -> float:
    """Seconds that the processes take for the contracts, each its share of them; loading is not counted."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, *map(str, contract_ids[place::PROCESSES])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "STEWARD_DB_ROLE": "worker"},
        )
        for place in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    began = time.monotonic()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    for worker in workers:
        if worker.wait():
            raise RuntimeError("a process of the bench failed")
    return time.monotonic() - began


_BEGIN = """
import os, sys, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tpa.settings")
django.setup()
from datetime import date
from django.db import connection
from tpa.billing.close_month import close_month
from tpa.billing.write_invoice import write_invoice
from tpa.foundation.audit import Actor
from tpa.models import Invoice
connection.ensure_connection()
contract_ids = [int(one) for one in sys.argv[1:]]
print("ready", flush=True)
sys.stdin.readline()
"""
_CLOSE = f"""{_BEGIN}
for contract_id in contract_ids:
    close_month(contract_id=contract_id, month_on=date(2026, 10, 1), by=Actor.system("billing"))
"""
_PAPERS = f"""{_BEGIN}
for invoice in Invoice.objects.filter(close__month_on=date(2026, 10, 1), contract__in=contract_ids):
    write_invoice(invoice_id=invoice.pk)
"""


def _floor(contract_ids: list[int]) -> float:
    """Seconds for the same rows, written with COPY and nothing else, by as many processes."""
    with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        for table in _LEFT:
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
    connection.close()
    return _by_processes(_COPY.replace("LEFT", repr(_LEFT)), contract_ids)


_COPY = """
import io, os, sys, psycopg2
connection = psycopg2.connect(os.environ["DATABASE_URL"])
left = LEFT
rows = []
with connection, connection.cursor() as cursor:
    for contract in sys.argv[1:]:
        cursor.execute("SELECT i.id, i.employer_id FROM tpa_invoice i JOIN tpa_monthclose m ON m.id = i.close_id"
                       " WHERE i.contract_id = %s AND m.month_on = '2026-10-01'", [contract])
        invoice, employer = cursor.fetchone()
        values = {"contract": contract, "invoice": invoice, "employer": employer}
        texts = []
        for table, where in left.items():
            text = io.BytesIO()
            cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE {where % values}) TO STDOUT", text)
            texts.append((table, text.getvalue()))
        rows.append(texts)
print("ready", flush=True)
sys.stdin.readline()
for texts in rows:
    with connection, connection.cursor() as cursor:
        for table, text in texts:
            cursor.copy_expert(f"COPY floor_{table} FROM STDIN", io.BytesIO(text))
"""
