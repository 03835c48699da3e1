"""What both embedded servers share: a folder, a lock, a password, a port, a log and one supervised process."""

import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

from tpa.embedded import children, places
from tpa.embedded.errors import StartError

ATTEMPTS = 8


class EmbeddedServer:
    """One server process over one folder. `start`, `stop` (clean), `kill` (as a crash would), `url`."""

    name = "server"
    stop_signal = signal.SIGTERM
    ready_seconds = 60.0

    def __init__(self, data_dir: Path, *, fsync: bool = True) -> None:
        """`data_dir` holds all the server has; `fsync=False` only where losing it is no loss."""
        self.data_dir = Path(data_dir).absolute()
        self.fsync = fsync
        self.user = places.server_user()
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._lock: IO[str] | None = None

    # --- What a caller does ---

    def start(self) -> None:
        """Start it and return when it answers. A start that crashed before leaves nothing in the way."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir.chmod(0o711 if self.user else 0o700)
        if not places.can_enter(self.data_dir, self.user):
            raise StartError(
                f"{self.name} runs as '{places.UNPRIVILEGED}', who cannot enter {self.data_dir}: "
                "a folder above it is closed to other users. Choose another place for the data."
            )
        self._take_lock()
        try:
            self.password = places.secret(self.data_dir / "password")
            self.prepare()
            self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it cleanly; harmless when it does not run."""
        if self.process is not None:
            children.stop(self.process, with_signal=self.stop_signal, seconds=30)
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def kill(self) -> None:
        """kill -9, as a crash would: nothing is flushed, nothing tidied up."""
        if self.process is not None:
            children.kill_group(self.process)
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def url(self) -> str:
        """The address with its password, as `DATABASE_URL` and `REDIS_URL` take it."""
        raise NotImplementedError

    @property
    def log(self) -> Path:
        """Where the server's own words go."""
        return self.data_dir / "log"

    # --- What each server says for itself ---

    def prepare(self) -> None:
        """Make the data if there are none, clear what a crash left, refuse data we cannot read."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """The command that runs the server in the foreground."""
        raise NotImplementedError

    def configuration(self) -> str | None:
        """What the server reads on its standard input, if anything."""
        return None

    def answers(self) -> bool:
        """Whether it is ready for clients."""
        raise NotImplementedError

    # --- How ---

    def _take_lock(self) -> None:
        lock = places.open_private(self.data_dir / "lock")  # released by the kernel, however we end
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise StartError(f"{self.name} already runs over {self.data_dir}.") from None
        self._lock = lock

    def _launch(self) -> None:
        port = places.Port(self.data_dir / "port")
        for _ in range(ATTEMPTS):
            self.port = port.choose()
            with self._open_log() as output:
                began = output.tell()
                self.process = children.start(
                    self.command(),
                    death_signal=self.stop_signal,
                    owner=self.user,
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    output=output,
                    input_text=self.configuration(),
                    cwd=self.data_dir,
                )
            if children.wait_until(self.answers, seconds=self.ready_seconds, process=self.process):
                return
            children.stop(self.process)
            self.process = None
            time.sleep(0.4)  # the port was taken meanwhile, or the last backend of a killed server still ends
        words = self.log.read_bytes()[began:].decode(errors="replace").strip()
        raise StartError(f"{self.name} did not start. Its last words ({self.log}):\n{words}")

    def _open_log(self) -> IO[bytes]:
        places.open_private(self.log).close()
        output = self.log.open("ab")
        output.seek(0, os.SEEK_END)
        return output
