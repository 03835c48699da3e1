"""Child processes that cannot outlive their parent: the kernel signals them when it dies, and we end whole groups."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _prepare(parent: int, death_signal: signal.Signals, owner: tuple[int, int] | None) -> Callable[[], None]:
    """What the child does between fork and exec. The signal is asked for after setuid, which would clear it."""

    def prepare() -> None:
        if owner is not None:
            uid, gid = owner
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            os.umask(0o077)
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # it died between the fork and the line above
                os._exit(1)

    return prepare


def start(
    command: Sequence[str],
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    owner: tuple[int, int] | None = None,
    env: Mapping[str, str] | None = None,
    output: Path | IO[bytes] | None = None,
    input_text: str | None = None,
    cwd: Path | None = None,
    in_front: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command in its own process group, so that Ctrl-C reaches it only through us. `owner` is (uid, gid).

    A command `in_front` keeps the terminal: it reads from it, and Ctrl-C reaches it directly.
    """
    log = output.open("ab") if isinstance(output, Path) else output
    stdin = None if in_front else subprocess.PIPE if input_text is not None else subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            list(command),
            env=None if env is None else dict(env),
            cwd=cwd,
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT if log is not None else None,
            process_group=None if in_front else 0,
            preexec_fn=_prepare(os.getpid(), death_signal, owner),
        )
    finally:
        if isinstance(output, Path) and log is not None:
            log.close()
    if input_text is not None:
        assert process.stdin is not None
        process.stdin.write(input_text.encode())
        process.stdin.close()
    return process


def stop(
    process: subprocess.Popen[bytes], *, with_signal: signal.Signals = signal.SIGTERM, seconds: float = 15
) -> None:
    """Ask the process to end, wait, then kill whatever is left of its group."""
    if process.poll() is None:
        process.send_signal(with_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """kill -9 the process and everything it started that stayed in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        process.kill()  # one in front shares our group, which is not ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_alive(pid: int) -> bool:
    """Whether a process of that id exists (a zombie does not count)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return sys.platform != "linux"


def wait_until(ready: Callable[[], bool], *, seconds: float, process: subprocess.Popen[bytes] | None = None) -> bool:
    """Poll until ready; False when the time is over or the process ended first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if process is not None and process.poll() is not None:
            return False
        time.sleep(0.02)
    return False
