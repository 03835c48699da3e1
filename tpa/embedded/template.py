"""A migrated database to begin from, made once per state of the schema and copied: a second instead of ten."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tpa.embedded import places
from tpa.embedded.errors import StartError
from tpa.embedded.postgres import EmbeddedPostgres
from tpa.embedded.servers import Say, environment, only_one_at_a_time

KEPT = 3

# What decides how a freshly migrated database looks, besides the libraries that the lock names.
SOURCES = ("*/migrations/*.py", "*/models/*.py", "tpa/foundation/*.py", "tpa/foundation/data/**/*", "tpa/settings/*.py")


def begin_from_template(postgres: EmbeddedPostgres, say: Say) -> None:
    """Give a server that has no data yet a copy of the migrated database, which is made first if there is none.

    Where migrating fails the server begins empty: what needs no database still runs.
    """
    template = places.home() / "templates" / fingerprint()
    template.parent.mkdir(mode=0o711, exist_ok=True)
    with only_one_at_a_time(template.parent / "lock"):
        if not template.exists():
            say("migrating a database to begin from (kept for the next time)")
            try:
                _make(template)
            except StartError as error:
                say(f"{error}\nsteward: beginning with an empty database")
                return
        os.utime(template)  # the least used one goes first
        postgres.data_dir.mkdir(mode=0o711)
        subprocess.run(["cp", "--archive", "--reflink=auto", *_parts(template), str(postgres.data_dir)], check=True)


def fingerprint() -> str:
    """A name for this state of the schema."""
    digest = hashlib.sha256((places.ROOT / "requirements.lock").read_bytes())
    modules = {
        path
        for folder in ("", "tpa/")
        for pattern in SOURCES
        for path in places.ROOT.glob(folder + pattern)
        if path.is_file()
    }
    for module in sorted(modules):
        digest.update(f"{module.relative_to(places.ROOT)}\0".encode() + module.read_bytes())
    return digest.hexdigest()[:16]


def _make(template: Path) -> None:
    fresh = Path(tempfile.mkdtemp(dir=template.parent, prefix="partial-"))
    fresh.chmod(0o711)
    postgres = EmbeddedPostgres(fresh, fsync=False)
    try:
        postgres.start()
        with tempfile.TemporaryDirectory(prefix="steward-store-") as store:
            env = environment(
                {"DATABASE_URL": postgres.url, "REDIS_URL": "redis://127.0.0.1:9/0", "STEWARD_STORE": store}
            )
            command = [sys.executable, "manage.py", "prepare"]
            ran = subprocess.run(command, env=env, cwd=places.ROOT, capture_output=True, text=True)
        postgres.stop()
        if ran.returncode:
            raise StartError(f"the database cannot be migrated:\n{ran.stderr.strip()[-2000:]}")
        fresh.rename(template)
    finally:
        postgres.stop()
        shutil.rmtree(fresh, ignore_errors=True)
    others = [path for path in template.parent.iterdir() if path.is_dir() and path != template]
    for old in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _parts(template: Path) -> list[str]:
    return [str(template / name) for name in ("cluster", "password", "created")]
