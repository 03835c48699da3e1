"""Keeps processes and servers running: what ends is started again, what keeps ending is given up."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tpa.embedded import children, places
from tpa.embedded.errors import StartError
from tpa.embedded.processes import Process
from tpa.embedded.server import EmbeddedServer
from tpa.embedded.servers import Say

KEEPS_ENDING = 5  # times within a minute
LARGE_LOG = 20_000_000


@dataclass
class Running:
    """One process of ours, and when it was started."""

    process: Process
    child: subprocess.Popen[bytes]
    starts: list[float] = field(default_factory=list)


class Supervisor:
    """Starts processes with their output in log files, watches them, and stops all of them."""

    def __init__(self, *, env: Mapping[str, str], logs: Path, say: Say) -> None:
        """`env` is what every process gets; each adds its own database role."""
        self.env = dict(env)
        self.logs = logs
        self.say = say
        self.running: list[Running] = []
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)

    def start(self, *processes: Process) -> None:
        """Start them all; returns at once."""
        for process in processes:
            log = self.log_of(process.name)
            if log.exists() and log.stat().st_size > LARGE_LOG:
                log.replace(log.with_suffix(".log.1"))
            self.running.append(Running(process, self._launch(process), [time.monotonic()]))

    def stop(self) -> None:
        """End all of them: first asked, together, then killed with everything they started."""
        for one in self.running:
            if one.child.poll() is None:
                one.child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 15
        for one in self.running:
            try:
                one.child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{one.process.name} does not end, killing it")
            children.kill_group(one.child)
        self.running.clear()

    def watch(self, servers: list[EmbeddedServer]) -> None:
        """Look after everything until interrupted; raises StartError when a process keeps ending."""
        while True:
            for server in servers:
                if server.process is not None and server.process.poll() is not None:
                    self.say(f"{server.name} ended (exit {server.process.returncode}), starting it again")
                    server.stop()
                    server.start()
            self.check()
            time.sleep(0.5)

    def check(self) -> None:
        """Start again what has ended."""
        for one in self.running:
            if one.child.poll() is None:
                continue
            children.kill_group(one.child)  # what a killed parent left
            now = time.monotonic()
            one.starts = [moment for moment in one.starts if now - moment < 60]
            if len(one.starts) >= KEEPS_ENDING:
                raise StartError(
                    f"{one.process.name} keeps ending. Its last words:\n{self.last_words(one.process.name)}"
                )
            self.say(f"{one.process.name} ended (exit {one.child.returncode}), starting it again")
            one.child = self._launch(one.process)
            one.starts.append(now)

    def log_of(self, name: str) -> Path:
        """Where a process writes."""
        return self.logs / f"{name}.log"

    def last_words(self, name: str, lines: int = 20) -> str:
        """The end of its log."""
        log = self.log_of(name)
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""

    def _launch(self, process: Process) -> subprocess.Popen[bytes]:
        log = self.log_of(process.name)
        log.touch(mode=0o600)
        program, *arguments = process.command
        return children.start(
            [str(Path(sys.executable).with_name(program)), *arguments],
            env={**self.env, "STEWARD_DB_ROLE": process.role},
            output=log,
            cwd=places.ROOT,
        )
