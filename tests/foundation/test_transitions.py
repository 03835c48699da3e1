"""Statuses move only as the model's table says, once, under a lock, with a trace."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.models import AuditEvent, EdiFile
from tpa.foundation.transitions import move, move_many, permitted

pytestmark = pytest.mark.django_db

BY = Actor.system("test")
Status = EdiFile.Status


def _file(name="a", status=Status.RECEIVED):
    now = timezone.now()
    return EdiFile.objects.create(
        sha256=name,
        name=name,
        size_bytes=1,
        origin="demo",
        received_at=now,
        received_on=now,
        status=status,
        status_at=now,
    )


def test_move_writes_status_time_and_audit():
    file = _file()
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert move(file, Status.WORKING, by=BY, because="it is time", at=at) == "received"
    file.refresh_from_db()
    assert (file.status, file.status_at) == ("working", at)
    event = AuditEvent.objects.get()
    assert (event.action, event.because, event.detail) == (
        "foundation.edifile.moved",
        "it is time",
        {"from": "received", "to": "working"},
    )


def test_a_move_that_the_table_does_not_know_is_refused():
    file = _file()
    with pytest.raises(Conflict) as refusal:
        move(file, Status.ANSWERED, by=BY)
    assert refusal.value.code == "status.not_permitted"
    assert refusal.value.extra["before"] == "received"
    file.refresh_from_db()
    assert file.status == "received"
    assert not AuditEvent.objects.exists()


def test_what_counts_is_where_the_row_stands_in_the_database():
    file, same = _file(), EdiFile.objects.get(sha256="a")
    move(file, Status.WORKING, by=BY)
    with pytest.raises(Conflict):
        move(same, Status.WORKING, by=BY)
    assert move(same, Status.ANSWERED, by=BY) == "working"


def test_a_row_that_is_gone():
    file = _file()
    EdiFile.objects.all().delete()
    with pytest.raises(NotFound):
        move(file, Status.WORKING, by=BY)


def test_permitted_moves():
    assert permitted(_file()) == {"working", "refused"}
    assert permitted(_file("b", Status.REFUSED)) == set()


def test_many_rows_move_each_to_its_own_status():
    files = [_file(str(number)) for number in range(6)]
    targets = {file.pk: Status.REFUSED if number % 3 == 0 else Status.WORKING for number, file in enumerate(files)}
    before = move_many(EdiFile, targets, by=BY, because="sweep")
    assert before == dict.fromkeys(targets, "received")
    assert dict(EdiFile.objects.values_list("pk", "status")) == {pk: str(to) for pk, to in targets.items()}
    events = {event.detail["to"]: event for event in AuditEvent.objects.all()}
    assert events["refused"].subject_ids == [files[0].pk, files[3].pk]
    assert events["working"].detail == {"count": 4, "from": "received", "to": "working"}


def test_many_rows_move_all_or_none():
    good, bad = _file("good"), _file("bad", Status.REFUSED)
    with pytest.raises(Conflict) as refusal:
        move_many(EdiFile, {good.pk: Status.WORKING, bad.pk: Status.WORKING}, by=BY)
    assert refusal.value.extra["ids"] == [bad.pk]
    with pytest.raises(NotFound):
        move_many(EdiFile, {good.pk: Status.WORKING, 10**9: Status.WORKING}, by=BY)
    good.refresh_from_db()
    assert good.status == "received"


def test_the_number_of_statements_does_not_grow_with_the_rows(django_assert_num_queries):
    for count in (1, 50):
        files = [_file(f"{count}-{number}") for number in range(count)]
        with django_assert_num_queries(6):  # four, and the savepoint around them
            move_many(EdiFile, {file.pk: Status.WORKING for file in files}, by=BY)
    assert move_many(EdiFile, {}, by=BY) == {}


@pytest.mark.django_db(transaction=True)
def test_of_many_who_move_a_row_at_once_exactly_one_does():
    file = _file()
    outcomes = []

    def work():
        try:
            move(EdiFile.objects.get(pk=file.pk), Status.WORKING, by=BY)
            outcomes.append("moved")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["moved"] + ["refused"] * 7
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_batches_that_overlap_wait_and_do_not_deadlock():
    files = [_file(str(number)) for number in range(30)]
    outcomes = []

    def work(these):
        try:
            move_many(EdiFile, {file.pk: Status.WORKING for file in these}, by=BY)
            outcomes.append("moved")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    orders = [files, files[::-1], files[10:], files[20::-1]]
    threads = [threading.Thread(target=work, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 4
    assert "moved" in outcomes
