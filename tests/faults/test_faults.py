"""Whatever dies, a file of 5,000 claims comes to the same end as without the fault: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.faults.house import CLAIMS_COUNT, FaultHouse, temporary

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("faults")]
State = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def built() -> Iterator[tuple[FaultHouse, Path]]:
    house = temporary()
    try:
        yield house, house.build()
    finally:
        house.close()


@pytest.fixture(scope="module")
def calm(built: tuple[FaultHouse, Path]) -> State:
    """What the file comes to when nothing happens."""
    house, file = built
    with house.fresh():
        house.start_worker()
        house.manage("send_file", str(file))
        house.wait_until_done()
        house.verify()
        outcomes, balances = house.state()
    assert len(outcomes) > CLAIMS_COUNT * 0.9
    return outcomes, balances


@pytest.fixture
def house(built: tuple[FaultHouse, Path]) -> Iterator[FaultHouse]:
    house, _file = built
    with house.fresh():
        yield house


@pytest.fixture
def file(built: tuple[FaultHouse, Path]) -> Path:
    return built[1]


def assert_same_end(house: FaultHouse, calm: State) -> None:
    house.wait_until_done()
    outcomes, balances = house.state()
    assert len(outcomes) == len(calm[0])
    assert outcomes == calm[0]
    assert balances == calm[1]
    house.verify()


def test_f1_children_killed_at_twenty_points(house: FaultHouse, file: Path, calm: State) -> None:
    random = Random(1)
    worker = house.start_worker()
    house.manage("send_file", str(file))
    house.wait_for_the_first_bell()
    for _ in range(20):
        time.sleep(random.uniform(0.05, 0.5))
        house.kill_a_child(worker, random)
    assert_same_end(house, calm)


def test_f2_the_whole_worker_killed_and_started_again(house: FaultHouse, file: Path, calm: State) -> None:
    worker = house.start_worker()
    house.manage("send_file", str(file))
    for claims in (0, 1000, 3000):
        house.wait_for_progress(claims)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        worker = house.start_worker()
    assert_same_end(house, calm)


def test_f3_the_queue_forgets_everything(house: FaultHouse, file: Path, calm: State) -> None:
    house.start_worker()
    house.manage("send_file", str(file))
    for claims in (0, 500, 1500, 3000, 4500):
        house.wait_for_progress(claims)
        house.flush()
    assert_same_end(house, calm)


def test_f3_the_queue_is_killed_and_files_are_taken_meanwhile(house: FaultHouse, file: Path, calm: State) -> None:
    house.start_worker()
    house.valkey.kill()
    house.manage("send_file", str(file))  # kept, though no bell can be rung
    house.valkey.start()
    house.wait_for_progress(1000)
    house.valkey.kill()
    time.sleep(2)
    house.valkey.start()
    assert_same_end(house, calm)


def test_f4_postgres_restarted_at_once_five_times(house: FaultHouse, file: Path, calm: State) -> None:
    house.start_worker()
    house.manage("send_file", str(file))
    for claims in (0, 500, 1500, 2500, 4000):
        house.wait_for_progress(claims)
        house.postgres.restart_immediately()
    assert_same_end(house, calm)


def test_f5_the_same_file_sixteen_times_at_once(house: FaultHouse, file: Path, calm: State) -> None:
    house.start_worker()
    copies = [file.with_name(f"copy{number}.x12") for number in range(16)]
    for copy in copies:
        copy.write_bytes(file.read_bytes())
    senders = [
        threading.Thread(target=house.manage, args=("send_file", *map(str, copies[start : start + 4])))
        for start in range(0, 16, 4)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert_same_end(house, calm)
    assert house.rows("SELECT count(*), max(again_count) FROM foundation_edifile") == [(1, 15)]


def test_f5_the_same_claims_in_another_envelope_pay_nothing(house: FaultHouse, file: Path, calm: State) -> None:
    house.start_worker()
    house.manage("send_file", str(file))
    assert_same_end(house, calm)
    text = file.read_text()
    control = text[90:99]
    again = file.with_name("again.x12")
    again.write_text(text.replace(control, f"{int(control) + 500:09}"))
    house.manage("send_file", str(again))
    house.wait_until_done()
    paid_twice = house.rows(
        "SELECT count(*) FROM claims_claim WHERE plan_paid_amount > 0 AND status = 'approved' AND transaction_set_id IN"
        " (SELECT s.id FROM foundation_transactionset s JOIN foundation_edifile f ON f.id = s.file_id"
        " WHERE f.name = 'again.x12')"
    )
    assert paid_twice == [(0,)]
    assert (
        house.rows(
            "SELECT family_id, member_id, year_on, bucket, sum(amount) FROM claims_accumulatorentry"
            " GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0 ORDER BY 1, 2, 3, 4"
        )
        == calm[1]
    )
    house.verify()


@pytest.mark.parametrize("how", ["raise", "kill", "hang"])
def test_f13_a_poison_claim_waits_for_a_person_and_stops_no_other(
    house: FaultHouse, file: Path, calm: State, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = calm[0][len(calm[0]) // 2][0]
    monkeypatch.setenv("POISONED_CLAIM", poisoned)
    monkeypatch.setenv("POISON", how)
    monkeypatch.setenv("STEWARD_DECIDE_SECONDS", "3")
    house.start_worker("tests.faults.poisoned")
    house.manage("send_file", str(file))
    house.wait_until_done(seconds=120)
    pended = house.rows(
        "SELECT c.patient_control_number, c.status FROM claims_pend p JOIN claims_claim c ON c.id = p.claim_id"
        " WHERE p.reason = 'engine_failed'"
    )
    assert pended == [(poisoned, "pended")]
    assert house.rows("SELECT count(*) FROM claims_claim WHERE status = 'received'") == [(0,)]
    assert house.rows(
        "SELECT status, attempts FROM foundation_workchunk WHERE key LIKE 'alone:%' AND status <> 'done'"
    ) == [("quarantined", 4)]
    house.verify()
