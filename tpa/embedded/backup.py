"""Dump and restore: the database by Postgres' own tools, the files as they are."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tpa.embedded import places
from tpa.embedded.errors import StartError
from tpa.embedded.postgres import programs

Say = Callable[[str], None]

# The state in which Postgres hands a new database over.
EMPTY = """
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


def dump(env: dict[str, str], say: Say) -> int:
    """Write `database.dump`, `roles.sql` and `store.tar` into a fresh private folder, which only then gets its name."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = places.VAR / "dumps" / moment
    partial = target.with_name(f"{moment}.partial")
    partial.mkdir(mode=0o700, parents=True)
    say("dumping the database")
    _postgres(env, "pg_dump", "--format=custom", f"--file={partial / 'database.dump'}")
    _postgres(env, "pg_dumpall", "--roles-only", "--no-role-passwords", f"--file={partial / 'roles.sql'}")
    say("dumping the files")
    with tarfile.open(partial / "store.tar", "w") as archive:
        if (store := _store(env)).exists():
            archive.add(store, arcname=".")
    partial.rename(target)
    print(target)
    say(f"restore with: ./run restore {target.relative_to(places.ROOT)}")
    say("what is encrypted in it opens only with STEWARD_FIELD_KEY (var/field_key), which is not in the dump")
    return 0


def restore(folder: Path, env: dict[str, str], say: Say) -> int:
    """Put a dump in the place of what is there: in one transaction for the database, the files after it."""
    for name in ("database.dump", "roles.sql", "store.tar"):
        if not (folder / name).exists():
            raise StartError(f"{folder} is no dump of Steward: {name} is missing")
    say("restoring the database")
    # Roles belong to the server, not to the database; those that exist already are reported and left as they are.
    _postgres(env, "psql", "--quiet", f"--file={folder / 'roles.sql'}", quietly=True)
    _restore_database(env, folder / "database.dump")
    say("restoring the files")
    store = _store(env)
    fresh = store.with_name(f"{store.name}.restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    with tarfile.open(folder / "store.tar") as archive:
        archive.extractall(fresh, filter="data")
    shutil.rmtree(store, ignore_errors=True)
    fresh.rename(store)
    say("restored")
    return 0


def _store(env: dict[str, str]) -> Path:
    return Path(env.get("STEWARD_STORE") or places.VAR / "store")


def _restore_database(env: dict[str, str], dumped: Path) -> None:
    """All of it is read before anything is written, and written in one transaction: a broken dump changes nothing."""
    with tempfile.TemporaryDirectory(dir=places.VAR, prefix="restore-") as folder:
        script = Path(folder) / "database.sql"
        _postgres(env, "pg_restore", f"--file={script}", str(dumped))
        once = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction")
        _postgres(env, "psql", *once, f"--command={EMPTY}", f"--file={script}")


def _postgres(env: dict[str, str], program: str, *arguments: str, quietly: bool = False) -> None:
    """Run one of Postgres' programs against DATABASE_URL; the password goes through the environment."""
    connection = _connection(env)
    ran = subprocess.run(
        [_program(program, connection), *arguments], env={**env, **connection}, capture_output=True, text=True
    )
    if ran.returncode and not quietly:
        raise StartError(f"{program} failed:\n{ran.stderr.strip()}")


def _connection(env: dict[str, str]) -> dict[str, str]:
    url = urlsplit(env["DATABASE_URL"])
    return {
        "PGHOST": url.hostname or "",
        "PGPORT": str(url.port or 5432),
        "PGUSER": unquote(url.username or ""),
        "PGPASSWORD": unquote(url.password or ""),
        "PGDATABASE": url.path.lstrip("/"),
    }


def _program(name: str, connection: dict[str, str]) -> str:
    """The machine's own program if it is of the server's major version, else the wheel's, which is newer than most."""
    found = _installed(name)
    if len(found) > 1:
        ask = [_installed("psql")[-1], "--no-psqlrc", "-Atc", "SHOW server_version_num"]
        server = subprocess.run(ask, env={**os.environ, **connection}, capture_output=True, text=True).stdout
        own = subprocess.run([found[0], "--version"], capture_output=True, text=True).stdout
        if server[:2] == own.split()[2][:2]:
            return found[0]
    return found[-1]


def _installed(name: str) -> list[str]:
    """Where the program is: the machine's own, the wheel's, or both in this order."""
    own = shutil.which(name)
    places_of_it = [own] if own else []
    if wheel := programs(None):
        places_of_it.append(str(wheel / "bin" / name))
    if not places_of_it:
        raise StartError(f"{name} is not installed; it comes with Postgres' client programs.")
    return places_of_it
