"""Every scenario in tests/scenarios, and what the runner says when something differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.simulation import scenario
from claims.simulation.run_scenarios import Ran, run_scenarios
from plans.design.describe_plan import describe_plan
from plans.design.read_plan import read_plan
from tpa.foundation.errors import Invalid

FILES = sorted((Path(__file__).parents[3] / "scenarios").glob("*.yaml"))
ALL = [ran for path in FILES for ran in run_scenarios(paths=[path])]


@pytest.mark.parametrize("ran", ALL, ids=[f"{ran.path.stem}: {ran.scenario}" for ran in ALL])
def test_scenario(ran: Ran) -> None:
    assert [str(difference) for difference in ran.differences] == []


def test_a_scenario_without_claims_to_compare_is_no_scenario() -> None:
    assert all(ran.decisions for ran in ALL)


def test_the_demonstration_plans_are_shown() -> None:
    """Limits, caps, exclusions and reviews of the demonstration plans each have a scenario that names their section."""
    unshown = []
    for file in (Path(__file__).parents[4] / "plans" / "design" / "demo").glob("*.yaml"):
        shown = {clause for ran in ALL if ran.path.stem == file.stem.replace("-", "_") for clause in ran.clauses}
        for clause in describe_plan(read_plan(file.read_text()).document):
            if clause.key.split(":")[0] in ("limit", "deductible", "oop", "exclusions", "reviews"):
                unshown += [f"{file.stem} {clause.section} {clause.title}"] * (clause.section not in shown)
    assert unshown == []


SMALL = """
plan: cascade-ppo
network: evergreen
scenarios:
  - scenario: A visit
    claims:
      - on: 2026-03-04
        lines:
          - {code: 99213, billed: 180, price: 120}
        expect:
          outcome: denied
          lines:
            - {copay: 25, adjustments: [CO-45 60]}
          used: {"oop:in": 30, "deductible:in": 5}
"""


def test_differences_name_line_claim_and_both_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    assert scenario.main([str(file)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"{file}:11: A visit: C1 outcome: denied expected, is approved",
        f"{file}:13: A visit: C1 line 1 copay: 25 expected, is 30.00",
        f"{file}:13: A visit: C1 line 1 adjustments: CO-45 60.00 expected, are CO-45 60.00, PR-3 30.00",
        f"{file}:14: A visit: C1 used of deductible:in: 5 expected, is 0",
        "0 passed, 1 failed",
    ]


EXPLAINED = """
plan: cascade-ppo
network: evergreen
scenarios:
  - scenario: A visit
    claims:
      - on: 2026-03-04
        approval_limit: 50
        lines:
          - {code: 99213, billed: 180, price: 120}
        expect:
          asked:
            - {question: high_dollar, queue: senior, evidence: {plan_paid: 90, limit: 50.00}}
            - {question: high_dollar, queue: examiner, evidence: {limit: 60}}
            - {question: no_price}
          lines:
            - steps:
                - {rule: copay, section: "5.2", figure: copay_amount, amount: 30.00, inputs: {of: 120, per: visit}}
                - {rule: copay, amount: 31, inputs: {of: 120, after: 1}}
                - {rule: coinsurance}
"""


def test_steps_and_questions_that_differ_are_told_by_what_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "explained.yaml"
    file.write_text(EXPLAINED)
    assert scenario.main([str(file)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{file}:14: A visit: C1 question high_dollar: queue examiner expected, is senior, limit 60 expected, is 50",
        f"{file}:15: A visit: C1 question no_price: expected, was not asked",
        f"{file}:19: A visit: C1 line 1 step copay: amount 31 expected, is 30.00, after 1 expected, is not told",
        f"{file}:20: A visit: C1 line 1 step coinsurance: expected, was not taken",
        "0 passed, 1 failed",
    ]


def test_a_word_that_is_not_known_is_an_error_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL.replace("billed: 180", "bilt: 180"))
    with pytest.raises(Invalid, match=r"small.yaml:9: .*bilt"):
        run_scenarios(paths=[file])


def test_an_unknown_plan_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL.replace("cascade-ppo", "cascade"))
    with pytest.raises(Invalid, match="there is no plan cascade"):
        run_scenarios(paths=[file])


def test_the_command_takes_folders_and_says_how_many_passed(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenario.main([str(FILES[0].parent)]) == 0
    assert capsys.readouterr().out == f"{len(ALL)} passed, 0 failed\n"


def test_the_command_without_files_says_what_it_wants(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenario.main([]) == 2
    assert "name the files" in capsys.readouterr().err
