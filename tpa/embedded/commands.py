"""The commands of ./run, one function each, and the table that names them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tpa.embedded import children, places, servers
from tpa.embedded.errors import StartError

Arguments = list[str]


def say(text: str) -> None:
    """One line of progress, apart from what a command itself prints."""
    print(f"steward: {text}", file=sys.stderr, flush=True)


def run_in_front(command: list[str], env: dict[str, str]) -> int:
    """Run a command that owns the terminal; it dies with us. Returns its exit code."""
    process = subprocess.Popen(command, env=env, cwd=places.ROOT)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return process.wait()
    finally:
        if process.poll() is None:
            process.kill()


def test(arguments: Arguments) -> int:
    """pytest on servers of its own, which are gone afterwards; without arguments everything, on two processes."""
    with servers.ephemeral(fsync=False) as urls:
        env = servers.environment(urls) | {"STEWARD_CACHE_URL": "locmemcache://", "STEWARD_EMAIL_URL": "memorymail://"}
        return run_in_front([sys.executable, "-m", "pytest", *(arguments or ["-n", "2"])], env)


def manage(arguments: Arguments) -> int:
    """Django's command line on the lasting servers (`--ephemeral` first: on fresh, migrated ones)."""
    if arguments[:1] == ["--ephemeral"]:
        with servers.ephemeral(fsync=False) as urls:
            env = servers.environment(urls)
            if run_in_front([sys.executable, "manage.py", "migrate", "--verbosity=0"], env):
                return 1
            return run_in_front([sys.executable, "manage.py", *arguments[1:]], env)
    with servers.shared(say=say) as urls:
        return run_in_front([sys.executable, "manage.py", *arguments], servers.environment(urls))


def execute(arguments: Arguments) -> int:
    """exec [--ephemeral] [--no-fsync] -- COMMAND: any command with the servers in its environment."""
    options, _, command = arguments[: arguments.index("--")], "--", arguments[arguments.index("--") + 1 :]
    if "--ephemeral" in options:
        with servers.ephemeral(fsync="--no-fsync" not in options) as urls:
            return run_in_front(command, servers.environment(urls))
    with servers.shared(say=say) as urls:
        return run_in_front(command, servers.environment(urls))


COMMANDS: dict[str, Callable[[Arguments], int]] = {
    "test": test,
    "manage": manage,
    "exec": execute,
}


def main(arguments: Arguments) -> int:
    """Run one command; its exit code. A StartError is printed as it is: it says what to do."""
    command = COMMANDS.get(arguments[0])
    if command is None:
        say(f"there is no command '{arguments[0]}'; ./run help lists them")
        return 2
    try:
        return command(arguments[1:])
    except StartError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
