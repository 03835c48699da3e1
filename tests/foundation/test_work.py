"""Work that waits: taken once, counted even when it kills its worker, quarantined, never lost."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.utils import timezone

from tpa.foundation import work
from tpa.foundation.models import WorkChunk

KIND = "test_kind"


def _due_again() -> None:
    """As if the moment between a failure and the next bell had passed."""
    WorkChunk.objects.filter(status="waiting").update(leased_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_asked_twice_is_one_piece_of_work() -> None:
    assert work.ask(KIND, key="a", payload={"n": 1})
    assert not work.ask(KIND, key="a", payload={"n": 2})
    assert [chunk.payload for chunk in WorkChunk.objects.all()] == [{"n": 1}]


@pytest.mark.django_db(transaction=True)
def test_work_is_done_in_order_and_once() -> None:
    work.ask_many(KIND, [(str(n), 0, {"n": n}) for n in range(5)])
    done: list[int] = []
    while work.do_next(KIND, lambda piece: done.append(piece["n"])):
        pass
    assert done == [0, 1, 2, 3, 4]
    assert not work.waiting(KIND)


@pytest.mark.django_db(transaction=True)
def test_what_a_failed_piece_wrote_is_taken_back_and_it_is_tried_again() -> None:
    work.ask(KIND, key="outer", payload={})

    def fails(piece: dict[str, Any]) -> None:
        work.ask("written_by_it", key="x", payload={})
        raise ValueError("somebody's data")

    assert work.do_next(KIND, fails)
    assert not WorkChunk.objects.filter(kind="written_by_it").exists()
    chunk = WorkChunk.objects.get(kind=KIND)
    assert (chunk.status, chunk.attempts) == ("waiting", 1)
    assert chunk.error.startswith("ValueError at test_work.py:")
    assert "somebody" not in chunk.error
    assert not work.do_next(KIND, fails), "it rests for a moment"
    _due_again()
    assert work.do_next(KIND, lambda piece: None)
    chunk.refresh_from_db()
    assert chunk.status == "done"


@pytest.mark.django_db(transaction=True)
def test_a_piece_that_always_fails_is_quarantined_after_three_attempts_and_stops_no_other() -> None:
    work.ask_many(KIND, [("bad", 0, {"bad": True}), ("good", 0, {"bad": False})])
    given_up: list[dict[str, Any]] = []
    tried: list[bool] = []

    def do(piece: dict[str, Any]) -> None:
        tried.append(piece["bad"])
        if piece["bad"]:
            raise RuntimeError

    for _ in range(6):
        while work.do_next(KIND, do, give_up=lambda piece, error: given_up.append(piece)):
            pass
        _due_again()
    assert tried.count(True) == 3
    assert tried.count(False) == 1
    assert given_up == [{"bad": True}]
    assert dict(WorkChunk.objects.values_list("key", "status")) == {"bad": "quarantined", "good": "done"}


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_loses_nothing_and_is_no_attempt() -> None:
    work.ask(KIND, key="a", payload={})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]

    def dies(piece: dict[str, Any]) -> None:
        killer = connections.create_connection("default")
        with killer.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        killer.close()
        work.ask("never_written", key="x", payload={})

    assert work.do_next(KIND, dies)
    chunk = WorkChunk.objects.get(kind=KIND)
    assert (chunk.status, chunk.attempts) == ("waiting", 0), "the database going away is no attempt at the work"
    assert not WorkChunk.objects.filter(kind="never_written").exists()
    _due_again()
    assert work.do_next(KIND, lambda piece: None)


@pytest.mark.django_db(transaction=True)
def test_a_copy_that_is_cut_off_is_no_attempt() -> None:
    """The driver has no better word for it than the base of all its errors."""
    work.ask(KIND, key="a", payload={})

    def dies(piece: dict[str, Any]) -> None:
        raise DatabaseError("server closed the connection unexpectedly")

    assert work.do_next(KIND, dies)
    chunk = WorkChunk.objects.get(kind=KIND)
    assert (chunk.status, chunk.attempts, chunk.error) == ("waiting", 0, "")
    assert work.do_next(KIND, lambda piece: None)


@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_a_crash_took_back_is_not_taken_back_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    work.ask(KIND, key="a", payload={})
    chunk = WorkChunk.objects.get(kind=KIND)
    monkeypatch.setattr(work, "_begin", lambda kind, shard: chunk.pk)

    def dies(piece: dict[str, Any]) -> None:
        raise OperationalError

    assert work.do_next(KIND, dies)
    chunk.refresh_from_db()
    assert (chunk.status, chunk.attempts) == ("waiting", 0)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_do_each_piece_once() -> None:
    work.ask_many(KIND, [(str(n), n % 3, {"n": n}) for n in range(60)])
    done: list[int] = []

    def worker() -> None:
        try:
            while work.do_next(KIND, lambda piece: done.append(piece["n"])):
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(60))


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time_in_a_shard() -> None:
    work.ask_many(KIND, [("a", 1, {}), ("b", 1, {})])
    inside, leave = threading.Event(), threading.Event()

    def slow(piece: dict[str, Any]) -> None:
        inside.set()
        assert leave.wait(10)

    def worker() -> None:
        try:
            work.do_next(KIND, slow, shard=1, exclusive=True)
        finally:
            connections.close_all()

    thread = threading.Thread(target=worker)
    thread.start()
    assert inside.wait(10)
    assert not work.do_next(KIND, lambda piece: pytest.fail("entered"), shard=1, exclusive=True)
    leave.set()
    thread.join()
    assert WorkChunk.objects.get(key="b").attempts == 0, "waiting for the shard is no attempt"
    _due_again()
    assert work.do_next(KIND, lambda piece: None, shard=1, exclusive=True)


@pytest.mark.django_db(transaction=True)
def test_a_piece_under_work_is_left_alone_however_long_it_takes() -> None:
    work.ask(KIND, key="a", payload={})
    chunk = WorkChunk.objects.get()
    with transaction.atomic():
        WorkChunk.objects.select_for_update().get(pk=chunk.pk)
        taken: list[bool] = []

        def other() -> None:
            try:
                taken.append(work.do_next(KIND, lambda piece: None))
            finally:
                connections.close_all()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert taken == [False]
