"""Runs a piece of work in a process of its own that is killed (SIGKILL) at the n-th statement it sends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

_CHILD = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from django.db.backends.utils import CursorWrapper

left = int(sys.argv[1])

def count(execute, *args):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*args)

copy_expert = CursorWrapper.__getattr__

def watch(self, name):
    found = copy_expert(self, name)
    return (lambda *args: count(found, *args)) if name == "copy_expert" else found

CursorWrapper.__getattr__ = watch
with connection.execute_wrapper(lambda execute, *args: count(execute, *args)):
    exec(sys.argv[2])
print("statements", int(sys.argv[1]) - left)
"""


def run_until_killed(work: str, *, at: int) -> int | None:
    """Run Python `work` in a child that dies at its `at`-th statement; None then, else how many statements it sent."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    env = os.environ | {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
        "DJANGO_SETTINGS_MODULE": "tpa.settings",
        "STEWARD_STORE": str(settings.STORE_DIR),
        "STEWARD_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-c", _CHILD, str(at), work]
    child = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120)
    if child.returncode == -signal.SIGKILL:
        return None
    assert child.returncode == 0, child.stderr
    return int(child.stdout.split()[-1])
