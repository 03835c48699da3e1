"""From how much compensation on the law wants it told. Plain."""

from __future__ import annotations

from decimal import Decimal


def is_disclosed(expected_amount: Decimal, least_amount: Decimal) -> bool:
    """So much or more, expected under one contract, direct and indirect together: 29 U.S.C. 1108(b)(2)(B)."""
    return expected_amount >= least_amount
