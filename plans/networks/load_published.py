"""Loads a published file into a fee schedule or a table of localities: all of it, or, if anything is wrong, nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.models import FeeSchedule
from plans.networks.layouts import LAYOUTS
from plans.networks.read_published import Into, Layout, LineProblem, Report, rows_of
from plans.networks.take_over import RATES, take_over
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.values.periods import Period


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """Which layout the lines have, for which days they hold, and into which schedule or table of localities they go.

    `for_qualifying`: of two conversion factors that for participants in an alternative payment model.
    """

    layout: str
    into: str
    period: Period
    for_qualifying: bool = False


@dataclass(slots=True)
class LoadedFile:
    """What a load did; with problems nothing was done."""

    row_count: int = 0
    added_count: int = 0
    superseded_count: int = 0
    same_count: int = 0
    skipped_count: int = 0
    problems: list[LineProblem] = field(default_factory=list)


def load_published(*, file: PublishedFile, lines: Iterable[str], by: Actor) -> LoadedFile:
    """Load a file line by line. It says all there is for its period: what it leaves out ends, what it says again stays.

    Doing it again changes nothing. Raises Invalid for an unknown layout, NotFound for an unknown schedule.
    """
    layout = LAYOUTS.get(file.layout)
    if layout is None:
        raise Invalid("published.layout", _("The layouts are %(names)s.") % {"names": ", ".join(sorted(LAYOUTS))})
    report = Report()
    try:
        with transaction.atomic():
            return _load(layout, file, lines, report, by)
    except _NotGoodError:
        return LoadedFile(skipped_count=report.skipped_count, problems=report.problems)


class _NotGoodError(Exception):
    """The file has problems: what was staged of it goes with the transaction."""


def _load(layout: Layout, file: PublishedFile, lines: Iterable[str], report: Report, by: Actor) -> LoadedFile:
    whole: dict[str, Any] = dict(layout.whole)
    if layout.table is RATES:
        schedule = FeeSchedule.objects.select_for_update(no_key=True).filter(code=file.into).first()
        if schedule is None:
            raise NotFound("schedule.unknown", _("There is no such fee schedule."))
        into = Into(schedule_id=schedule.pk)
        whole["schedule_id"] = schedule.pk
    else:
        into = Into(localities=file.into, qualifying=file.for_qualifying)
        whole["table"] = file.into
    read = rows_of(layout, lines, into, report)
    rows = _while_good(layout.gather(read) if layout.gather else read, report)
    done = take_over(layout.table, rows, file.period, at=timezone.now(), whole=whole)
    for line_number, first_number in done.twice:
        report.fault(line_number, f"line {first_number} is about the same code")
    if report.problems:
        raise _NotGoodError
    detail = {"layout": layout.name, "into": file.into, "from": str(file.period.start), "added": done.added_count}
    if done.added_count or done.superseded_count:
        record("plans.published.loaded", by=by, detail=detail)
    return LoadedFile(
        done.row_count, done.added_count, done.superseded_count, done.same_count, report.skipped_count, []
    )


def _while_good(rows: Iterator[tuple[int, Sequence[Any]]], report: Report) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows, and at their end no further if anything was wrong: nothing is taken over then."""
    found = False
    for row in rows:
        found = True
        yield row
    if not found and not report.problems:
        report.fault(1, "there is nothing to load")
    if report.problems:
        raise _NotGoodError
