"""From the bytes of an 837 file to decided claims, against two writers that COPY the very rows it left.

One run: a file of 20,000 three-line claims, real Celery workers (two prefork children), fsync on; the clock runs from
opening the file to the last commit. Then two processes COPY the same rows, in the same chunks of 500 claims, into an
empty copy of the same schema with all its constraints and foreign keys. `ratio` is the first time over the second.
`--all` adds what takes minutes: one worker against two, the cost per claim at 500,000 claims against that at 10,000
(for so many families as have so many claims in a year), and the memory that a file of 200 MB takes.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import django
import psycopg2
from msgspec import structs

TABLES = (
    "claims_claim",
    "claims_decision",
    "claims_claimline",
    "claims_accumulatorentry",
    "claims_claimevent",
    "claims_pend",
)
# The rows that a claim's rows refer to, and that come with the file, not with the claim.
OF_THE_FILE = ("foundation_edifile", "foundation_interchange", "foundation_transactionset")
CLAIMS, LINES, CHUNK, RUNS = 20_000, 3, 500, 3
FAMILIES = 4_000
MANY_FAMILIES = 25_000  # those whose year it is when 500,000 claims are in the database: twenty a family
LARGEST = 365_000  # claims of the file whose memory is measured: over 200 MB
ON = date(2026, 11, 24)


def run() -> dict[str, Any]:
    """Median of three runs, each with its own floor."""
    django.setup()
    from bench._world import build_world

    long = "--all" in sys.argv
    everybody = build_world(families=MANY_FAMILIES if long else FAMILIES)
    population = structs.replace(everybody, families=everybody.families[:FAMILIES])
    figures: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(RUNS):
            file = Path(folder) / f"claims{number}.x12"
            _make_file(file, population, count=CLAIMS, seed=number)
            with _copy_of_database() as url:
                figures.append(_one_run(file, url))
        middle = sorted(figures, key=lambda figure: figure["ratio"])[RUNS // 2]
        result: dict[str, Any] = {
            "per_s": round(middle["per_s"]),
            "floor_per_s": round(middle["floor_per_s"]),
            "ratio": round(middle["ratio"], 2),
            "ratios": [round(figure["ratio"], 2) for figure in figures],
            "rows_per_claim": round(middle["rows_per_claim"], 1),
            "bytes_per_claim": round(middle["bytes_per_claim"]),
        }
        result["statements_per_chunk"], result["engine_percent_of_one_process"] = _one_process(file)
        if long:
            result |= _long_figures(Path(folder), everybody)
    return result


def _one_run(file: Path, url: str) -> dict[str, float]:
    with _workers(url, children=2):
        seconds = _through(file, url)
    count = _scalar(url, "SELECT count(*) FROM claims_claim")
    size = sum(_scalar(url, f"SELECT pg_total_relation_size('{table}')") for table in TABLES)
    rows = sum(_scalar(url, f"SELECT count(*) FROM {table}") for table in TABLES)
    with tempfile.TemporaryDirectory() as folder, _copy_of_database() as floor_url:
        chunks = _export(url, Path(folder))
        _import_file_rows(url, floor_url)
        floor = _copy_with_two_writers(chunks, floor_url)
    return {
        "per_s": count / seconds,
        "floor_per_s": count / floor,
        "ratio": seconds / floor,
        "rows_per_claim": rows / count,
        "bytes_per_claim": size / count,
    }


def _make_file(file: Path, population: Any, *, count: int, seed: int) -> None:
    from claims.simulation.make_claims import make_claims

    with file.open("wb") as out:
        make_claims(out, population, count=count, seed=seed, on=ON, lines=LINES)


def _through(file: Path, url: str) -> float:
    """Seconds from opening the file to the last commit on the disk: every claim decided, the file answered."""
    command = [sys.executable, "-c", _SEND, str(file)]
    sent = subprocess.run(command, env=_env(url), check=True, capture_output=True, text=True)
    until = time.monotonic() + 600
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_LEFT)
            if not cursor.fetchone()[0]:
                break
            time.sleep(0.05)  # whoever watches takes as little as it can from what is watched
            if time.monotonic() > until:
                raise RuntimeError(f"the workers came to no end: {_scalar(url, _WAITING)}")
        cursor.execute(_ON_DISK)
    ended = time.time()
    connection.close()
    return ended - float(sent.stdout.splitlines()[-1])


_SEND = """
import os, sys, time, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tpa.settings")
django.setup()
from django.core.management import call_command
from django.db import connection
connection.ensure_connection()
began = time.time()
call_command("send_file", sys.argv[1])
print(began)
"""
_WAITING = (
    "SELECT jsonb_agg(t) FROM (SELECT kind, status, error, count(*) FROM foundation_workchunk GROUP BY 1, 2, 3) t"
)
# A commit of its own that waits for the disk, and so for every commit before it.
_ON_DISK = "SELECT pg_current_xact_id()"
_LEFT = """
SELECT (SELECT count(*) FROM foundation_workchunk WHERE status = 'waiting')
     + (SELECT count(*) FROM foundation_edifile WHERE status IN ('received', 'working'))
     + CASE WHEN EXISTS (SELECT 1 FROM foundation_edifile) THEN 0 ELSE 1 END
