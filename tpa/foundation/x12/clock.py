"""Dates and times as X12 writes them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

_LENGTHS = {"%Y%m%d": 8, "%y%m%d": 6, "%Y%m%d%H%M": 12, "%H%M": 4}


def is_date(value: str) -> bool:
    """CCYYMMDD (element type DT)."""
    return reads_as(value, "%Y%m%d")


def is_time(value: str) -> bool:
    """HHMM, HHMMSS, and hundredths after that (element type TM)."""
    if len(value) not in (4, 6, 7, 8) or not (value.isascii() and value.isdecimal()):
        return False
    return value[:2] < "24" and value[2:4] < "60" and (value[4:6] or "00") < "60"


# Files name the same few days over and over.
@lru_cache(maxsize=4096)
def reads_as(value: str, layout: str) -> bool:
    """Whether `value` is digits of exactly that layout. Years are those of people and claims: 1800 to 2099."""
    if len(value) != _LENGTHS[layout] or not (value.isascii() and value.isdecimal()):
        return False
    if layout.startswith("%Y") and not "1800" <= value[:4] < "2100":
        return False
    try:
        datetime.strptime(value, layout)
    except ValueError:
        return False
    return True
