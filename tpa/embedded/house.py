"""The whole system as one thing: servers, a prepared database, and web, worker and beat that answer."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tpa.embedded import children, places, servers
from tpa.embedded.errors import StartError
from tpa.embedded.processes import PREPARE, table
from tpa.embedded.say import say
from tpa.embedded.supervisor import Supervisor

FIRST_PORT = 8000
READY_SECONDS = 180


class House:
    """Servers and processes of one `up` or one `demo`."""

    def __init__(self, *, shared: servers.SharedServers, store: Path, logs: Path, demo: bool) -> None:
        """`demo` fills an empty database."""
        self.shared = shared
        self.store = store
        self.logs = logs
        self.demo = demo
        self.temporary: Path | None = None
        self.supervisor: Supervisor | None = None
        self.address = ""

    @classmethod
    def lasting(cls, *, demo: bool, insist: bool) -> "House":
        """The one of `./run up`: data below var/. A database of yours gets the demo world only if you insist."""
        shared = servers.SharedServers(below=places.home(), say=say)
        store = Path(os.environ.get("STEWARD_STORE") or places.VAR / "store")
        return cls(shared=shared, store=store, logs=places.VAR / "log", demo=insist or (demo and shared.has_database))

    @classmethod
    def passing(cls) -> "House":
        """The one of `./run demo`: everything in a temporary folder, gone at the end."""
        below = places.temporary_home()
        shared = servers.SharedServers(below=below, say=say, only_embedded=True)
        house = cls(shared=shared, store=below / "store", logs=below / "log", demo=True)
        house.temporary = below
        return house

    def serve(self) -> int:
        """Run until interrupted. A second `./run up` says where the first one answers and is content."""
        address_file = places.VAR / "up.address"
        places.VAR.mkdir(exist_ok=True)
        with servers.only_one(places.VAR / "up.lock") as first:
            if not first:
                say(f"already running at {address_file.read_text().strip()}")
                return 0
            began = time.monotonic()
            try:
                env = self._open()
                address_file.write_text(self.address)
                self._greet(env, time.monotonic() - began)
                assert self.supervisor is not None
                self.supervisor.watch(list(self.shared.servers.values()))
            except KeyboardInterrupt:
                say("stopping")
            finally:
                self._close()
        return 0

    def walk(self, out: Path) -> int:
        """Run the demo's own command against this house; its exit code."""
        try:
            env = self._open()
            command = [sys.executable, "manage.py", "demo_walk", "--base-url", self.address, "--out", str(out)]
            code = subprocess.run(command, env={**env, "STEWARD_DB_ROLE": "worker"}, cwd=places.ROOT).returncode
            if code and self.supervisor is not None:
                for name in ("web", "worker", "beat"):
                    say(f"last words of {name}:\n{self.supervisor.last_words(name)}")
            return code
        finally:
            self._close()

    # --- How ---

    def _open(self) -> dict[str, str]:
        urls = self.shared.enter(wait_for_ownership=True)
        port = self._port()
        self.address = f"http://127.0.0.1:{port}"
        env = servers.environment(urls) | {"STEWARD_STORE": str(self.store)}
        env.setdefault("STEWARD_BASE_URL", self.address)
        if self.demo:  # invented people need no second factor to be tried out
            env.setdefault("STEWARD_REQUIRE_MFA", "false")
        self.supervisor = Supervisor(env=env, logs=self.logs, say=say)
        web, *others = table(f"127.0.0.1:{port}")
        self.supervisor.start(web)  # it loads while the database is prepared, on the other core
        self._prepare(env)
        say("starting web, worker and beat")
        self.supervisor.start(*others)
        self._wait_for_answer()
        return env

    def _prepare(self, env: Mapping[str, str]) -> None:
        _program, *prepare = PREPARE
        process = children.start(
            [sys.executable, *prepare, *(["--demo"] if self.demo else [])], env=env, cwd=places.ROOT
        )
        try:
            if process.wait():
                raise StartError("the database could not be prepared; see above")
        finally:
            children.stop(process)

    def _port(self) -> int:
        wanted = int(os.environ.get("STEWARD_PORT") or FIRST_PORT)
        if places.is_free(wanted):
            return wanted
        port = places.Port(places.VAR / "web.port").choose()
        say(f"port {wanted} is taken, using {port} (STEWARD_PORT says which)")
        return port

    def _wait_for_answer(self) -> None:
        assert self.supervisor is not None
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.supervisor.check()
            if healthy(self.address):
                return
            time.sleep(0.05)
        raise StartError(f"the web does not answer. Its last words:\n{self.supervisor.last_words('web')}")

    def _greet(self, env: Mapping[str, str], seconds: float) -> None:
        say(f"ready after {seconds:.1f} s; logs in {self.logs}; Ctrl-C stops everything")
        print(f"\n  Steward   {self.address}/\n", flush=True)
        if self.demo:
            subprocess.run([sys.executable, "manage.py", "demo_signins"], env=dict(env), cwd=places.ROOT)
            worker = {**env, "STEWARD_DB_ROLE": "worker"}
            subprocess.run([sys.executable, "manage.py", "demo_arrivals"], env=worker, cwd=places.ROOT)

    def _close(self) -> None:
        with servers.uninterrupted():
            if self.supervisor is not None:
                self.supervisor.stop()
            self.shared.leave(at_once=True)
            if self.temporary is not None:
                shutil.rmtree(self.temporary, ignore_errors=True)


def healthy(address: str) -> bool:
    """Whether /healthz there says that the database answers."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as response:
            return bool(json.load(response)["database"])
    except (OSError, ValueError):
        return False
