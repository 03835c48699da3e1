"""Celery is set as the measurements of faults asked: nothing is lost with its worker, nothing runs for ever."""

import subprocess
import sys

import pytest
from django.conf import settings

from tpa.celery import app
from tpa.embedded import places
from tpa.embedded.processes import table


@pytest.fixture(scope="module")
def tasks():
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_a_task_that_loses_its_worker_is_handed_out_again():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    options = app.conf.broker_transport_options
    assert (options["unacked_restore_interval"], options["unacked_restore_throttle"]) == (2, 1)


def test_results_are_kept_in_postgres_only():
    assert app.conf.task_ignore_result
    assert app.backend.as_uri() == "disabled://"


def test_no_task_outlives_the_visibility_timeout(tasks):
    """Else its message is delivered to a second worker while the first one still works."""
    longest = max(task.time_limit or settings.CELERY_TASK_TIME_LIMIT for task in tasks.values())
    assert longest < app.conf.broker_transport_options["visibility_timeout"]


def test_tasks_go_to_queues_that_the_worker_listens_to(tasks):
    (worker,) = [process for process in table("x") if process.name == "worker"]
    listened = set(worker.command[worker.command.index("--queues") + 1].split(","))
    assert listened == {queue.name for queue in app.conf.task_queues}
    assert {vars(type(task)).get("queue", "default") for task in tasks.values()} <= listened


def test_what_runs_on_a_clock_exists(tasks):
    assert [entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"] not in tasks] == []


def test_the_web_sends_through_our_application():
    """Without it `shared_task` sends to a default broker that does not exist, and only the web would notice."""
    program = "import tpa.wsgi; from celery import current_app as app; print(app.main, app.conf.broker_url)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=places.ROOT, capture_output=True, text=True)
    assert ran.stdout.split() == ["steward", settings.REDIS_URL], ran.stderr
