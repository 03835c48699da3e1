"""Claim numbers: ours, short, and safe to read out on the telephone."""

from __future__ import annotations


def claim_number(claim_id: int) -> str:
    """Ten digits of the row's id and a Luhn check digit, so that one wrong digit never names another claim."""
    digits = f"{claim_id:010d}"
    return digits + _check_digit(digits)


def is_claim_number(text: str) -> bool:
    """Whether the text is one of ours, check digit included."""
    return len(text) >= 11 and text.isdigit() and text[-1] == _check_digit(text[:-1])


def _check_digit(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
