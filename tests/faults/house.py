"""A whole Steward of a test's own: servers that may be killed, real workers, and a database copied from one world."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import psycopg2

from tpa.embedded import places
from tpa.embedded.postgres import EmbeddedPostgres
from tpa.embedded.valkey import EmbeddedValkey
from tpa.foundation.work import MOST_ATTEMPTS

ROOT = Path(__file__).resolve().parents[2]
CLAIMS_COUNT = 5000

# What a claim came to, without the numbers that our sequences give: the same in every run.
OUTCOMES = """
SELECT c.patient_control_number, c.frequency_code, c.status, c.billed_amount, c.allowed_amount, c.member_amount,
       c.plan_paid_amount,
       (SELECT jsonb_agg(jsonb_build_array(l.number, l.benefit, l.network_tier, l.deductible_amount, l.copay_amount,
                                           l.coinsurance_amount, l.plan_paid_amount, l.adjustments) ORDER BY l.number)
          FROM claims_claimline l JOIN claims_decision d ON d.id = l.decision_id
         WHERE l.claim_id = c.id AND d.number = (SELECT max(number) FROM claims_decision WHERE claim_id = c.id))::text
  FROM claims_claim c ORDER BY c.transaction_set_id, c.id
"""
BALANCES = """
SELECT family_id, member_id, year_on, bucket, sum(amount) FROM claims_accumulatorentry
 GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0 ORDER BY 1, 2, 3, 4
"""


_MAKE = """
from datetime import date
from bench._world import build_world
from claims.simulation.make_claims import make_claims
population = build_world(families=700, seed=7)
with open({file!r}, "wb") as out:
    make_claims(out, population, count={count}, seed=7, on=date(2026, 11, 24), lines=3, per_set=500)
