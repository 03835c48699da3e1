"""A clock for history: what is done inside is recorded as of another moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, `timezone.now()` starts at the moment and goes on from there. For the demonstration world only.

    A year of changes is thus recorded month by month, by the very verbs that record them in life; what was known when,
    and what was billed on it, is as it would be.
    """
    real, began = timezone.now, time.monotonic()

    def moved() -> datetime:
        return moment + timedelta(seconds=time.monotonic() - began)

    timezone.now = moved
    try:
        yield
    finally:
        timezone.now = real
