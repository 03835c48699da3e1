"""How fast a year is decided again under another plan: 100,000 stored claims on two processes, database included.

Floor: the engine alone on the same claims, on the same two processes: their facts are read from the database and
decided, and nothing else is done. `--claims=N` makes a smaller year.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import django

CLAIMS, FAMILIES, PROCESSES = 100_000, 4_000, 2
STARTS_ON = date(2026, 1, 1)


def run() -> dict[str, Any]:
    """One year, decided; then decided again as it was and under a dearer plan, and by the engine alone."""
    django.setup()
    from claims.trials.what_if import pieces_of, what_if

    tried, decided, filling = _year(_wanted())
    began = time.perf_counter()
    answer = what_if(tried=tried, processes=PROCESSES)
    seconds = time.perf_counter() - began
    floor, floor_claims = _timed(partial(_engine_alone, tried), pieces_of(tried))
    assert floor_claims == answer["claims"], "the floor decides the same claims"
    return {
        "per_s": round(answer["claims"] / seconds),
        "floor_per_s": round(floor_claims / floor),
        "ratio": round(seconds / floor, 2),
        "seconds": round(seconds, 1),
        "claims": answer["claims"],
        "changed": answer["changed"],
        "processes": PROCESSES,
        "decided_first": decided,
        "decided_first_per_s": round(decided / filling),
    }


def _wanted() -> int:
    said = [argument.partition("=")[2] for argument in sys.argv if argument.startswith("--claims=")]
    return int(said[0]) if said else CLAIMS


def _year(count: int) -> tuple[Any, int, float]:
    """A world with a decided year, and what is tried on it: the same plan with a deductible of twice the size."""
    from bench._world import GROUP, PLAN, build_world
    from claims.simulation.simulate_year import simulate_year
    from claims.trials.tried import Tried
    from employers.models import Employer
    from plans.design.draft_plan_version import draft_plan_version
    from plans.models import Plan
    from tpa.foundation.audit import Actor

    population = build_world(families=max(20, count * FAMILIES // CLAIMS))
    began = time.perf_counter()
    decided = simulate_year(population=population, count=count, seed=1, starts_on=STARTS_ON)
    filling = time.perf_counter() - began
    plan = Plan.objects.get()
    source = PLAN.read_text().replace("individual: 750, family: 1500", "individual: 1500, family: 3000")
    draft = draft_plan_version(plan_id=plan.pk, source=source, by=Actor.system("bench"))
    tried = Tried(
        employer_id=Employer.objects.get(code=GROUP).pk,
        starts_on=STARTS_ON,
        ends_on=date(2027, 1, 1),
        plan_hash=draft.content_hash,
        plan_id=plan.pk,
    )
    return tried, decided, filling


def _timed(do: Callable[[Sequence[int]], int], pieces: Sequence[Sequence[int]]) -> tuple[float, int]:
    from tpa.foundation.parallel import in_processes

    began = time.perf_counter()
    count = sum(in_processes(do, pieces, processes=PROCESSES))
    return time.perf_counter() - began, count


def _engine_alone(tried: Any, family_ids: Sequence[int]) -> int:
    """Read the facts and decide them, each as it stands."""
    from claims.adjudication.engine.adjudicate import adjudicate
    from claims.packing import unpack_facts
    from claims.trials.stored_claims import stored_claims
    from plans.design.selectors import plan_terms_over

    claims = stored_claims(tried, family_ids)
    for claim in claims:
        facts = unpack_facts(claim.facts)
        adjudicate(facts, plan_terms_over(facts.plan_hash, facts.later_plans) if facts.plan_hash else None)
    return len(claims)
