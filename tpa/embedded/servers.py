"""The servers of one installation: taken from the environment, or embedded ones that several commands may share."""

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tpa.embedded import places
from tpa.embedded.errors import StartError
from tpa.embedded.postgres import EmbeddedPostgres
from tpa.embedded.server import EmbeddedServer
from tpa.embedded.valkey import EmbeddedValkey

Say = Callable[[str], None]


def environment(urls: dict[str, str]) -> dict[str, str]:
    """The environment that every process of Steward gets: ours, the servers' addresses, and keys that stay ours."""
    env = {**os.environ, **urls, "STEWARD_VAR": str(places.VAR)}
    env |= {"DJANGO_SETTINGS_MODULE": "tpa.settings", "PYTHONUNBUFFERED": "1"}
    places.VAR.mkdir(parents=True, exist_ok=True)
    for name in ("STEWARD_SECRET_KEY", "STEWARD_FIELD_KEY"):
        if not env.get(name):
            env[name] = places.secret(places.VAR / name.removeprefix("STEWARD_").lower())
    return env


def _stand_ins(below: Path, *, only_embedded: bool) -> dict[str, EmbeddedServer]:
    """The embedded servers, for what the environment does not name."""
    servers: dict[str, EmbeddedServer] = {}
    if only_embedded or not os.environ.get("DATABASE_URL"):
        servers["DATABASE_URL"] = EmbeddedPostgres(below / "postgres")
    if only_embedded or not os.environ.get("REDIS_URL"):
        servers["REDIS_URL"] = EmbeddedValkey(below / "valkey")
    return servers


@contextmanager
def ephemeral(*, fsync: bool, fill: Callable[[EmbeddedPostgres], None] | None = None) -> Iterator[dict[str, str]]:
    """Fresh servers and a store in a temporary folder, gone at the end. Always embedded: a test never meets real data.

    `fill` may put data into the folder of Postgres before it starts.
    """
    below = places.temporary_home()
    postgres = EmbeddedPostgres(below / "postgres", fsync=fsync)
    valkey = EmbeddedValkey(below / "valkey", fsync=fsync)
    try:
        if fill is not None:
            fill(postgres)
        postgres.start()
        valkey.start()
        store = below / "store"
        store.mkdir(mode=0o700)
        yield {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "STEWARD_STORE": str(store)}
    finally:
        with uninterrupted():
            valkey.stop()
            postgres.stop()
            shutil.rmtree(below, ignore_errors=True)


class SharedServers:
    """The lasting servers below `var/`. Whoever comes first starts them and is the last to leave.

    A lock file says who is there: exclusive while one starts them, shared while they are used. The kernel drops it
    with its holder, so a crash leaves none behind; and servers die with the process that started them.
    """

    def __init__(self, *, below: Path, say: Say, only_embedded: bool = False) -> None:
        """`below` is where their data stand; `only_embedded` leaves servers that the environment names alone."""
        self.say = say
        self.below = below
        self.servers = _stand_ins(self.below, only_embedded=only_embedded)
        self.has_database = "DATABASE_URL" in self.servers
        self.urls: dict[str, str] = {}
        self._lock: IO[str] | None = None
        self._ours = False

    def enter(self, *, wait_for_ownership: bool = False) -> dict[str, str]:
        """Start the servers, or join those that another command of this installation runs. Returns their addresses."""
        if not self.servers:
            return {}
        self._lock = places.open_private(self.below / "servers.lock")
        while True:
            if self._try_lock():
                return self._start()
            if wait_for_ownership:
                self.say("waiting for another ./run command that uses the servers …")
                fcntl.flock(self._lock, fcntl.LOCK_EX)
                return self._start()
            fcntl.flock(self._lock, fcntl.LOCK_SH)  # waits while another one starts them
            if all(_join(server) for server in self.servers.values()):
                self.urls = {name: server.url for name, server in self.servers.items()}
                return self.urls
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def leave(self, *, at_once: bool = False) -> None:
        """Stop the servers if we started them, after the others have gone unless `at_once`."""
        if self._lock is None:
            return
        try:
            if self._ours:
                if not at_once and not self._try_lock():
                    self.say("another ./run command still uses the servers; they stop after it …")
                    fcntl.flock(self._lock, fcntl.LOCK_EX)
                for server in self.servers.values():
                    server.stop()
        finally:
            self._lock.close()
            self._lock = None

    def _try_lock(self) -> bool:
        assert self._lock is not None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _start(self) -> dict[str, str]:
        assert self._lock is not None
        self._ours = True
        try:
            for server in self.servers.values():
                self.say(f"starting {server.name}")
                server.start()
        except BaseException:
            self.leave(at_once=True)
            raise
        self.urls = {name: server.url for name, server in self.servers.items()}
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        return self.urls


def _join(server: EmbeddedServer) -> bool:
    """Learn the address of a server that another process started; False if it does not run."""
    try:
        server.password = (server.data_dir / "password").read_text().strip()
        server.port = int((server.data_dir / "port").read_text())
    except FileNotFoundError:
        return False
    return not places.is_free(server.port)


@contextmanager
def shared(*, say: Say) -> Iterator[dict[str, str]]:
    """The lasting servers, for the time of one command."""
    servers = SharedServers(below=places.home(), say=say)
    urls = servers.enter()
    try:
        yield urls
    finally:
        with uninterrupted():
            servers.leave()


@contextmanager
def only_one(path: Path) -> Iterator[bool]:
    """Whether we are the first to hold this lock; it is free again when its holder ends, however that happens."""
    with places.open_private(path) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def only_one_at_a_time(path: Path) -> Iterator[None]:
    """Wait until nobody else holds this lock, and hold it."""
    with places.open_private(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def alone(below: Path) -> Iterator[None]:
    """Keep everybody from the lasting servers for a while; refuses when somebody uses them."""
    with only_one(below / "servers.lock") as free:
        if not free:
            raise StartError("another ./run command uses the servers; stop it first.")
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Stopping is not itself stopped by a second Ctrl-C."""
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
