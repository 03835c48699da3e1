"""A year of twelve contracts lived through day by day, and what must hold at its end.

`--claims=N` says how large (100,000), `--twice-every=N` how often a month is closed, undone and closed anew (each).
Each check is named, with its figures, and reckons by code of its own.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import django

CLAIMS, CLAIMS_A_FAMILY = 100_000, 30


def run() -> dict[str, Any]:
    """One year. Every check that does not hold is told in full; then the bench fails."""
    django.setup()
    from bench._year.checks import check
    from bench._year.lived import Size, live
    from tpa.foundation.parameters import load_parameters

    claims, twice = _wanted("claims", CLAIMS), _wanted("twice-every", 1)
    load_parameters()
    began = time.perf_counter()
    size = Size(claims, max(150, claims // CLAIMS_A_FAMILY), twice_every=twice, weeks=_wanted("weeks", 1))
    lived = live(size, say=lambda text: print(text, flush=True))
    living = time.perf_counter() - began
    found = check(lived)
    for one in found:
        print(f"{'holds ' if one.holds else 'BROKEN'}  {one.name}: {one.figures}")
        for offence in one.offences[:20]:
            print(f"          {offence}")
    if not all(one.holds for one in found):
        raise SystemExit(f"{sum(not one.holds for one in found)} checks do not hold")
    return {
        **lived.counts,
        "checks": len(found),
        "seconds_living": round(living),
        "seconds_checking": round(time.perf_counter() - began - living),
    }


def _wanted(name: str, otherwise: int) -> int:
    said = [one.partition("=")[2] for one in sys.argv if one.startswith(f"--{name}=")]
    return int(said[0]) if said else otherwise
