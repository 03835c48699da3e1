"""Which share of small faults in the engine its tests find: mutmut's mutants of claims/adjudication/engine, a sample.

mutmut makes the mutants (one operator, value, argument or condition each); a seeded sample of them, spread over the
modules by their number of mutants, is put one after another in the place of the engine's functions, each in a process
of its own that is forked when the tests are loaded and ends at the first that fails. Only tests without a database are
run. What survives is told as a diff in var/mutants.txt. `--sample=N`, `--seed=N`, `--module=NAME`.
"""

from __future__ import annotations

import difflib
import os
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from types import FunctionType, ModuleType
from typing import Any

import libcst
import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from mutmut.mutation.file_mutation import Mutation, create_mutations

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "claims" / "adjudication" / "engine"
SURVIVORS = ROOT / "var" / "mutants.txt"
SAMPLE, SEED, LEAST_OF_A_MODULE, PROCESSES = 400, 1, 3, 2
SECONDS, BYTES, EXAMPLES = 90, 3 << 30, 30

# How a process ends: when the tests were never begun, the mutant was not tried.
OUTCOMES = ("survived", "killed", "not tried")
SURVIVED, KILLED, NOT_TRIED = range(3)

# In the order in which they are run: what finds most in the least time comes first.
TESTS = (
    "tests/claims/adjudication/test_golden.py",
    "tests/claims/adjudication/engine/test_scenarios.py",
    "tests/claims/words",
    "tests/house/test_worked_examples.py",
    "tests/claims/adjudication/engine",
)
# Loaded tests that have decided already, with the engine as it is; the command's test decides the same scenarios again.
DECIDED_BEFORE = "test_scenarios.py::test_scenario["


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault that mutmut would make: in which module and function, and what stands for what."""

    module: str
    function: str
    tree: libcst.Module
    mutation: Mutation

    def text(self) -> str:
        """The module as it reads with the fault."""
        changed = self.tree.deep_replace(self.mutation.original_node, self.mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        return changed.code

    def diff(self) -> str:
        name, before, after = f"{self.module}.py", self.tree.code.splitlines(), self.text().splitlines()
        return "\n".join(difflib.unified_diff(before, after, name, name, lineterm="", n=2))


def run() -> dict[str, Any]:
    """Draw, run, count; the share is that of the sample, and weighed by the modules' numbers of mutants."""
    mutants = {file.stem: list(_mutants_of(file)) for file in sorted(ENGINE.glob("*.py"))}
    mutants = {name: ones for name, ones in mutants.items() if ones and name == _word("module", name)}
    drawn = _draw(mutants, int(_word("sample", str(SAMPLE))), int(_word("seed", str(SEED))))
    tried = Tried(drawn)
    paths = [str(ROOT / path) for path in TESTS]
    code = pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT), *paths], plugins=[tried])
    assert code == 0, "the tests pass on the engine as it is"
    assert all(how != "not tried" for _, how in tried.outcomes), "every mutant can be put in its place"
    survived = [mutant for mutant, how in tried.outcomes if how == "survived"]
    SURVIVORS.parent.mkdir(exist_ok=True)
    SURVIVORS.write_text("\n\n".join(mutant.diff() for mutant in sorted(survived, key=lambda one: one.module)) + "\n")
    left = Counter(mutant.module for mutant in survived)
    of = Counter(mutant.module for mutant in drawn)
    every = sum(map(len, mutants.values()))
    weighed = sum(len(ones) * (1 - left[name] / of[name]) for name, ones in mutants.items())
    return {
        "killed_percent": round(100 * (1 - len(survived) / len(drawn)), 1),
        "killed_percent_weighed": round(100 * weighed / every, 1),
        "sample": len(drawn),
        "survived": len(survived),
        "timed_out": sum(how == "timed out" for _, how in tried.outcomes),
        "mutants": every,
        "modules": len(mutants),
        "tests": tried.tests,
        "survived_in": " ".join(f"{name} {count}/{of[name]}" for name, count in left.most_common()),
    }


def _word(name: str, otherwise: str) -> str:
    said = [argument.partition("=")[2] for argument in sys.argv if argument.startswith(f"--{name}=")]
    return said[0] if said else otherwise


