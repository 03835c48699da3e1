"""`python -m bench NAME [--json]`: runs one bench and prints its figures; with --json one object, last on stdout."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

NAMES = sorted(
    path.stem.replace("_", "-") for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")
)


def main(arguments: list[str]) -> int:
    names = [argument for argument in arguments if not argument.startswith("-")]
    if len(names) != 1 or names[0] not in NAMES:
        print(f"Name one bench: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    figures: dict[str, Any] = importlib.import_module(f"bench.{names[0].replace('-', '_')}").run()
    width = max(map(len, figures))
    for name, value in figures.items():
        print(f"{name:{width}}  {value}")
    if "--json" in arguments:
        print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
