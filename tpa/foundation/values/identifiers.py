"""Numbers that carry their own check or shape: NPI, EIN, SSN, TIN, ABA routing number."""

from __future__ import annotations

import re

_NPI = re.compile(r"[12][0-9]{9}")
_EIN = re.compile(r"(?!00)[0-9]{9}")
_SSN = re.compile(r"(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}")
_ITIN = re.compile(r"9[0-9]{2}(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])[0-9]{4}")
_ABA = re.compile(r"(?:0[0-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)[0-9]{7}")
_NOT_DIGITS = re.compile(r"[\s-]")

# Luhn's sum over the issuer prefix 80840 that stands, unwritten, before every NPI (45 CFR 162.406; ISO/IEC 7812).
_NPI_PREFIX_SUM = 24


def digits_of(text: str) -> str:
    """The number without the blanks and hyphens that people write into it."""
    return _NOT_DIGITS.sub("", text)


def is_npi(text: str) -> bool:
    """Ten digits, the first 1 or 2, the last Luhn's check digit with the prefix 80840."""
    return bool(_NPI.fullmatch(text)) and text[9] == npi_check_digit(text[:9])


def npi_check_digit(first_nine: str) -> str:
    """The tenth digit of the NPI that begins with these nine."""
    total = _NPI_PREFIX_SUM
    for place, digit in enumerate(map(int, first_nine)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def is_ein(text: str) -> bool:
    """Nine digits that can be an employer's number: there is no prefix 00. Says nothing of whether it was issued."""
    return bool(_EIN.fullmatch(text))


def is_ssn(text: str) -> bool:
    """Nine digits that can be a Social Security number: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA)."""
    return bool(_SSN.fullmatch(text))


def is_itin(text: str) -> bool:
    """Nine digits that can be an individual taxpayer number: 9xx and a group from 50-65, 70-88, 90-92, 94-99 (IRS)."""
    return bool(_ITIN.fullmatch(text))


def is_tin(text: str) -> bool:
    """Nine digits that can be any taxpayer number. The three kinds share their shape, so this is EIN or individual."""
    return is_ein(text) or is_ssn(text) or is_itin(text)


def is_aba(text: str) -> bool:
    """Nine digits, a district that exists, the last the ABA check digit (weights 3, 7, 1)."""
    return bool(_ABA.fullmatch(text)) and text[8] == aba_check_digit(text[:8])


def aba_check_digit(first_eight: str) -> str:
    """The ninth digit of the routing number that begins with these eight."""
    total = sum(weight * int(digit) for weight, digit in zip((3, 7, 1, 3, 7, 1, 3, 7), first_eight, strict=True))
    return str(-total % 10)


def last_four(text: str) -> str:
    """What of a number may be shown: `•••• 6789`. A number of four digits or fewer shows none of them."""
    number = digits_of(text)
    return f"•••• {number[-4:]}" if len(number) > 4 else "••••"