"""


class FaultHouse:
    """Servers below one folder. `fresh()` gives a test a copy of the world; workers are real Celery processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self.valkey = EmbeddedValkey(folder / "valkey")
        self.database = "steward"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._copies = 0

    @property
    def env(self) -> dict[str, str]:
        """The environment of every process of this house."""
        base, _, _ = self.postgres.url.rpartition("/")
        return {
            **os.environ,
            "DATABASE_URL": f"{base}/{self.database}",
            "REDIS_URL": self.valkey.url,
            "STEWARD_STORE": str(self.folder / "store"),
            "STEWARD_DB_ROLE": "worker",
            "STEWARD_VISIBILITY_TIMEOUT": "10",
            "STEWARD_LOG_LEVEL": "ERROR",
        }

    def build(self) -> Path:
        """Start the servers, make the world and the file that the tests send; returns the file."""
        self.postgres.start()
        self.valkey.start()
        owner = {**self.env, "STEWARD_DB_ROLE": ""}
        self._run("prepare", env=owner)
        file = self.folder / "claims.x12"
        self._run("shell", "-c", _MAKE.format(count=CLAIMS_COUNT, file=str(file)))
        return file

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """Inside, the database is a new copy of the world and the queue is empty; its workers end with it."""
        self._copies += 1
        name = f"copy_{self._copies}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE steward")
        self.database = name
        self.flush()
        try:
            yield
        finally:
            self.stop_workers()
            self.database = "steward"
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self.stop_workers()
        self.valkey.stop()
        self.postgres.stop()

    def start_worker(self, app: str = "tpa.celery") -> subprocess.Popen[bytes]:
        """A worker with two children, and once for all the beat that rings for what waits."""
        queues = ("--queues", "interactive,default,shards", "--without-gossip", "--without-mingle")
        command = ["-m", "celery", "--app", app, "worker", "--pool", "prefork", "--concurrency", "2", *queues]
        if not self._processes:
            beat = ["-m", "celery", "--app", "tpa.celery", "beat", "--pidfile=", "--max-interval", "2"]
            self._start([*beat, "--scheduler", "celery.beat:PersistentScheduler", "-s", str(self.folder / "beat")])
        return self._start(command)

    def stop_workers(self) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()

    def children(self, worker: subprocess.Popen[bytes]) -> list[int]:
        """The process ids of a worker's children."""
        found = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
        return [int(pid) for pid in found]

    def kill_a_child(self, worker: subprocess.Popen[bytes], random: Random, seconds: float = 60) -> None:
        """kill -9 one of the worker's children, whichever it is.

        Not while a piece of work is at its last attempt: killed once more it would be put aside as what kills its
        worker, and rightly so, however quick the machine is.
        """
        until = time.monotonic() + seconds
        while self._is_at_last_attempt() and time.monotonic() < until:
            time.sleep(0.05)
        if pids := self.children(worker):
            with suppress(ProcessLookupError):
                os.kill(random.choice(pids), signal.SIGKILL)

    def _is_at_last_attempt(self) -> bool:
        last = f"SELECT count(*) FROM foundation_workchunk WHERE status = 'waiting' AND attempts >= {MOST_ATTEMPTS}"
        return bool(self.rows(last)[0][0])

    def flush(self) -> None:
        """FLUSHALL: every bell that was rung is forgotten."""
        import redis

        redis.Redis.from_url(self.valkey.url).flushall()

    def manage(self, *arguments: str) -> str:
        """A management command, as the workers' role; returns what it printed."""
        return self._run(*arguments)

    def verify(self) -> None:
        """All invariants hold."""
        self.manage("verify")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, on a connection of its own."""
        connection = psycopg2.connect(self.env["DATABASE_URL"])
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall()
        finally:
            connection.close()

    def state(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """What the file's claims came to, and what every family has used up."""
        return self.rows(OUTCOMES), self.rows(BALANCES)

    def progress(self) -> int:
        """How many claims are decided; -1 while Postgres does not answer."""
        try:
            return int(self.rows("SELECT count(*) FROM claims_claim WHERE status <> 'received'")[0][0])
        except psycopg2.OperationalError:
            return -1

    def is_done(self) -> bool:
        """Every file is answered, every claim decided, and no work waits."""
        try:
            waiting = self.rows(
                "SELECT (SELECT count(*) FROM foundation_workchunk WHERE status = 'waiting'),"
                " (SELECT count(*) FROM foundation_edifile WHERE status IN ('received', 'working')),"
                " (SELECT count(*) FROM claims_claim WHERE status = 'received'),"
                " (SELECT count(*) FROM foundation_edifile)"
            )[0]
        except psycopg2.OperationalError:
            return False
        return tuple(waiting[:3]) == (0, 0, 0) and waiting[3] > 0

    def wait_until_done(self, seconds: float = 90) -> None:
        """Until quiet; a fault that needs longer (or a hand) fails here."""
        until = time.monotonic() + seconds
        while not self.is_done():
            assert time.monotonic() < until, (
                f"not done: {self.progress()} claims decided; {self._left()}; {self._said()}"
            )
            time.sleep(0.1)

    def wait_for_progress(self, claims: int, seconds: float = 60) -> None:
        """Until at least so many claims are decided (or all is done)."""
        until = time.monotonic() + seconds
        while self.progress() < claims and not self.is_done():
            assert time.monotonic() < until, f"no progress: {self.progress()} claims decided; {self._left()}"
            time.sleep(0.02)

    def wait_for_the_first_bell(self, seconds: float = 60) -> None:
        """Until a worker has taken a file up.

        Before that Celery takes a child's death for a pool that cannot start, and ends: whoever supervises it starts it
        again, and here nobody does.
        """
        until = time.monotonic() + seconds
        while not self.rows("SELECT 1 FROM foundation_edifile WHERE status <> 'received' LIMIT 1"):
            assert time.monotonic() < until, f"no worker took the file up; {self._said()}"
            time.sleep(0.02)

    def _said(self) -> str:
        """Which of our processes still live, and the end of what they said."""
        ended = [process.poll() for process in self._processes]
        return f"exit codes {ended}: {(self.folder / 'processes.log').read_text()[-3000:]}"

    def _left(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT kind, status, attempts, error, count(*) FROM foundation_workchunk WHERE status <> 'done'"
            " GROUP BY 1, 2, 3, 4"
        )

    def _run(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=env or self.env, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout

    def _start(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "processes.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], env=self.env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(process)
        return process

    def _administer(self, statement: str) -> None:
        base, _, _ = self.postgres.url.rpartition("/")
        connection = psycopg2.connect(f"{base}/postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


def temporary() -> FaultHouse:
    """A house in a fresh folder."""
    return FaultHouse(places.temporary_home())
