"""A small employer with a year of invented claims, decided by the engine: what replays and what-ifs are tried on."""

from __future__ import annotations

from datetime import date

from bench._world import GROUP, build_world
from claims.simulation.simulate_year import simulate_year
from employers.models import Employer
from tpa.foundation.parameters import load_parameters

STARTS_ON = date(2026, 1, 1)


def make_decided_year(*, claims: int = 120, families: int = 12, seed: int = 1) -> Employer:
    """The bench's world in small: Cascade PPO, one network, claims of 2026."""
    load_parameters()
    population = build_world(families=families, seed=seed)
    assert simulate_year(population=population, count=claims, seed=seed, starts_on=STARTS_ON) > claims * 0.9
    return Employer.objects.get(code=GROUP)
