"""Which share of small faults in the engine its examples find: mutmut's mutants of claims/adjudication/engine.

mutmut makes the mutants (one operator, value, argument or condition each); a seeded sample of them, spread over the
modules by their number of mutants, is put one after another in the place of the engine's functions, each in a process
of its own that is forked when everything is read and ends at the first example that comes out otherwise. Run are all
scenarios, those of the documentation, the golden decisions and the oracles of benefits, other payers and prices; the
properties are not. What survives is told as a diff in var/mutants.txt. `--sample=N`, `--seed=N`, `--module=NAME`.
"""

from __future__ import annotations

import difflib
import gc
import json
import os
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FunctionType, ModuleType
from typing import Any

import django
import libcst
import msgspec
from mutmut.mutation.file_mutation import Mutation, create_mutations

from claims.adjudication.engine.adjudicate import ENGINE_VERSION, adjudicate
from claims.adjudication.engine.facts import ClaimFacts
from claims.simulation.run_scenarios import run_loaded
from claims.simulation.scenarios import Loaded, load_scenarios
from plans.design.read_plan import read_plan
from plans.design.terms import PlanTerms

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "claims" / "adjudication" / "engine"
SURVIVORS = ROOT / "var" / "mutants.txt"
SAMPLE, SEED, LEAST_OF_A_MODULE, PROCESSES = 400, 1, 3, 2
SECONDS, BYTES = 60, 3 << 30

# How a process ends: when the tests were never begun, the mutant was not tried.
OUTCOMES = ("survived", "killed", "not tried")
SURVIVED, KILLED, NOT_TRIED = range(3)

Check = Callable[[], bool]
ORACLES = {"01": "benefits", "02": "coordination", "10": "prices"}


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
    django.setup()
    checks = _checks()
    SURVIVORS.write_text("")
    survived = _try(drawn, checks)
    left = Counter(mutant.module for mutant in survived)
    of = Counter(mutant.module for mutant in drawn)
    every = sum(map(len, mutants.values()))
    weighed = sum(len(ones) * (1 - left[name] / of[name]) for name, ones in mutants.items())
    return {
        "killed_percent": round(100 * (1 - len(survived) / len(drawn)), 1),
        "killed_percent_weighed": round(100 * weighed / every, 1),
        "sample": len(drawn),
        "survived": len(survived),
        "mutants": every,
        "modules": len(mutants),
        "checks": len(checks),
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


def _checks() -> list[Check]:
    """Read once, before anything is forked: what is left to each process is deciding and comparing."""
    told = import_module("tests.house.test_worked_examples").EXAMPLES
    golden = import_module("tests.claims.adjudication.test_golden")
    oracles = import_module("tests.claims.adjudication.engine.oracles")
    with TemporaryDirectory() as folder:
        examples = [Path(folder) / f"{page}-{number}.yaml" for page, number, _ in told]
        for path, (_, _, block) in zip(examples, told, strict=True):
            path.write_text(block)
        loaded = [load_scenarios(path) for path in (*golden.SCENARIOS, *examples)]
    checks: list[Check] = [partial(_scenarios_pass, one) for one in loaded]
    plans = json.loads((golden.FOLDER / f"engine-{ENGINE_VERSION}.plans.json").read_text())
    terms = {name: read_plan(json.dumps(document)).terms for name, document in plans.items()}
    for version, kept in golden.ALL:
        if version == ENGINE_VERSION:
            facts = msgspec.json.decode(kept.facts, type=ClaimFacts)
            checks.append(partial(_decides_the_same, facts, terms[facts.plan_hash], bytes(kept.says)))
    for topic, name in ORACLES.items():
        runs = import_module(f"tests.claims.adjudication.engine.test_oracles_{topic}_{name}").RUN
        cases = oracles.cases_of(topic)
        checks += [
            partial(_comes_out, partial(oracles.run_case, cases[one], runs[one])) for one in runs if one in cases
        ]
    return checks


def _scenarios_pass(loaded: Loaded) -> bool:
    return not any(ran.differences for ran in run_loaded(loaded))


def _decides_the_same(facts: ClaimFacts, terms: PlanTerms, says: bytes) -> bool:
    return msgspec.json.encode(adjudicate(facts, terms)) == says


def _comes_out(case: Callable[[], None]) -> bool:
    case()
    return True


def _try(mutants: list[Mutant], checks: list[Check]) -> list[Mutant]:
    """Those that survive; each is noted at once."""
    gc.freeze()  # or each process copies what its collector looks at
    assert _told(os.waitpid(_start(None, checks), 0)[1]) == "survived", "the engine as it is passes"
    survived: list[Mutant] = []
    running: dict[int, Mutant] = {}
    waiting = list(reversed(mutants))
    done = 0
    while waiting or running:
        while waiting and len(running) < PROCESSES:
            mutant = waiting.pop()
            running[_start(mutant, checks)] = mutant
        process, status = os.wait()
        mutant, how = running.pop(process), _told(status)
        assert how != "not tried", f"{mutant.module}.{mutant.function} can be put in its place"
        if how == "survived":
            survived.append(mutant)
            with SURVIVORS.open("a") as file:
                file.write(f"{mutant.diff()}\n\n")
        done += 1
        if done % 25 == 0:
            print(f"{done} tried, {len(survived)} survived", file=sys.stderr, flush=True)
    return survived


def _told(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "timed out"
    return OUTCOMES[os.WEXITSTATUS(status)]


def _start(mutant: Mutant | None, checks: list[Check]) -> int:
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
        code = SURVIVED if _pass(checks) else KILLED
    finally:
        os._exit(code)


def _pass(checks: list[Check]) -> bool:
    """Whether all pass, up to the first that does not; a fault is none."""
    try:
        return all(check() for check in checks)
    except Exception:  # noqa: BLE001 (whatever it is, it shows)
        return False


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
