"""What the order of benefits says of another payer's cover, and how: the words that all its rules end in."""

from __future__ import annotations

from typing import Final

import msgspec

Inputs = tuple[tuple[str, str], ...]

BEFORE: Final = "before"
AFTER: Final = "after"
EQUAL: Final = "equal"
UNKNOWN: Final = "unknown"


class Place(msgspec.Struct, frozen=True):
    """Another payer pays `before` us, `after` us, in `equal` shares, or it is `unknown` for want of a fact.

    `rule` names the rule that decided, `citation` where it stands; `inputs` are what it stood on, as text.
    """

    verdict: str
    rule: str
    citation: str = ""
    inputs: Inputs = ()


def first(*, theirs: bool, rule: str, citation: str, inputs: Inputs) -> Place:
    """Theirs before ours, or ours before theirs."""
    return Place(BEFORE if theirs else AFTER, rule, citation, inputs)


def lacking(fact: str, rule: str, citation: str) -> Place:
    """The rule would decide, if only this were known."""
    return Place(UNKNOWN, rule, citation, (("wanted", fact),))
