"""What earlier engines decided, kept as files: each is decided the same today, or is named with the reason.

`engine-1.jsonl` holds facts and decisions as the engine of version 1 stored them, `engine-1.plans.json` the plan
documents they stood on. A later engine reads those facts (fields added since have defaults) and decides them to the
byte; a decision that a rule changed on purpose stands in `differs.yaml` with what the CHANGELOG says of it.
WRITE_GOLDEN=1 writes the files of the present version anew: only before it is released.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest
import yaml

from claims.adjudication.compare_decisions import differences
from claims.adjudication.engine.adjudicate import ENGINE_VERSION, adjudicate
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import ClaimFacts
from claims.simulation.run_scenarios import run_scenarios
from claims.simulation.scenarios import load_scenarios
from plans.design.read_plan import content_hash, read_plan

FOLDER = Path(__file__).parent / "golden"
SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


class Golden(msgspec.Struct):
    """One claim: where it is from, what it stood on, what was decided."""

    name: str
    facts: msgspec.Raw
    says: msgspec.Raw


def _kept(version: str) -> list[Golden]:
    lines = (FOLDER / f"engine-{version}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Golden) for line in lines]


def _write() -> None:
    """Claims of the scenarios, few enough to read: each shows a rule, a question or a fact that none before it did."""
    seen: set[str] = set()
    kept: list[Golden] = []
    plans: dict[str, object] = {}
    documents = {path: load_scenarios(path).plan.document for path in SCENARIOS}
    for ran in run_scenarios(paths=SCENARIOS):
        for facts, decision in zip(ran.facts, ran.decisions, strict=True):
            shows = _shows(facts, decision)
            if not shows <= seen:
                seen |= shows
                says = msgspec.Raw(msgspec.json.encode(decision))
                name = f"{ran.path.stem}: {ran.scenario}: {decision.claim_number}"
                kept.append(Golden(name, msgspec.Raw(msgspec.json.encode(facts)), says))
                plans[facts.plan_hash] = documents[ran.path]
    FOLDER.joinpath(f"engine-{ENGINE_VERSION}.jsonl").write_bytes(
        b"".join(msgspec.json.encode(one) + b"\n" for one in kept)
    )
    FOLDER.joinpath(f"engine-{ENGINE_VERSION}.plans.json").write_text(json.dumps(plans, sort_keys=True) + "\n")


def _shows(facts: ClaimFacts, decision: ClaimDecision) -> set[str]:
    shows = {f"{step.rule} {step.figure}" for line in decision.lines for step in line.trace}
    shows |= {f"{one.group}-{one.carc}" for line in decision.lines for one in line.adjustments}
    shows |= {f"facts {name}" for name in facts.__struct_fields__ if getattr(facts, name)}
    return shows | {f"asked {question.reason}" for question in decision.questions} | {decision.outcome}


if os.environ.get("WRITE_GOLDEN"):
    _write()

VERSIONS = sorted(file.stem.removeprefix("engine-") for file in FOLDER.glob("engine-*.jsonl"))
ALL = [(version, golden) for version in VERSIONS for golden in _kept(version)]
DIFFERS: dict[str, str] = yaml.safe_load((FOLDER / "differs.yaml").read_text()) or {}


@pytest.mark.parametrize(("version", "golden"), ALL, ids=[f"{version} {golden.name}" for version, golden in ALL])
def test_it_is_decided_as_it_was_or_named(version: str, golden: Golden) -> None:
    plans = json.loads((FOLDER / f"engine-{version}.plans.json").read_text())
    facts = msgspec.json.decode(golden.facts, type=ClaimFacts)
    document = plans[facts.plan_hash]
    assert content_hash(document) == facts.plan_hash
    again = adjudicate(facts, read_plan(json.dumps(document)).terms)
    again = msgspec.structs.replace(again, engine_version=version)
    if msgspec.json.encode(again) == bytes(golden.says):
        assert golden.name not in DIFFERS, "it is the same again: take it off differs.yaml"
        return
    said = msgspec.json.decode(golden.says, type=ClaimDecision)
    assert golden.name in DIFFERS, f"decided otherwise: {'; '.join(map(str, differences(said, again)))}"
    assert version != ENGINE_VERSION, "a released engine decided it so: raise ENGINE_VERSION"


def test_facts_are_written_as_they_were_read() -> None:
    """What a later version adds to facts is left out where it is at its default: old facts stay the same bytes."""
    for _version, golden in ALL:
        assert msgspec.json.encode(msgspec.json.decode(golden.facts, type=ClaimFacts)) == bytes(golden.facts)


def test_the_present_engine_is_kept_too() -> None:
    assert ENGINE_VERSION in VERSIONS
    assert len(ALL) > 30


def test_what_differs_is_there() -> None:
    assert set(DIFFERS) <= {golden.name for _version, golden in ALL}
