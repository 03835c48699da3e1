"""The worked examples in the documentation are run: every block of scenarios passes, and every word of them is told."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from claims.simulation import scenarios
from claims.simulation.run_scenarios import run_scenarios
from claims.simulation.scenarios import Words
from tpa.embedded import places

DOCS = places.ROOT / "docs"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)

# Only pages that hold whole scenario files in their blocks.
EXAMPLES = [
    (page.name, number, block)
    for page in sorted(DOCS.glob("*.md"))
    for number, block in enumerate(_BLOCK.findall(page.read_text()), start=1)
    if re.search(r"^scenarios:\n {2}- scenario:", block, re.MULTILINE)
]


@pytest.mark.parametrize(("page", "number", "block"), EXAMPLES, ids=[f"{page} {n}" for page, n, _block in EXAMPLES])
def test_every_worked_example_comes_out_as_it_says(page: str, number: int, block: str, tmp_path: Path) -> None:
    file = tmp_path / f"{page}-{number}.yaml"
    file.write_text(block)
    differences = [str(one) for ran in run_scenarios(paths=[file]) for one in ran.differences]
    assert differences == []


def test_the_examples_are_found() -> None:
    assert {page for page, _number, _block in EXAMPLES} >= {"scenarios.md", "adjudication.md"}


def test_every_word_of_a_scenario_is_told() -> None:
    told = set(re.findall(r"`([a-z_]+)`", (DOCS / "scenarios.md").read_text()))
    parts = [part for part in vars(scenarios).values() if isinstance(part, type) and issubclass(part, Words)]
    untold = [
        f"{part.__name__}.{field.encode_name}"
        for part in parts
        for field in msgspec.structs.fields(part)
        if field.encode_name not in told
    ]
    assert untold == []
