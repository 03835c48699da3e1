"""The supervisor of the embedded servers: private, crash-proof, never left behind."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg2
import pytest
import redis

from tpa.embedded import children, places, servers
from tpa.embedded.errors import StartError
from tpa.embedded.postgres import EmbeddedPostgres
from tpa.embedded.processes import Process
from tpa.embedded.supervisor import KEEPS_ENDING, Supervisor
from tpa.embedded.valkey import EmbeddedValkey


@pytest.fixture
def home():
    """A folder that the servers' user can reach (pytest's own are closed to others)."""
    folder = places.temporary_home()
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def postgres(home):
    server = EmbeddedPostgres(home / "postgres", fsync=False)
    yield server
    server.stop()


@pytest.fixture
def valkey(home):
    server = EmbeddedValkey(home / "valkey")
    yield server
    server.stop()


def query(server, sql):
    connection = psycopg2.connect(server.url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def test_postgres_keeps_its_data_through_a_crash(postgres):
    postgres.fsync = True
    postgres.start()
    query(postgres, "CREATE TABLE kept AS SELECT 1 AS one")
    postgres.kill()
    postgres.start()
    assert query(postgres, "SELECT one FROM kept") == [(1,)]


def test_postgres_recovers_from_a_power_cut(postgres):
    postgres.fsync = True
    postgres.start()
    query(postgres, "CREATE TABLE kept AS SELECT 1 AS one")
    postgres.restart_immediately()
    assert query(postgres, "SELECT one FROM kept") == [(1,)]


def test_valkey_keeps_what_it_wrote(valkey):
    valkey.start()
    redis.Redis.from_url(valkey.url).set("kept", "1")
    valkey.stop()
    valkey.start()
    assert redis.Redis.from_url(valkey.url).get("kept") == b"1"


def test_nobody_enters_without_the_password(postgres, valkey):
    postgres.start()
    valkey.start()
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        psycopg2.connect(postgres.url.replace(f":{postgres.password}", ""))
    with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
        psycopg2.connect(postgres.url.replace(postgres.password, "guess"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=valkey.port).ping()
    rules = [line.split() for line in (postgres.cluster / "pg_hba.conf").read_text().splitlines()]
    assert {rule[-1] for rule in rules if rule and not rule[0].startswith("#")} == {"scram-sha-256"}
    assert query(postgres, "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'steward'") == [
        (True,)
    ]


def test_secrets_are_on_no_command_line(postgres, valkey):
    postgres.start()
    valkey.start()
    for server in (postgres, valkey):
        assert server.password not in Path(f"/proc/{server.process.pid}/cmdline").read_text()


def test_nothing_is_open_to_the_world(home, postgres, valkey):
    postgres.start()
    valkey.start()
    for place in (home, *home.rglob("*")):
        mode = place.lstat().st_mode
        # Passing through a folder is all that others may do, and only where the servers' own user has to.
        allowed = stat.S_IXOTH | stat.S_IXGRP if place in (home, postgres.data_dir, valkey.data_dir) else 0
        assert not mode & (stat.S_IRWXG | stat.S_IRWXO) & ~allowed, f"{place} {stat.filemode(mode)}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start it as somebody else")
def test_root_starts_servers_as_somebody_without_rights(postgres, valkey):
    postgres.start()
    valkey.start()
    for server in (postgres, valkey):
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == places.server_user()[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a folder that somebody else cannot enter")
def test_a_closed_folder_above_the_data_is_refused_and_stays_closed(home):
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(StartError, match="cannot enter"):
        EmbeddedPostgres(closed / "postgres").start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="without root the other tests show it")
@pytest.mark.skipif(
    not places.can_enter(Path(sys.prefix), places.server_user()), reason="this checkout is closed to others"
)
def test_without_root_servers_run_as_who_starts_them(home):
    mine = home / "mine"
    uid, gid = places.server_user()
    mine.mkdir(mode=0o700)
    os.chown(mine, uid, gid)
    child = os.fork()
    if child == 0:  # in here everything is already loaded, so it works below folders that this user cannot enter
        code = 1
        try:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            server = EmbeddedPostgres(mine / "postgres", fsync=False)
            server.start()
            runs_as = Path(f"/proc/{server.process.pid}").stat().st_uid
            server.stop()
            code = 0 if runs_as == uid else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_lock_left_by_a_crash_is_no_hindrance_even_if_its_number_lives(postgres):
    postgres.start()
    postgres.stop()
    (postgres.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.cluster}\n")
    postgres.start()
    assert query(postgres, "SELECT 1") == [(1,)]


def test_a_server_left_running_by_a_crash_is_ended_first(postgres, home):
    postgres.start()
    orphan, postgres.process = postgres.process, None  # we forget it, as a killed start would
    postgres._lock.close()
    again = EmbeddedPostgres(home / "postgres", fsync=False)
    again.start()
    assert orphan.wait(10) == 0
    again.stop()


def test_two_starts_do_not_share_a_folder(postgres, home):
    postgres.start()
    with pytest.raises(StartError, match="already runs"):
        EmbeddedPostgres(home / "postgres").start()
    assert query(postgres, "SELECT 1") == [(1,)]


def test_data_of_another_major_version_are_refused_in_plain_words(postgres):
    postgres.start()
    postgres.stop()
    version = postgres.cluster / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(
        StartError, match=r"written by Postgres 15; this Steward brings Postgres 18.*\n.*run dump.*run reset"
    ):
        postgres.start()
    version.write_text("18\n")
    postgres.start()


def test_an_interrupted_initdb_starts_over(postgres):
    postgres.data_dir.mkdir()
    postgres.cluster.mkdir()
    (postgres.cluster / "half").write_text("of a cluster")
    postgres.start()
    assert not (postgres.cluster / "half").exists()


def test_a_taken_port_is_exchanged(postgres, valkey):
    valkey.start()
    postgres.data_dir.mkdir()
    (postgres.data_dir / "port").write_text(str(valkey.port))
    postgres.start()
    assert postgres.port != valkey.port


def test_servers_die_with_the_process_that_started_them(home):
    program = textwrap.dedent(
        f"""
        import pathlib, time
        from tpa.embedded.postgres import EmbeddedPostgres
        from tpa.embedded.valkey import EmbeddedValkey
        servers = [EmbeddedPostgres(pathlib.Path({str(home)!r}) / "p", fsync=False),
                   EmbeddedValkey(pathlib.Path({str(home)!r}) / "v")]
        for server in servers:
            server.start()
        print(*(server.process.pid for server in servers), flush=True)
        time.sleep(600)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=places.ROOT, stdout=subprocess.PIPE, text=True)
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert len(pids) == 2
    assert all(children.is_alive(pid) for pid in pids)
    parent.kill()
    parent.wait()
    assert children.wait_until(lambda: not any(map(children.is_alive, pids)), seconds=30)
    postgres = EmbeddedPostgres(home / "p", fsync=False)  # and nothing of them stands in the way
    postgres.start()
    postgres.stop()


