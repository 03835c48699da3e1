"""Runs scenario files, no database: each claim is decided, and what differs from what must come out is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import Adjustment, ClaimDecision, Figures, LineDecision, Question, Step
from claims.adjudication.engine.facts import ClaimFacts
from claims.simulation.scenario_facts import Family
from claims.simulation.scenarios import (
    ClaimWords,
    Expected,
    ExpectedLine,
    ExpectedQuestion,
    ExpectedStep,
    Loaded,
    ScenarioWords,
    load_scenarios,
)
from plans.design.terms import PlanTerms

_FIGURES = {
    "allowed": "allowed_amount",
    "not_covered": "not_covered_amount",
    "copay": "copay_amount",
    "deductible": "deductible_amount",
    "coinsurance": "coinsurance_amount",
    "other_payer": "other_payer_amount",
    "member": "member_amount",
    "paid": "plan_paid_amount",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise, and the line of the file that says what should have."""

    path: Path
    line: int
    scenario: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.scenario}: {self.what}"


@dataclass(frozen=True, slots=True)
class Ran:
    """One scenario that was run."""

    path: Path
    scenario: str
    clauses: tuple[str, ...]
    facts: tuple[ClaimFacts, ...]
    decisions: tuple[ClaimDecision, ...]
    differences: tuple[Difference, ...]


def run_scenarios(*, paths: Sequence[Path], terms: PlanTerms | None = None) -> list[Ran]:
    """Run all scenarios of these files, on their own plans or on `terms`. Raises Invalid for a file that is none."""
    return [ran for path in paths for ran in run_loaded(load_scenarios(path, terms))]


def run_loaded(loaded: Loaded) -> list[Ran]:
    """Run the scenarios of a file that was read."""
    return [_run(loaded, index, scenario) for index, scenario in enumerate(loaded.words.scenarios)]


def _run(loaded: Loaded, index: int, scenario: ScenarioWords) -> Ran:
    family = Family(scenario, loaded.terms, loaded.words.network, loaded.words.tables, loaded.words.contracts)
    differences: list[Difference] = []
    stood_on: list[ClaimFacts] = []
    decisions: list[ClaimDecision] = []
    for at, claim in enumerate(scenario.claims):
        if claim.reverse:
            family.reverse(claim.reverse)
            continue
        facts = family.facts(claim.number or f"C{at + 1}", claim)
        decision = adjudicate(facts, loaded.terms)
        family.remember(facts, decision)
        stood_on.append(facts)
        decisions.append(decision)
        place = ("scenarios", index, "claims", at, "expect")
        for path, what in _compare(claim, decision, family, loaded.terms):
            line = loaded.places.line_of((*place, *path))
            differences.append(Difference(loaded.path, line, scenario.scenario, f"{decision.claim_number} {what}"))
    clauses = (scenario.clause,) if isinstance(scenario.clause, str) else scenario.clause
    return Ran(
        path=loaded.path,
        scenario=scenario.scenario,
        clauses=clauses,
        facts=tuple(stood_on),
        decisions=tuple(decisions),
        differences=tuple(differences),
    )


Found = Iterator[tuple[tuple[str | int, ...], str]]
Pair = tuple[str, object, object]  # a name, what must be, what is


def _compare(claim: ClaimWords, decision: ClaimDecision, family: Family, terms: PlanTerms) -> Found:
    expect = claim.expect
    if expect.outcome is not None and expect.outcome != decision.outcome:
        asked = ", ".join(question.reason for question in decision.questions)
        yield ("outcome",), f"outcome: {expect.outcome} expected, is {decision.outcome}{f' ({asked})' if asked else ''}"
    if expect.questions is not None:
        asked_now = tuple(question.reason for question in decision.questions)
        if sorted(expect.questions) != sorted(asked_now):
            yield ("questions",), f"questions: {_list(expect.questions)} expected, are {_list(asked_now)}"
    for at, one in enumerate(expect.asked):
        if what := _differs_from_asked(one, decision.questions):
            yield ("asked", at), f"question {one.question}: {what}"
    yield from _compare_figures(expect, decision.figures, (), "")
    if expect.lines is not None:
        if len(expect.lines) != len(decision.lines):
            yield ("lines",), f"has {len(decision.lines)} lines, {len(expect.lines)} expected"
        for at, (wanted, line) in enumerate(zip(expect.lines, decision.lines, strict=False)):
            yield from _compare_line(wanted, line, ("lines", at), f"line {line.number} ")
    yield from _compare_used(expect, decision)
    assert claim.on is not None
    year = terms.year_on(claim.admitted or claim.on)
    for name, sums, whose in (("sums", expect.sums, 0), ("family_sums", expect.family_sums, 1)):
        for bucket, amount in (sums or {}).items():
            yield from _amount(
                amount, family.sum_of(claim.who, bucket, year)[whose], (name, bucket), f"{name} {bucket}"
            )


