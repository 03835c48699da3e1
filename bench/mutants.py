"""Which share of small faults in the engine its examples find: mutmut's mutants of claims/adjudication/engine.

mutmut makes the mutants (one operator, value, argument or condition each); a seeded sample of them, spread over the
modules by their number of mutants, is put one after another in the place of the engine's functions, each in a process
of its own that is forked when everything is read and ends at the first example that comes out otherwise. Run are the
golden decisions, all scenarios, those of the documentation, the oracles, the second opinion and the laws, of these a
few examples each. What survives is told as a diff in var/mutants.txt. A process that something else stopped is tried
again, and what was tried is kept in var/mutants.jsonl: stopped and started again, it goes on where it was.
`--sample=N`, `--seed=N`, `--module=NAME`.
"""

from __future__ import annotations

import difflib
import gc
import hashlib
import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FunctionType, ModuleType
from typing import Any, TextIO

import django
import libcst
import msgspec
from hypothesis import HealthCheck, settings
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
TRIED = ROOT / "var" / "mutants.jsonl"
SAMPLE, SEED, LEAST_OF_A_MODULE, PROCESSES = 400, 1, 3, 2
SECONDS, BYTES, EXAMPLES, TRIES = 120, 3 << 30, 25, 3

# How a process ends: when the tests were never begun, the mutant was not tried.
OUTCOMES = ("survived", "killed", "not tried")
SURVIVED, KILLED, NOT_TRIED = range(3)
TIMED_OUT, STOPPED = "timed out", "stopped"

Check = Callable[[], bool]
TESTS = "tests.claims.adjudication.engine"
ORACLES = {
    "01": "benefits",
    "02": "coordination",
    "05": "no_surprises",
    "10": "prices",
    "11": "aca",
    "13": "law",
}
LAWS = ("keys", "corners", "laws", "contract_laws", "counted_laws", "coordination_laws", "code_edits", "wild")
SECOND_OPINIONS = 40


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault that mutmut would make: in which module and function, which of its faults, what stands for what."""

    module: str
    number: int
    function: str
    tree: libcst.Module
    mutation: Mutation

    def text(self) -> str:
        """The module as it reads with the fault."""
        changed = self.tree.deep_replace(self.mutation.original_node, self.mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        return changed.code

    @property
    def key(self) -> str:
        return f"{self.module} {self.number}"

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
    for number, mutation in enumerate(mutations):
        function = mutation.contained_by_top_level_function
        if isinstance(function, libcst.FunctionDef):
            yield Mutant(file.stem, number, methods.get(function, function.name.value), tree, mutation)


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
    checks: list[Check] = []
    plans = json.loads((golden.FOLDER / f"engine-{ENGINE_VERSION}.plans.json").read_text())
    terms = {name: read_plan(json.dumps(document)).terms for name, document in plans.items()}
    for version, kept in golden.ALL:
        if version == ENGINE_VERSION:
            facts = msgspec.json.decode(kept.facts, type=ClaimFacts)
            checks.append(partial(_decides_the_same, facts, terms[facts.plan_hash], bytes(kept.says)))
    checks += [partial(_scenarios_pass, one) for one in loaded]
    for topic, name in ORACLES.items():
        runs = import_module(f"{TESTS}.test_oracles_{topic}_{name}").RUN
        cases = oracles.cases_of(topic)
        checks += [
            partial(_comes_out, partial(oracles.run_case, cases[one], runs[one])) for one in runs if one in cases
        ]
    agrees = import_module(f"{TESTS}.test_reference").test_agrees
    checks += [
        partial(_comes_out, partial(agrees, seed, coordinated))
        for seed in range(SECOND_OPINIONS)
        for coordinated in (False, True)
    ]
    return checks + [partial(_comes_out, law) for law in _laws()]


def _laws() -> Iterator[Callable[[], None]]:
    """The tests that want nothing: with hypothesis' examples, the same few each time."""
    settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=EXAMPLES,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")
    for name in LAWS:
        for word, law in vars(import_module(f"{TESTS}.test_{name}")).items():
            if word.startswith("test_") and not signature(law).parameters:
                yield law


def _scenarios_pass(loaded: Loaded) -> bool:
    return not any(ran.differences for ran in run_loaded(loaded))


def _decides_the_same(facts: ClaimFacts, terms: PlanTerms, says: bytes) -> bool:
    return msgspec.json.encode(adjudicate(facts, terms)) == says


def _comes_out(case: Callable[[], None]) -> bool:
    case()
    return True


def _try(mutants: list[Mutant], checks: list[Check]) -> list[Mutant]:
    """Those that survive; how each fared is noted at once."""
    gc.freeze()  # or each process copies what its collector looks at
    found = _told(os.waitpid(_start(None, checks), 0)[1])
    assert found == "survived", f"the engine as it is passes: {found}"
    outcomes = _tried_before()
    survived: list[Mutant] = []
    running: dict[int, Mutant] = {}
    tries: Counter[str] = Counter()
    waiting = list(reversed(mutants))
    done = 0
    with TRIED.open("a") as tried, SURVIVORS.open("w") as told:
        while waiting or running:
            while waiting and len(running) < PROCESSES:
                mutant = waiting.pop()
                how = outcomes.get(mutant.key)
                if how is None:
                    running[_start(mutant, checks)] = mutant
                    continue
                done += 1
                if how == "survived":
                    survived.append(_tell(mutant, told))
            if not running:
                continue
            process, status = os.wait()
            mutant, how = running.pop(process), _told(status)
            if how == STOPPED and tries[mutant.key] < TRIES:
                tries[mutant.key] += 1
                waiting.append(mutant)
                continue
            assert how in ("survived", "killed", TIMED_OUT), f"{mutant.module}.{mutant.function}: {how}"
            print(json.dumps([_digest(), mutant.key, how]), file=tried, flush=True)
            if how == "survived":
                survived.append(_tell(mutant, told))
            done += 1
            if done % 25 == 0:
                print(f"{done} tried, {len(survived)} survived", file=sys.stderr, flush=True)
    return survived


def _tell(mutant: Mutant, told: TextIO) -> Mutant:
    print(f"{mutant.diff()}\n", file=told, flush=True)
    return mutant


def _tried_before() -> dict[str, str]:
    """How those fared that an earlier run tried on the very same tests."""
    if not TRIED.exists():
        return {}
    rows = [json.loads(line) for line in TRIED.read_text().splitlines() if line.endswith("]")]
    return {key: how for digest, key, how in rows if digest == _digest()}


@cache
def _digest() -> str:
    """Of all that decides whether a mutant is found: other code, or another test, and it is tried anew."""
    folders = ("claims", "plans", "employers", "tests/claims", "tests/scenarios", "tests/plans", "docs")
    files = [Path(__file__), *sorted(file for name in folders for file in (ROOT / name).rglob("*.[pym]*"))]
    digest = hashlib.sha256()
    for file in files:
        if file.suffix in (".py", ".yaml", ".md"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _told(status: int) -> str:
    """A process that used up its time did not pass; one that something else stopped says nothing of the mutant."""
    if os.WIFSIGNALED(status):
        return TIMED_OUT if os.WTERMSIG(status) == signal.SIGXCPU else STOPPED
    return OUTCOMES[os.WEXITSTATUS(status)]


def _start(mutant: Mutant | None, checks: list[Check]) -> int:
    process = os.fork()
    if process:
        return process
    code = NOT_TRIED
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 10))
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
    for name, table in vars(changed).items():  # what the function made when its module was read
        known = vars(real)[name]
        if isinstance(known, dict) and not name.startswith("__") and repr(known) != repr(table):
            known.clear()
            known.update(table)
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
