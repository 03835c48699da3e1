"""The commands of ./run, one function each, and the table that names them."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tpa.embedded import backup, checks, children, chromium, places, servers, template
from tpa.embedded.errors import StartError
from tpa.embedded.house import House
from tpa.embedded.say import say

Arguments = list[str]

# These change the schema, so they run as the login role that owns it; all others as the workers' role.
SCHEMA_COMMANDS = {
    "check", "createcachetable", "dbshell", "flush", "makemigrations", "migrate", "pgtrigger", "prepare",
    "showmigrations", "spectacular", "sqlflush", "sqlmigrate", "squashmigrations",
}  # fmt: skip


def run_in_front(command: list[str], env: dict[str, str], cwd: Path | None = places.ROOT) -> int:
    """Run a command that owns the terminal, Ctrl-C included; it dies with us. Returns its exit code."""
    process = children.start(command, env=env, cwd=cwd, in_front=True)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        children.stop(process)
        signal.signal(signal.SIGINT, before)


def up(arguments: Arguments) -> int:
    """The whole system until Ctrl-C. --demo and --no-demo: fill an empty database (default: only an embedded one)."""
    if not {"--demo", "--no-demo"} >= set(arguments):
        say("./run up [--demo | --no-demo]: with the demo world or without, in an empty database")
        return 2
    return House.lasting(demo="--no-demo" not in arguments, insist="--demo" in arguments).serve()


def demo(arguments: Arguments) -> int:
    """--out DIR: files in, decisions, payments and documents in DIR, on a system of its own that is gone afterwards."""
    if arguments[:1] != ["--out"] or len(arguments) != 2:
        say("say where to write: ./run demo --out DIR")
        return 2
    return House.passing().walk(Path(arguments[1]).absolute())


@contextmanager
def passing(*, fsync: bool) -> Iterator[dict[str, str]]:
    """The environment of one command on servers of its own, migrated, with a store of its own; all gone afterwards."""
    migrated = partial(template.begin_from_template, say=say)
    with servers.ephemeral(fsync=fsync, fill=migrated) as own:
        yield servers.environment(own)


def test(arguments: Arguments) -> int:
    """pytest on servers of its own, which are gone afterwards; without arguments everything, on two processes."""
    if not arguments or any("browser" in argument for argument in arguments):
        chromium.make_available(say)
    with passing(fsync=False) as env:
        env |= {"STEWARD_CACHE_URL": "locmemcache://", "STEWARD_EMAIL_URL": "memorymail://"}
        return run_in_front([sys.executable, "-m", "pytest", *(arguments or ["-n", "2", "--dist", "loadgroup"])], env)


def check(arguments: Arguments) -> int:
    """Everything that can be said about the code without running it."""
    return checks.run(arguments)


def bench(arguments: Arguments) -> int:
    """NAME [--json]: one bench on a fresh database that writes for certain (fsync on)."""
    with passing(fsync=True) as env:
        env |= {"STEWARD_LOG_LEVEL": "WARNING"}
        return run_in_front([sys.executable, "-m", "bench", *arguments], env)


def scenario(arguments: Arguments) -> int:
    """FILE… [-v]: scenarios of plans, which need no server; what differs from what they expect."""
    return run_in_front([sys.executable, "-m", "claims.simulation.scenario", *arguments], dict(os.environ))


def manage(arguments: Arguments) -> int:
    """Django's command line on the lasting servers (`--ephemeral` first: on fresh, migrated ones)."""
    if arguments[:1] == ["--ephemeral"]:
        with passing(fsync=False) as env:
            return _manage(arguments[1:], env)
    with servers.shared(say=say) as urls:
        return _manage(arguments, servers.environment(urls))


def what_if(arguments: Arguments) -> int:
    """`manage what_if`: an employer's claims decided again as if something were otherwise."""
    return manage(["what_if", *arguments])


def _manage(arguments: Arguments, env: dict[str, str]) -> int:
    if arguments and arguments[0] not in SCHEMA_COMMANDS and not arguments[0].startswith("-"):
        env = {"STEWARD_DB_ROLE": "worker"} | env
    # Where the person stands, so that a file named on the command line is the one they mean.
    return run_in_front([sys.executable, str(places.ROOT / "manage.py"), *arguments], env, cwd=None)


def execute(arguments: Arguments) -> int:
    """[--ephemeral] [--no-fsync] -- COMMAND …: any command, with the servers' addresses in its environment."""
    if "--" not in arguments:
        say("say what to run: ./run exec [--ephemeral] [--no-fsync] -- COMMAND")
        return 2
    options, command = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    if "--ephemeral" in options:
        with passing(fsync="--no-fsync" not in options) as env:
            return run_in_front(command, env, cwd=None)
    with servers.shared(say=say) as urls:
        return run_in_front(command, servers.environment(urls), cwd=None)


def dump(arguments: Arguments) -> int:
    """The database and the files into var/dumps; prints the folder and how to restore it."""
    with servers.shared(say=say) as urls:
        return backup.dump(servers.environment(urls), say)


def restore(arguments: Arguments) -> int:
    """DIR [--yes]: what `dump` wrote replaces what is there."""
    folders = [argument for argument in arguments if argument != "--yes"]
    if len(folders) != 1:
        say("say which dump: ./run restore DIR")
        return 2
    if "--yes" not in arguments and not _agreed("This replaces the database and the files with the dump's."):
        return 1
    with servers.shared(say=say) as urls:
        return backup.restore(Path(folders[0]), servers.environment(urls), say)


def reset(arguments: Arguments) -> int:
    """[--yes]: removes the embedded servers' data and the file store. Dumps, keys and real servers stay."""
    store = Path(os.environ.get("STEWARD_STORE") or places.VAR / "store")
    home = places.home()
    doomed = [place for place in (home / "postgres", home / "valkey", store) if place.exists()]
    if not doomed:
        say("there is nothing to remove")
        return 0
    if "--yes" not in arguments and not _agreed("This removes for good:\n  " + "\n  ".join(map(str, doomed))):
        return 1
    with servers.alone(home):
        for place in doomed:
            shutil.rmtree(place)
    say("removed; ./run up starts afresh")
    return 0


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        say(f"{question}\nsteward: repeat with --yes")
        return False
    return input(f"{question}\nType yes to go on: ").strip().lower() == "yes"


COMMANDS: dict[str, Callable[[Arguments], int]] = {
    "up": up,
    "demo": demo,
    "test": test,
    "check": check,
    "bench": bench,
    "scenario": scenario,
    "what-if": what_if,
    "dump": dump,
    "restore": restore,
    "reset": reset,
    "manage": manage,
    "exec": execute,
}


def main(arguments: Arguments) -> int:
    """Run one command; its exit code. A StartError is printed as it is: it says what to do."""
    command = COMMANDS.get(arguments[0])
    if command is None:
        say(f"there is no command '{arguments[0]}'; ./run help lists them")
        return 2
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _interrupt)
    try:
        return command(arguments[1:])
    except StartError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _interrupt(*_: object) -> None:
    """Being told to end is as good as Ctrl-C: everything that was started is stopped on the way out."""
    raise KeyboardInterrupt
