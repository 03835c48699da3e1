"""Everything `./run check` says about the code without running it, one line a check, the words of those that fail."""

import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tpa.embedded import places
from tpa.embedded.servers import environment

NO_SERVER = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}


@dataclass(frozen=True)
class Check:
    """One check: a command of the virtual environment."""

    name: str
    command: tuple[str, ...]
    advisory: bool = False
    production: bool = False


CHECKS = (
    Check("ruff", ("ruff", "check", ".")),
    Check("format", ("ruff", "format", "--check", ".")),
    Check("types", ("mypy",)),
    Check("floors and walls", ("lint-imports",)),
    Check("migrations", ("python", "manage.py", "makemigrations", "--check", "--dry-run")),
    Check("templates", ("djlint", "templates", "--lint", "--quiet")),
    Check("deployment", ("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"), production=True),
    Check("vulnerabilities", ("pip-audit", "--requirement", "requirements.lock", "--disable-pip"), advisory=True),
)


def run(arguments: list[str]) -> int:
    """All checks, or those named; 0 if none failed."""
    failed = [check.name for check in CHECKS if (not arguments or check.name in arguments) and not _passes(check)]
    print(f"{len(failed)} failed: {', '.join(failed)}" if failed else "all checks passed", flush=True)
    return 1 if failed else 0


def _passes(check: Check) -> bool:
    program, *arguments = check.command
    env = environment(NO_SERVER) | {"STEWARD_LOG_LEVEL": "ERROR"}
    if check.production:
        env |= {"STEWARD_SECRET_KEY": secrets.token_urlsafe(64), "STEWARD_BASE_URL": "https://steward.example"}
    began = time.monotonic()
    ran = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        env=env,
        cwd=places.ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    words = (ran.stdout + ran.stderr).strip()
    verdict = "ok" if ran.returncode == 0 else "FAILED"
    if ran.returncode and check.advisory and "Found " not in words:  # it found nothing because it could not ask
        verdict = "not asked: " + (words.splitlines() or ["no answer"])[-1][:200]
        ran.returncode = 0
    print(f"{check.name:18} {verdict}  ({time.monotonic() - began:.1f} s)", flush=True)
    if ran.returncode:
        print(words, flush=True)
    return ran.returncode == 0
