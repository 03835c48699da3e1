"""Dump and restore: the database by Postgres' own tools, the files as they are."""

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tpa.embedded import places
from tpa.embedded.errors import StartError
from tpa.embedded.postgres import programs

Say = Callable[[str], None]


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
    _postgres(env, "pg_restore", "--clean", "--if-exists", "--single-transaction", str(folder / "database.dump"), into=True)
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


def _postgres(env: dict[str, str], program: str, *arguments: str, quietly: bool = False, into: bool = False) -> None:
    """Run one of Postgres' programs against DATABASE_URL; the password goes through the environment, not the command."""
    url = urlsplit(env["DATABASE_URL"])
    connection = {
        "PGHOST": url.hostname or "",
        "PGPORT": str(url.port or 5432),
        "PGUSER": unquote(url.username or ""),
        "PGPASSWORD": unquote(url.password or ""),
        "PGDATABASE": url.path.lstrip("/"),
    }
    aimed = [*arguments, *([f"--dbname={connection['PGDATABASE']}"] if into else [])]
    ran = subprocess.run([_program(program), *aimed], env={**env, **connection}, capture_output=True, text=True)
    if ran.returncode and not quietly:
        raise StartError(f"{program} failed:\n{ran.stderr.strip()}")


def _program(name: str) -> str:
    """The machine's own program where Postgres is installed, else the wheel's."""
    return shutil.which(name) or str(programs(places.VAR, None) / "bin" / name)