def _mutants_of(file: Path) -> Iterator[Mutant]:
    """All that mutmut makes of a module's functions, in its order."""
    tree, mutations, _, _ = create_mutations(str(file), file.read_text())
    methods = {
        inner: f"{outer.name.value}.{inner.name.value}"
        for outer in tree.body
        if isinstance(outer, libcst.ClassDef)
        for inner in outer.body.body
        if isinstance(inner, libcst.FunctionDef)
    }
    for mutation in mutations:
        function = mutation.contained_by_top_level_function
        if isinstance(function, libcst.FunctionDef):
            yield Mutant(file.stem, methods.get(function, function.name.value), tree, mutation)


def _draw(mutants: dict[str, list[Mutant]], size: int, seed: int) -> list[Mutant]:
    """From each module by its share of all mutants, but a few at least; in a random order."""
    random, every = Random(seed), sum(map(len, mutants.values()))
    drawn: list[Mutant] = []
    for ones in mutants.values():
        wanted = max(LEAST_OF_A_MODULE, round(size * len(ones) / every))
        drawn += random.sample(ones, min(wanted, len(ones)))
    random.shuffle(drawn)
    return drawn


class Tried:
    """A plugin of pytest: in the place of one run of the tests, one for each mutant."""

    def __init__(self, mutants: list[Mutant]) -> None:
        self.mutants = mutants
        self.outcomes: list[tuple[Mutant, str]] = []
        self.tests = 0

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        """The properties with fewer examples, always the same; an example that fails is enough."""
        phases = (Phase.explicit, Phase.generate)
        quick = settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=phases)
        settings.register_profile("mutants", quick)
        settings.load_profile("mutants")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if DECIDED_BEFORE not in item.nodeid]
        items.sort(key=lambda item: "laws" in item.nodeid or "code_edits" in item.nodeid)
        self.tests = len(items)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if _in_a_fork(None, session.items) != "survived":
            session.shouldfail = "the engine as it is does not pass"
            raise session.Failed(session.shouldfail)
        running: dict[int, Mutant] = {}
        waiting = list(reversed(self.mutants))
        while waiting or running:
            while waiting and len(running) < PROCESSES:
                mutant = waiting.pop()
                running[_start(mutant, session.items)] = mutant
            process, status = os.wait()
            self.outcomes.append((running.pop(process), _told(status)))
            if len(self.outcomes) % 25 == 0:
                left = sum(how == "survived" for _, how in self.outcomes)
                print(f"{len(self.outcomes)} tried, {left} survived", file=sys.__stderr__, flush=True)
        return True


def _in_a_fork(mutant: Mutant | None, items: list[pytest.Item]) -> str:
    return _told(os.waitpid(_start(mutant, items), 0)[1])


def _told(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "timed out"
    return OUTCOMES[os.WEXITSTATUS(status)]


def _start(mutant: Mutant | None, items: list[pytest.Item]) -> int:
    process = os.fork()
    if process:
        return process
    code = NOT_TRIED
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        if mutant is not None and not _put_in_place(mutant):
            os._exit(KILLED)
        code = KILLED
        code = SURVIVED if _pass(items) else KILLED
    finally:
        os._exit(code)


def _pass(items: list[pytest.Item]) -> bool:
    """Whether all tests pass, up to the first that does not."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            return False
    return True


def _put_in_place(mutant: Mutant) -> bool:
    """The mutant's code into the function that everybody holds already; not where its module cannot even be loaded."""
    real = import_module(f"claims.adjudication.engine.{mutant.module}")
    changed = ModuleType(real.__name__)
    changed.__file__ = real.__file__
    try:
        exec(compile(mutant.text(), str(real.__file__), "exec"), changed.__dict__)  # noqa: S102 (what a mutant is)
    except Exception:  # noqa: BLE001 (whatever it is, it shows)
        return False
    old, new = _function(real, mutant.function), _function(changed, mutant.function)
    old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
    return True


def _function(module: ModuleType, name: str) -> FunctionType:
    holder: Any = module
    *outer, last = name.split(".")
    for part in outer:
        holder = getattr(holder, part)
    found = vars(holder)[last]
    found = getattr(found, "__func__", found)
    assert isinstance(found, FunctionType), name
    return found
