"""`./run up` as a person meets it, in a folder of its own: it answers, says so twice, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tpa.embedded import backup, children, places
from tpa.embedded.commands import COMMANDS
from tpa.embedded.house import healthy


@pytest.fixture
def start():
    """Start `./run …` (what it hands over to) with its data in a fresh folder; everything ends with the test."""
    var = places.temporary_home()
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"STEWARD_VAR": str(var), "STEWARD_STORE": str(var / "store"), "STEWARD_PORT": str(free_port(var))}
    begun = []

    def begin(*arguments):
        log = (var / f"start-{len(begun)}").open("w+")
        process = subprocess.Popen(
            [sys.executable, "-m", "tpa.embedded", *arguments], cwd=places.ROOT, env=env, stdout=log, stderr=log
        )
        process.var, process.port, process.words = var, env["STEWARD_PORT"], lambda: (log.seek(0), log.read())[1]
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.wait()
    subprocess.run(["rm", "-rf", str(var)], check=True)


def free_port(var):
    return places.Port(var / "probe").choose()


def offspring(pid):
    """Every process that descends from this one."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = parent_of(entry)
            except OSError:
                continue
    found, todo = set(), {pid}
    while todo:
        todo = {child for child, parent in parents.items() if parent in todo}
        found |= todo
    return found


def wait_for(process, words, seconds=300):
    assert children.wait_until(lambda: words in process.words() or process.poll() is not None, seconds=seconds)
    assert words in process.words(), process.words()


@pytest.mark.fault
def test_up_answers_and_is_idempotent_and_leaves_nothing(start):
    up = start("up", "--no-demo")
    wait_for(up, "Ctrl-C stops everything")
    address = f"http://127.0.0.1:{up.port}"
    assert address in up.words()
    with urllib.request.urlopen(f"{address}/healthz") as response:
        assert json.load(response) == {"database": True, "broker": True}

    again = start("up", "--no-demo")
    assert again.wait(60) == 0
    assert f"already running at {address}" in again.words()

    # A killed broker and a killed worker come back by themselves.
    (worker,) = [pid for pid in offspring(up.pid) if "worker" in command_of(pid) and parent_of(pid) == up.pid]
    (valkey,) = [pid for pid in offspring(up.pid) if "valkey-server" in command_of(pid)[0]]
    os.kill(worker, signal.SIGKILL)
    os.kill(valkey, signal.SIGKILL)
    wait_for(up, "worker ended (exit -9), starting it again")
    wait_for(up, "Valkey ended (exit -9), starting it again")
    assert children.wait_until(lambda: healthy(address), seconds=30)

    # Ctrl-C stops everything it started.
    started = offspring(up.pid)
    up.send_signal(signal.SIGINT)
    assert up.wait(60) == 0
    assert not [pid for pid in started if children.is_alive(pid)]

    # And so does kill -9, which it cannot even see.
    up = start("up", "--no-demo")
    wait_for(up, "Ctrl-C stops everything")
    started = offspring(up.pid)
    up.kill()
    up.wait()
    assert children.wait_until(lambda: not any(map(children.is_alive, started)), seconds=60)
    last = start("manage", "check", "--database", "default")
    assert last.wait(60) == 0, last.words()


def command_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_dump_and_restore(monkeypatch, tmp_path):
    """What was dumped comes back as it was: rows and files, and what came later is gone."""
    import psycopg2

    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/dumped_{os.getpid()}"
    admin = psycopg2.connect(os.environ["DATABASE_URL"])
    admin.autocommit = True
    admin.cursor().execute(f"CREATE DATABASE dumped_{os.getpid()}")
    monkeypatch.setattr(places, "VAR", tmp_path)
    monkeypatch.setattr(places, "ROOT", tmp_path)
    env = dict(os.environ, DATABASE_URL=url, STEWARD_STORE=str(tmp_path / "store"))
    kept = tmp_path / "store" / "ab" / "abcd"
    kept.parent.mkdir(parents=True)
    kept.write_text("ISA*00*")
    database = psycopg2.connect(url)
    database.autocommit = True
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1 AS one")
        assert backup.dump(env, lambda _: None) == 0
        cursor.execute("DROP TABLE kept")
        cursor.execute("CREATE TABLE later AS SELECT 1 AS one")
        kept.write_text("changed")
        (dump,) = (tmp_path / "dumps").iterdir()
        assert dump.stat().st_mode & 0o077 == 0
        assert backup.restore(dump, env, lambda _: None) == 0
        cursor.execute("SELECT one FROM kept")
        assert cursor.fetchall() == [(1,)]
        cursor.execute("SELECT to_regclass('later')")
        assert cursor.fetchall() == [(None,)]
    database.close()
    assert kept.read_text() == "ISA*00*"
    admin.cursor().execute(f"DROP DATABASE dumped_{os.getpid()}")
    admin.close()


def test_reset_asks_and_then_removes_only_data(start):
    refused = start("reset")
    assert refused.wait(30) == 0
    assert "nothing to remove" in refused.words()
    (refused.var / "store").mkdir()
    (refused.var / "field_key").write_text("stays")
    refused = start("reset")
    assert refused.wait(30) == 1
    assert "--yes" in refused.words()
    assert (refused.var / "store").exists()
    done = start("reset", "--yes")
    assert done.wait(30) == 0, done.words()
    assert not (done.var / "store").exists()
    assert (done.var / "field_key").read_text() == "stays"


def test_a_command_that_is_told_to_end_ends_what_it_started(start):
    told = start(
        "exec",
        "--ephemeral",
        "--no-fsync",
        "--",
        sys.executable,
        "-c",
        "import time; print('here', flush=True); time.sleep(600)",
    )
    wait_for(told, "here")
    started = offspring(told.pid)
    assert len(started) > 2
    told.terminate()
    assert told.wait(60) == 130
    assert not [pid for pid in started if children.is_alive(pid)]


def test_up_does_not_start_on_words_that_it_does_not_know(start):
    up = start("up", "--help")
    assert up.wait(60) == 2
    assert "--no-demo" in up.words()


def test_help_names_every_command():
    words = subprocess.run([places.ROOT / "run"], capture_output=True, text=True).stdout
    assert [name for name in COMMANDS if f"./run {name} " not in words] == []


def test_run_needs_only_the_standard_library():
    """`./run` is read by a bare Python, before anything is installed."""
    program = "import sys, runpy; sys.argv = ['run', 'help']; runpy.run_path('run', run_name='__main__')"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", program], cwd=places.ROOT, capture_output=True, text=True)
    assert "./run up" in ran.stdout, ran.stderr
