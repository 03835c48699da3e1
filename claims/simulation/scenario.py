"""`python -m claims.simulation.scenario FILE…`: runs scenarios and prints what differs; what `./run scenario` calls."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from claims.simulation.run_scenarios import Ran, run_scenarios
from tpa.foundation.errors import Invalid


def main(arguments: Sequence[str]) -> int:
    """Files, or folders whose *.yaml are taken; -v also names those that passed. 0 if nothing differs."""
    verbose = "-v" in arguments
    names = [argument for argument in arguments if not argument.startswith("-")]
    if not names:
        _say("name the files: ./run scenario FILE…", error=True)
        return 2
    paths = [file for name in names for file in _files(Path(name))]
    failed = passed = 0
    for path in paths:
        try:
            ran = run_scenarios(paths=[path])
        except (Invalid, OSError) as error:
            _say(str(error), error=True)
            failed += 1
            continue
        for one in ran:
            failed += bool(one.differences)
            passed += not one.differences
            _report(one, verbose=verbose)
    _say(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def _report(ran: Ran, *, verbose: bool) -> None:
    if verbose and not ran.differences:
        _say(f"ok  {ran.scenario}")
    for difference in ran.differences:
        _say(str(difference))


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def _say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
