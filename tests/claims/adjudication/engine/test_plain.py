"""The heart is plain: it runs in a fresh Python without Django, and reads neither clock nor environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]

PROGRAM = """
import sys
import claims.adjudication.engine.adjudicate, claims.simulation.scenario
heavy = sorted({name.partition(".")[0] for name in sys.modules} & {"django", "celery", "redis", "psycopg2", "environ"})
assert not heavy, heavy
"""


def test_without_django() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_clock_no_environment() -> None:
    for file in (ROOT / "claims" / "adjudication" / "engine").glob("*.py"):
        text = file.read_text()
        assert not any(word in text for word in ("datetime.now", "date.today", "os.environ", "import os", "random")), (
            file
        )