"""


@contextmanager
def _workers(url: str, *, children: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with so many prefork children, on an empty queue."""
    import redis

    redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
    command = [
        *(sys.executable, "-m", "celery", "--app", "tpa.celery", "worker", "--pool", "prefork"),
        *("--concurrency", str(children), "--queues", "interactive,default,shards"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=_env(url), stdout=log, stderr=log)
        try:
            _wait_until_idle(process.pid, children)
            yield process
        finally:
            process.terminate()
            process.wait()


def _wait_until_idle(pid: int, children: int) -> None:
    """Until so many children stand and have loaded all they need: none of them has worked for half a second."""
    seen: list[int] = []
    for _ in range(240):
        time.sleep(0.5)
        ticks = [_ticks(child) for child in _children(pid)]
        if len(ticks) == children and ticks == seen:
            return
        seen = ticks
    raise RuntimeError("the worker's children do not come to rest")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _ticks(pid: int) -> int:
    """What a process has worked so far, in ticks of the clock."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])


def _env(url: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": url, "STEWARD_DB_ROLE": "worker"}


@contextmanager
def _copy_of_database() -> Iterator[str]:
    """A copy of the world's database; its address."""
    from django.db import connection

    connection.close()
    source = os.environ["DATABASE_URL"]
    base, _, name = source.rpartition("/")
    copy = f"bench_{time.monotonic_ns()}"
    _administer(base, f'CREATE DATABASE {copy} TEMPLATE "{name}"')
    try:
        yield f"{base}/{copy}"
    finally:
        _administer(base, f"DROP DATABASE {copy} WITH (FORCE)")


def _administer(base: str, statement: str) -> None:
    connection = psycopg2.connect(f"{base}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def _scalar(url: str, query: str) -> Any:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def _export(url: str, folder: Path) -> list[Path]:
    """The rows that the run left as COPY text, a folder a chunk of 500 claims, in the order of the claims."""
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM claims_claim ORDER BY id")
        ids = [row[0] for row in cursor.fetchall()]
        chunks = []
        for start in range(0, len(ids), CHUNK):
            chunk = folder / f"{start:08}"
            chunk.mkdir()
            chunks.append(chunk)
            first, last = ids[start], ids[min(start + CHUNK, len(ids)) - 1]
            for table in TABLES:
                where = f"id BETWEEN {first} AND {last}" if table == "claims_claim" else _of_claims(table, first, last)
                with (chunk / table).open("wb") as out:
                    cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE {where} ORDER BY id) TO STDOUT", out)
    connection.close()
    return chunks


def _of_claims(table: str, first: int, last: int) -> str:
    if table == "claims_accumulatorentry":
        return f"decision_id IN (SELECT id FROM claims_decision WHERE claim_id BETWEEN {first} AND {last})"
    return f"claim_id BETWEEN {first} AND {last}"


def _import_file_rows(url: str, floor_url: str) -> None:
    source, target = psycopg2.connect(url), psycopg2.connect(floor_url)
    with source.cursor() as reader, target.cursor() as writer:
        for table in (*OF_THE_FILE, "plans_payee", "plans_provider"):
            with tempfile.TemporaryFile() as text:
                reader.copy_expert(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT", text)
                text.seek(0)
                if table.startswith("plans_"):
                    # Providers met in the file: those of the world are in the copy already.
                    writer.execute(f"CREATE TEMP TABLE met (LIKE {table})")
                    writer.copy_expert("COPY met FROM STDIN", text)
                    writer.execute(f"INSERT INTO {table} SELECT * FROM met ON CONFLICT DO NOTHING")
                    writer.execute("DROP TABLE met")
                else:
                    writer.copy_expert(f"COPY {table} FROM STDIN", text)
    target.commit()
    source.close()
    target.close()


_WRITER = """
import sys, psycopg2
connection = psycopg2.connect(sys.argv[1])
sys.stdin.readline()
for chunk in sys.argv[3:]:
    with connection, connection.cursor() as cursor:
        for table in sys.argv[2].split(","):
            with open(f"{chunk}/{table}", "rb") as text:
                cursor.copy_expert(f"COPY {table} FROM STDIN", text)
"""


def _copy_with_two_writers(chunks: list[Path], url: str) -> float:
    """Seconds that two writers take, each a transaction a chunk."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, url, ",".join(TABLES), *map(str, chunks[place::2])],
            stdin=subprocess.PIPE,
        )
        for place in range(2)
    ]
    time.sleep(1)
    began = time.monotonic()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    for writer in writers:
        if writer.wait():
            raise RuntimeError("a writer of the floor failed")
    return time.monotonic() - began


_COUNT = """
import os, sys, time
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tpa.settings")
django.setup()
from django.db import connection
from django.test.utils import CaptureQueriesContext
from claims import tasks
from claims.adjudication import adjudicate_claims
from claims.adjudication.ask_decision import DECIDE
from claims.intake.load_set import LOAD_837, load_set
from claims.models import Claim
from tpa.foundation import work
from tpa.foundation.edi_files import OPEN_FILE, keep_file
with open(sys.argv[1], "rb") as file:
    keep_file(chunks=[file.read()], name="count", origin="drop")
began = time.perf_counter()
while work.do_next(OPEN_FILE, tasks._open):
    pass
while work.do_next(LOAD_837, lambda piece: load_set(set_id=piece["set"])):
    pass
loading = (time.perf_counter() - began) / Claim.objects.count()
work.do_next(DECIDE, tasks._decide)  # the first one of a process compiles the plan
engine, spent = adjudicate_claims.adjudicate, []
def timed(*facts):
    began = time.perf_counter()
    decision = engine(*facts)
    spent.append(time.perf_counter() - began)
    return decision
adjudicate_claims.adjudicate = timed
began = time.perf_counter()
for _ in range(8):
    work.do_next(DECIDE, tasks._decide)
deciding = (time.perf_counter() - began) / len(spent)
print(100 * sum(spent) / len(spent) / (loading + deciding))
with CaptureQueriesContext(connection) as seen:
    work.do_next(DECIDE, tasks._decide)
around = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
print(len([query for query in seen if not query["sql"].startswith(around)]))
"""


def _one_process(file: Path) -> tuple[int, int]:
    """Statements for one chunk of 500 claims, from taking it to marking it done; and how much of the time of a process
    that takes claims from the file to their decision is the engine's."""
    with _copy_of_database() as url:
        command = [sys.executable, "-c", _COUNT, str(file)]
        done = subprocess.run(command, env=_env(url), check=True, capture_output=True, text=True)
    share, statements = done.stdout.splitlines()[-2:]
    return int(statements), round(float(share))


def _long_figures(folder: Path, population: Any) -> dict[str, Any]:
    """One worker against two; the cost per claim as the database grows; the memory of a large file."""
    figures: dict[str, Any] = {}
    file = folder / "workers.x12"
    _make_file(file, population, count=CLAIMS, seed=50)
    times = {}
    for children in (1, 2):
        with _copy_of_database() as url, _workers(url, children=children):
            times[children] = _through(file, url)
    figures["two_workers_over_one"] = round(times[1] / times[2], 2)
    with _copy_of_database() as url, _workers(url, children=2) as worker:
        costs: list[float] = []
        seed = 60
        small = folder / "small.x12"
        for goal in (10_000, 500_000):
            while (there := _scalar(url, "SELECT count(*) FROM claims_claim")) < goal:
                seed += 1
                size = min(goal - there, LARGEST)
                _make_file(small, population, count=max(size, 1000), seed=seed)
                figures["largest_file_mb"] = max(figures.get("largest_file_mb", 0), small.stat().st_size >> 20)
                _through(small, url)
            measured = []
            for _ in range(3):
                seed += 1
                _make_file(small, population, count=10_000, seed=seed)
                measured.append(_through(small, url) / 10_000)
            costs.append(statistics.median(measured))
        figures["us_per_claim_at_10k"] = round(costs[0] * 1e6)
        figures["us_per_claim_at_500k"] = round(costs[1] * 1e6)
        figures["growth"] = round(costs[1] / costs[0], 2)
        figures["peak_mb_of_a_worker"] = max(_peaks(worker.pid))
    return figures


def _peaks(pid: int) -> list[int]:
    """Highest resident memory of a worker's children so far, in MB."""
    lines = [line for child in _children(pid) for line in Path(f"/proc/{child}/status").read_text().splitlines()]
    return [int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM")]
