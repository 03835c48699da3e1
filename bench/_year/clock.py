"""The year's clock: it stands still at a moment that is said, so that what is done twice is done at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.utils import timezone


@contextmanager
def standing_at(on: date, hour: int) -> Iterator[None]:
    """Inside, `timezone.now()` is this hour of the day, and a moment later each time it is asked."""
    real, asked = timezone.now, 0
    start = timezone.make_aware(datetime(on.year, on.month, on.day, hour))

    def moved() -> datetime:
        nonlocal asked
        asked += 1
        return start + timedelta(microseconds=asked)

    timezone.now = moved
    try:
        yield
    finally:
        timezone.now = real
