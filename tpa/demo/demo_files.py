"""The files that the demo sends: made up for the demo world's members, ours, and those beside the project."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from claims.simulation.load_population import load_population
from claims.simulation.make_claims import make_claims
from tpa.demo import real_files

MADE_COUNT = 600


def demo_files(folder: Path) -> list[Path]:
    """Paths of the files, the made-up one written into `folder`."""
    made = folder / "made-up-claims.x12"
    with made.open("wb") as out:
        make_claims(out, load_population(on=date.today()), count=MADE_COUNT, seed=2026, on=date.today())
    return [made, *(path for path in real_files.demo_files() if "834" not in path.parts)]