def test_a_second_command_joins_the_servers_of_the_first(home, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    heard = []
    first = servers.SharedServers(below=home, say=heard.append)
    second = servers.SharedServers(below=home, say=heard.append)
    urls = first.enter()
    assert second.enter() == urls
    assert heard == ["starting Postgres", "starting Valkey"]
    second.leave()
    assert all(server.answers() for server in first.servers.values())
    with pytest.raises(StartError, match="another"), servers.alone(home):
        pass
    first.leave()
    with servers.alone(home):
        pass


def test_real_servers_switch_the_embedded_ones_off(home, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/steward")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    shared = servers.SharedServers(below=home, say=pytest.fail)
    assert shared.enter() == {}
    assert servers.environment({})["DATABASE_URL"] == "postgres://elsewhere/steward"
    shared.leave()


def test_passing_servers_leave_nothing(home, monkeypatch):
    monkeypatch.setattr(places, "temporary_home", lambda: home)
    with servers.ephemeral(fsync=False) as urls:
        assert set(urls) == {"DATABASE_URL", "REDIS_URL", "STEWARD_STORE"}
        assert Path(urls["STEWARD_STORE"]).is_dir()
    assert not home.exists()


def test_what_a_killed_command_left_is_removed_by_the_next():
    program = "from tpa.embedded import places; print(places.temporary_home(), flush=True); input()"
    pipe = subprocess.PIPE
    other = subprocess.Popen([sys.executable, "-c", program], cwd=places.ROOT, stdin=pipe, stdout=pipe, text=True)
    left = Path(other.stdout.readline().strip())
    mine = places.temporary_home()
    assert left.exists()  # while its process lives
    other.kill()
    other.wait()
    next_one = places.temporary_home()
    assert not left.exists()
    assert mine.exists()
    subprocess.run(["rm", "-rf", str(mine), str(next_one)], check=True)


def test_a_process_that_ends_is_started_again(tmp_path):
    heard = []
    supervisor = Supervisor(env=os.environ, logs=tmp_path / "log", say=heard.append)
    supervisor.start(Process("sleeper", ("python", "-c", "import time; time.sleep(600)"), ""))
    first = supervisor.running[0].child
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    supervisor.check()
    second = supervisor.running[0].child
    assert second.pid != first.pid
    assert heard == ["sleeper ended (exit -9), starting it again"]
    supervisor.stop()
    assert second.poll() is not None


def test_a_process_that_keeps_ending_is_given_up_with_its_last_words(tmp_path):
    supervisor = Supervisor(env=os.environ, logs=tmp_path / "log", say=lambda _: None)
    supervisor.start(Process("broken", ("python", "-c", "raise SystemExit('out of order')"), ""))
    with pytest.raises(StartError, match=r"(?s)broken keeps ending.*out of order"):
        for _ in range(KEEPS_ENDING + 1):
            supervisor.running[0].child.wait()
            supervisor.check()
