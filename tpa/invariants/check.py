"""All invariants, and the question whether they hold."""

from __future__ import annotations

from collections.abc import Collection

from tpa.invariants.by_bank import BY_BANK
from tpa.invariants.by_code import BY_CODE
from tpa.invariants.by_funding import BY_FUNDING
from tpa.invariants.by_query import BY_QUERY
from tpa.invariants.invariant import Invariant


def all_invariants(*, only: Collection[str] = ()) -> list[Invariant]:
    """The invariants in order of their codes; `only` picks some by code."""
    chosen = [item for item in (*BY_QUERY, *BY_BANK, *BY_FUNDING, *BY_CODE) if not only or item.code in only]
    return sorted(chosen, key=lambda item: int(item.code[1:]))


def offences(*, only: Collection[str] = ()) -> list[str]:
    """Everything that does not hold, a sentence each; empty when all is well."""
    return [f"{item.code} {item.says}: {offence}" for item in all_invariants(only=only) for offence in item.offences()]
