"""The audit trail only grows, its chains show every change at the very row, and writers do not wait for each other."""

import json
import threading

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.factories.users import make_user
from tpa.foundation import audit
from tpa.foundation.audit import Actor, Entry, Subjects, verify_chain
from tpa.foundation.models import AuditEvent, User

pytestmark = pytest.mark.django_db

BY = Actor.system("test")


def _fill(count=10):
    for number in range(count):
        about = Subjects("test.thing", (number, number + 1), employer_id=number)
        audit.record("test.thing.done", by=BY, about=about, because="täst\n“", fields=("name",), detail={"n": number})


def _tamper(sql):
    """What only somebody with power over the database itself can do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE foundation_auditevent DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE foundation_auditevent ENABLE TRIGGER USER")


def test_record_says_who_what_why():
    user = make_user()
    with audit.in_request("req-12345678"):
        audit.record(
            "foundation.user.renamed",
            by=Actor.user(user.pk),
            about=user,
            because="married",
            fields=("full_name",),
            detail={"b": 1, "a": [2]},
        )
    event = AuditEvent.objects.get()
    assert (event.actor, event.subject_type, event.subject_ids) == (f"user:{user.pk}", "foundation.user", [user.pk])
    assert (event.because, event.fields, event.detail) == ("married", ["full_name"], {"b": 1, "a": [2]})
    assert event.request_id == "req-12345678"
    assert str(event) == f"foundation.user.renamed by user:{user.pk}"


def test_a_reading_of_a_list_is_one_row_and_of_an_empty_list_none():
    audit.record_read(Subjects.rows(User, [3, 4]), by=BY, purpose="worklist", fields=("diagnosis",))
    audit.record_read(Subjects.rows(User, []), by=BY, purpose="worklist")
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_ids, event.purpose) == ("foundation.user.read", [3, 4], "worklist")


def test_many_entries_cost_two_statements(django_assert_num_queries):
    entries = [Entry("test.thing.done", BY, Subjects("test.thing", (number,))) for number in range(300)]
    with transaction.atomic(), django_assert_num_queries(2):
        audit.record_many(entries)
    assert verify_chain().rows_count == 300


def test_an_untouched_chain_holds_and_names_its_head():
    _fill()
    report = verify_chain()
    assert (report.rows_count, report.breaks) == (10, [])
    last = AuditEvent.objects.order_by("-position").first()
    assert report.heads == {last.lane: (10, bytes(last.hash).hex())}


@pytest.mark.parametrize(
    "column",
    [
        "actor = 'user:1'",
        "action = 'test.thing.undone'",
        "at = at + interval '1 microsecond'",
        "subject_type = 'other'",
        "subject_ids = '{99}'",
        "employer_id = NULL",
        "because = ''",
        "purpose = 'x'",
        "request_id = 'x'",
        "fields = '{}'",
        "detail = '{}'",
        "hash = previous_hash",
    ],
)
def test_a_change_of_any_column_shows_at_its_row(column):
    _fill()
    _tamper(f"UPDATE foundation_auditevent SET {column} WHERE position = 4")
    breaks = verify_chain().breaks
    assert breaks[0].position == 4
    assert breaks[0].what == "changed"
    assert {one.position for one in breaks} <= {4, 5}


def test_a_change_with_its_own_hash_made_anew_shows_in_the_next_row():
    _fill()
    event = AuditEvent.objects.get(position=4)
    _tamper("UPDATE foundation_auditevent SET because = 'other' WHERE position = 4")
    content, previous = next((row[3], row[4]) for row in audit._rows() if row[2] == 4)
    forged = audit._hash(previous, content).hex()
    _tamper(f"UPDATE foundation_auditevent SET hash = '\\x{forged}' WHERE id = {event.pk}")
    assert [(one.position, one.what) for one in verify_chain().breaks] == [(5, "unlinked")]


def test_content_that_passed_from_a_column_to_the_next_shows():
    _fill()
    _tamper(
        "UPDATE foundation_auditevent SET because = because || E'\\x1e' || purpose, purpose = '' WHERE position = 4"
    )
    assert verify_chain().breaks[0].position == 4


def test_a_removed_row_shows():
    _fill()
    _tamper("DELETE FROM foundation_auditevent WHERE position = 4")
    assert [(one.position, one.what) for one in verify_chain().breaks] == [(4, "missing")]


def test_rows_that_changed_places_show():
    _fill()
    _tamper(
        "UPDATE foundation_auditevent SET position = -position WHERE position IN (4, 5);"
        "UPDATE foundation_auditevent SET position = 9 + position WHERE position < 0"
    )
    assert {one.position for one in verify_chain().breaks} >= {4, 5}


def test_a_cut_off_end_shows_against_an_anchor_kept_outside():
    _fill()
    heads = verify_chain().heads
    _tamper("DELETE FROM foundation_auditevent WHERE position > 8")
    assert verify_chain().breaks == []
    assert [(one.position, one.what) for one in verify_chain(anchors=heads).breaks] == [(10, "missing")]


def test_a_chain_that_grew_still_holds_its_anchor():
    _fill()
    heads = verify_chain().heads
    _fill(3)
    assert verify_chain(anchors=heads).breaks == []


@pytest.mark.parametrize("verb", ["UPDATE foundation_auditevent SET because = ''", "DELETE FROM foundation_auditevent"])
def test_rows_are_never_changed(verb):
    _fill(1)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


def test_the_table_is_never_emptied():
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE foundation_auditevent")


@pytest.mark.parametrize("role", ["steward_web", "steward_worker"])
def test_our_processes_may_not_even_try(role):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute("DELETE FROM foundation_auditevent")


def test_a_clock_that_goes_back_does_not_disorder_the_chain():
    with time_machine.travel("2026-11-01T01:30:00-04:00"):
        _fill(1)
    with time_machine.travel("2026-11-01T00:30:00-04:00"):
        _fill(1)
    assert verify_chain().breaks == []


def test_what_is_hashed_is_the_text_that_is_stored():
    audit.record("test.thing.done", by=BY, detail={"zahl": 1, "ä": "“"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail::text FROM foundation_auditevent")
        assert cursor.fetchone()[0] == json.dumps({"zahl": 1, "ä": "“"}, sort_keys=True, separators=(",", ":"))
    assert verify_chain().breaks == []


@pytest.mark.django_db(transaction=True)
def test_two_transactions_that_wait_for_each_others_rows_do_not_deadlock_over_the_trail():
    """One writes its audit row and then wants the row of the other, who writes its audit row meanwhile."""
    first, second = make_user(), make_user()
    audited, locked = threading.Event(), threading.Event()
    failures = []

    def one():
        try:
            with transaction.atomic():
                audit.record("test.thing.done", by=BY)
                audited.set()
                assert locked.wait(10)
                User.objects.select_for_update().get(pk=second.pk)
        except Exception as error:  # noqa: BLE001 (reported below, from the thread)
            failures.append(error)
        finally:
            connection.close()

    def other():
        try:
            with transaction.atomic():
                User.objects.select_for_update().get(pk=second.pk)
                locked.set()
                assert audited.wait(10)
                audit.record("test.thing.done", by=BY)
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for work in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert first.pk
    report = verify_chain()
    assert (report.rows_count, report.breaks, len(report.heads)) == (2, [], 2)


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_whole_chains():
    def write():
        for _ in range(10):
            with transaction.atomic():
                _fill(2)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = verify_chain()
    assert (report.rows_count, report.breaks) == (160, [])
