"""A year of invented claims: nearly all are decided untouched, all replay, and what waits can be acted on."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.reasons import REASONS
from claims.packing import pack, text_of, unpack_facts
from claims.simulation.invented_year import DecidedClaim, InventedYear
from claims.simulation.population import invent_population
from plans.design.read_plan import read_plan
from plans.design.terms import EDITS, PlanTerms
from plans.editing.edit_book import EditBook
from plans.editing.small_tables import shipped_rules

PLANS = sorted((Path(__file__).parents[3] / "plans" / "design" / "demo").glob("*.yaml"))
EVERY_EDIT = f'edits: {{section: "7", apply: [{", ".join(EDITS)}]}}\n'
COUNT = 3000


def a_year(path: Path) -> tuple[PlanTerms, list[DecidedClaim]]:
    text = path.read_text()
    terms = read_plan(text if "\nedits:" in text else text + EVERY_EDIT).terms
    population = invent_population(seed=5, families=COUNT // 30)
    return terms, list(InventedYear(population, terms, 5, COUNT, EditBook(rules=shipped_rules())).decide())


@pytest.mark.parametrize("path", PLANS, ids=[path.stem for path in PLANS])
def test_nearly_all_are_decided_untouched_and_the_rest_can_be_acted_on(path: Path) -> None:
    _terms, decided = a_year(path)
    assert len(decided) == COUNT
    pended = [one for one in decided if one.decision.outcome == "pended"]
    assert len(pended) <= COUNT * 5 // 100
    assert pended, "accidents, duplicates and doubtful codes are among them"
    for facts, decision in pended:
        for question in decision.questions:
            reason = REASONS[question.reason]
            assert reason.answers, f"{question.reason} can be answered by nobody"
            assert question.evidence, f"{question.reason} on {facts.claim_number} says nothing to go by"
            assert question.queue == reason.queue


def test_all_of_it_replays_to_the_byte() -> None:
    terms, decided = a_year(PLANS[0])
    for facts, decision in decided[::7]:
        assert text_of(pack(adjudicate(unpack_facts(pack(facts)), terms))) == text_of(pack(decision))


def test_the_same_seed_makes_the_same_year() -> None:
    population = invent_population(seed=2, families=20)
    terms = read_plan(PLANS[0].read_text()).terms
    first = [one.decision for one in InventedYear(population, terms, 2, 120).decide()]
    assert first == [one.decision for one in InventedYear(population, terms, 2, 120).decide()]
    assert len(first) == 120
