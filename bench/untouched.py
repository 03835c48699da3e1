"""Of a year of 100,000 invented claims: how many are decided untouched and replay, and why the rest waits.

In memory, on the demonstration plans with every edit on. A question counts once a claim.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from claims.adjudication.engine.adjudicate import adjudicate
from claims.packing import pack, text_of, unpack_facts
from claims.simulation.invented_year import InventedYear
from claims.simulation.population import invent_population
from plans.design.read_plan import read_plan
from plans.design.terms import EDITS
from plans.editing.edit_book import EditBook
from plans.editing.small_tables import shipped_rules

PLAN = Path(__file__).parents[1] / "plans" / "design" / "demo" / "cascade-ppo.yaml"
CLAIMS = int(os.environ.get("CLAIMS", "100000"))
# Claims a member and year, about; families have two or three members.
CLAIMS_A_FAMILY = 30
EVERY_EDIT = f'edits: {{section: "7", apply: [{", ".join(EDITS)}]}}\n'


def run() -> dict[str, Any]:
    """Shares of the claims, and the questions by reason."""
    terms = read_plan(PLAN.read_text() + EVERY_EDIT).terms
    population = invent_population(seed=1, families=max(CLAIMS // CLAIMS_A_FAMILY, 20))
    outcomes: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    replayed = 0
    began = time.perf_counter()
    for facts, decision in InventedYear(population, terms, 1, CLAIMS, EditBook(rules=shipped_rules())).decide():
        outcomes[decision.outcome] += 1
        asked.update({question.reason for question in decision.questions})
        stored = pack(decision)
        replayed += text_of(stored) == text_of(pack(adjudicate(unpack_facts(pack(facts)), terms)))
    count = sum(outcomes.values())
    return {
        "claims": count,
        "untouched_percent": round(100 * (count - outcomes["pended"]) / count, 2),
        "replayed_percent": round(100 * replayed / count, 2),
        **{name: outcomes[name] for name in ("approved", "denied", "pended")},
        "asked": dict(asked.most_common()),
        "seconds": round(time.perf_counter() - began, 1),
    }