def _compare_used(expect: Expected, decision: ClaimDecision) -> Found:
    if expect.used is not None:
        used: dict[str, Decimal] = defaultdict(Decimal)
        for one in decision.consumptions:
            used[one.bucket] += one.amount
        for bucket in sorted(expect.used.keys() | used.keys()):
            yield from _amount(expect.used.get(bucket), used.get(bucket), ("used", bucket), f"used of {bucket}")
    if expect.used_in is not None:
        in_year = {(one.year_on, one.bucket): one.amount for one in decision.consumptions}
        wanted = {(year, bucket): amount for year, parts in expect.used_in.items() for bucket, amount in parts.items()}
        for key in sorted(wanted.keys() | in_year.keys()):
            path = ("used_in", str(key[0]), key[1])
            yield from _amount(wanted.get(key), in_year.get(key), path, f"used of {key[1]} in {key[0]}")


def _compare_line(wanted: ExpectedLine, line: LineDecision, path: tuple[str | int, ...], prefix: str) -> Found:
    yield from _compare_figures(wanted, line.figures, path, prefix)
    for name, expected, found in (
        ("benefit", wanted.benefit, line.benefit),
        ("tier", wanted.tier, line.network_tier),
    ):
        if expected is not None and expected != found:
            yield (*path, name), f"{prefix}{name}: {expected} expected, is {found or 'none'}"
    if wanted.adjustments is not None:
        expected_words = sorted(_canonical(words) for words in wanted.adjustments)
        found_words = sorted(_words(adjustment) for adjustment in line.adjustments)
        if expected_words != found_words:
            message = f"{prefix}adjustments: {_list(expected_words)} expected, are {_list(found_words)}"
            yield (*path, "adjustments"), message

    for at, step in enumerate(wanted.steps):
        if what := _differs_from_steps(step, line.trace):
            yield (*path, "steps", at), f"{prefix}step {step.rule}: {what}"


def _differs_from_steps(wanted: ExpectedStep, trace: Sequence[Step]) -> str:
    """How the nearest of the line's steps of this rule differs; blank: one of them is as it must be."""
    found = [step for step in trace if step.rule == wanted.rule]
    if not found:
        return "expected, was not taken"
    pairs: list[list[Pair]] = []
    for step in found:
        compared: list[Pair] = [
            ("section", wanted.section, step.clause),
            ("figure", wanted.figure, step.figure),
            ("amount", wanted.amount, step.amount),
        ]
        pairs.append([*compared, *_named(wanted.inputs, step.inputs)])
    return min((_differing(one) for one in pairs), key=len)


def _differs_from_asked(wanted: ExpectedQuestion, questions: Sequence[Question]) -> str:
    """How the nearest question of this name differs; blank: one of them is as it must be."""
    found = [question for question in questions if question.reason == wanted.question]
    if not found:
        return "expected, was not asked"
    pairs: list[list[Pair]] = []
    for question in found:
        compared: list[Pair] = [("line", wanted.line, question.line_number), ("queue", wanted.queue, question.queue)]
        pairs.append([*compared, *_named(wanted.evidence, question.evidence)])
    return min((_differing(one) for one in pairs), key=len)


def _named(wanted: Mapping[str, object], told: Sequence[tuple[str, str]]) -> Iterator[Pair]:
    """Of a name that is told twice (what somebody said, and what it was about) either value will do."""
    for name, value in wanted.items():
        found = [said for one, said in told if one == name] or ["not told"]
        yield name, value, next((said for said in found if _plain(said) == _plain(value)), found[0])


def _differing(pairs: Sequence[Pair]) -> str:
    """The names whose values are not the same: 900 is 900.00, and a day is its text."""
    return ", ".join(
        f"{name} {wanted} expected, is {found}"
        for name, wanted, found in pairs
        if wanted is not None and _plain(wanted) != _plain(found)
    )


def _plain(value: object) -> object:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def _compare_figures(
    wanted: Expected | ExpectedLine, figures: Figures, path: tuple[str | int, ...], prefix: str
) -> Found:
    for name, figure in _FIGURES.items():
        expected: Decimal | None = getattr(wanted, name)
        if expected is not None:
            yield from _amount(expected, getattr(figures, figure), (*path, name), f"{prefix}{name}")


def _amount(expected: Decimal | None, found: Decimal | None, path: tuple[str | int, ...], what: str) -> Found:
    if (expected or 0) != (found or 0):
        yield path, f"{what}: {expected or 0} expected, is {found or 0}"


def _words(adjustment: Adjustment) -> str:
    """PR-1 500.00, with RARCs behind it."""
    return " ".join((f"{adjustment.group}-{adjustment.carc}", f"{adjustment.amount:.2f}", *adjustment.rarcs))


def _canonical(words: str) -> str:
    codes, amount, *rarcs = words.split()
    return " ".join((codes, f"{Decimal(amount):.2f}", *rarcs))


def _list(words: Sequence[str]) -> str:
    return ", ".join(words) or "none"
