"""The browser of the browser tests: Debian's own package."""

import os
import shutil
import subprocess
from collections.abc import Callable


def make_available(say: Callable[[str], None]) -> None:
    """Install Debian's chromium when it is missing and we may; else the browser tests skip themselves and say why."""
    if shutil.which("chromium"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say("no chromium here: the browser tests will be skipped (sudo apt-get install chromium)")
        return
    say("installing chromium for the browser tests")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "--quiet"],
        ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
    ):
        ran = subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if ran.returncode:
            say(f"{' '.join(command)} failed: {ran.stderr.strip()[-500:]}")
            return
