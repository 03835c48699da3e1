"""Progress for the person at the terminal, apart from what a command itself prints."""

import sys


def say(text: str) -> None:
    """One line on standard error."""
    print(f"steward: {text}", file=sys.stderr, flush=True)
