"""Loads the prices of a fee schedule from a CSV: all of it, or, when anything is wrong in it, nothing."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.facts import ValuesFact
from plans.models import FeeRate, FeeSchedule
from tpa.foundation.audit import Actor, record
from tpa.foundation.bulk import copy_rows
from tpa.foundation.errors import NotFound
from tpa.foundation.values.money import cents

REQUIRED = ("code", "method", "starts_on")
COLUMNS = (
    *("code_kind", "code", "modifier", "place_of_service", "locality", "method", "amount", "percent"),
    *("reference_schedule", "values", "starts_on", "ends_on"),
)
_IN_TABLE = (
    *("schedule_id", "code_kind", "code", "modifier", "place_of_service", "locality", "method", "amount", "percent"),
    *("reference_schedule_id", "values", "period", "recorded_at"),
)
_METHODS = frozenset(FeeRate.Method.values)
_KINDS = frozenset({"procedure", "revenue", "drg", "any"})
_LONGEST = {"code": 10, "modifier": 2, "place_of_service": 2, "locality": 10}
_OF_PERCENT = frozenset({FeeRate.Method.PERCENT_OF_BILLED, FeeRate.Method.PERCENT_OF_REFERENCE})
# Prices that are reckoned from `values`, the JSON of a plans.facts.ValuesFact.
_FORMULAS = frozenset(
    {
        *(FeeRate.Method.RELATIVE_VALUE, FeeRate.Method.ANAESTHESIA),
        *(FeeRate.Method.DRG_WEIGHT, FeeRate.Method.PERCENTILES),
    }
)

_Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class RateProblem:
    """What is wrong in a row (the header is row 1) and in which column."""

    row_number: int
    column: str
    code: str
    message: str


@dataclass(slots=True)
class LoadedRates:
    """What a load did, or (with problems, or as a dry run) would have done."""

    row_count: int = 0
    added_count: int = 0
    superseded_count: int = 0
    same_count: int = 0
    problems: list[RateProblem] = field(default_factory=list)


@dataclass(slots=True)
class _Rate:
    row_number: int
    key: _Key
    method: str
    amount: Decimal | None
    percent: Decimal | None
    reference_id: int | None
    values: ValuesFact | None
    starts_on: date
    ends_on: date | None

    @property
    def worth(self) -> tuple[str, Decimal | None, Decimal | None, int | None, ValuesFact | None]:
        """What it says, apart from when."""
        return self.method, self.amount, self.percent, self.reference_id, self.values

    def overlaps(self, other: _Rate) -> bool:
        return (other.ends_on is None or self.starts_on < other.ends_on) and (
            self.ends_on is None or other.starts_on < self.ends_on
        )


def load_fee_schedule(*, schedule_code: str, text: str, by: Actor, dry_run: bool = False) -> LoadedRates:
    """Load prices in the columns of `COLUMNS`; days are ISO, `ends_on` is the first day after (empty: open).

    A row takes over its days from what the schedule said of the same code, modifier and place: that is superseded and
    recorded anew for the days that are left. A row that says what is known already changes nothing. With any problem
    nothing is written, and every problem is reported with its row.
    """
    with transaction.atomic():
        schedule = FeeSchedule.objects.select_for_update(no_key=True).filter(code=schedule_code).first()
        if schedule is None:
            raise NotFound("schedule.unknown", _("There is no such fee schedule."))
        done = LoadedRates()
        rates = _read(text, done.problems)
        done.row_count = len(rates)
        _check_overlaps(rates, done.problems)
        if not done.problems:
            _apply(schedule, rates, done, dry_run)
            if not dry_run and (done.added_count or done.superseded_count):
                detail = {"rows": done.row_count, "added": done.added_count, "superseded": done.superseded_count}
                record("plans.feeschedule.loaded", by=by, about=schedule, detail=detail)
    return done


def _read(text: str, problems: list[RateProblem]) -> list[_Rate]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = [name.strip().lower() for name in reader.fieldnames or []]
    for name in columns:
        if name not in COLUMNS:
            problems.append(RateProblem(1, name, "column.unknown", _("This column is not known.")))
    for name in REQUIRED:
        if name not in columns:
            problems.append(RateProblem(1, name, "column.missing", _("This column is missing.")))
    if problems:
        return []
    reader.fieldnames = columns
    references = dict(FeeSchedule.objects.filter(is_reference=True).values_list("code", "pk"))
    rates = []
    for number, cells in enumerate(reader, start=2):
        rate = _rate_of(number, cells, references, problems)
        if rate is not None:
            rates.append(rate)
    return rates


def _rate_of(
    number: int, cells: Mapping[str, Any], references: Mapping[str, int], problems: list[RateProblem]
) -> _Rate | None:
    found_before = len(problems)

    def fault(column: str, code: str, message: str) -> None:
        problems.append(RateProblem(number, column, code, message))

    if None in cells or None in cells.values():
        fault("", "row.length", _("The row has more or fewer cells than the header."))
        return None
    cell = {name: value.strip() for name, value in cells.items()}
    code = cell["code"].upper().replace(".", "")
    kind = cell.get("code_kind", "") or ("procedure" if code else "any")
    method = cell["method"]
    if kind not in _KINDS or (kind == "any" and code):
        fault("code_kind", "kind.unknown", _("Say procedure, revenue, drg, or any without a code."))
    if method not in _METHODS:
        fault("method", "method.unknown", _("This method is not known."))
    for column, longest in _LONGEST.items():
        if len(cell.get(column, "")) > longest:
            fault(column, "cell.too_long", _("This is longer than any such code."))
    amount = _number(cell.get("amount", ""), "amount", fault)
    percent = _number(cell.get("percent", ""), "percent", fault)
    if method in _OF_PERCENT and percent is None:
        fault("percent", "percent.missing", _("This method needs a percentage."))
    if method in _METHODS - _OF_PERCENT - _FORMULAS and amount is None:
        fault("amount", "amount.missing", _("This method needs an amount."))
    values = _values(cell.get("values", ""), fault)
    if method in _FORMULAS and not cell.get("values"):
        fault("values", "values.missing", _("This method needs values."))
    if amount is not None and amount != cents(amount):
        fault("amount", "amount.not_cents", _("The amount is not in whole cents."))
    reference = cell.get("reference_schedule", "")
    if method == FeeRate.Method.PERCENT_OF_REFERENCE and reference not in references:
        fault("reference_schedule", "reference.unknown", _("This is no reference schedule."))
    starts_on = _day(cell["starts_on"], "starts_on", fault)
    ends_on = _day(cell.get("ends_on", ""), "ends_on", fault)
    if starts_on is None and not cell["starts_on"]:
        fault("starts_on", "day.missing", _("The first day is missing."))
    if starts_on and ends_on and ends_on <= starts_on:
        fault("ends_on", "day.order", _("The price must end after it starts."))
    if len(problems) > found_before or starts_on is None:
        return None
    return _Rate(
        number,
        (kind, code, cell.get("modifier", "").upper(), cell.get("place_of_service", ""), cell.get("locality", "")),
        method,
        amount if method not in _OF_PERCENT | _FORMULAS else None,
        percent if method in _OF_PERCENT else None,
        references[reference] if method == FeeRate.Method.PERCENT_OF_REFERENCE else None,
        values,
        starts_on,
        ends_on,
    )


def _number(text: str, column: str, fault: Any) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        fault(column, "number.wrong", _("This is no amount."))
        return None
    return number


def _values(text: str, fault: Any) -> ValuesFact | None:
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=ValuesFact, strict=False)
    except msgspec.MsgspecError:
        fault("values", "values.wrong", _("This is not the JSON of values that are known."))
        return None


def _day(text: str, column: str, fault: Any) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fault(column, "day.wrong", _("This is no day; write 2026-01-31."))
        return None


def _check_overlaps(rates: Iterable[_Rate], problems: list[RateProblem]) -> None:
    by_key: dict[_Key, list[_Rate]] = defaultdict(list)
    for rate in rates:
        for other in by_key[rate.key]:
            if rate.overlaps(other):
                message = _("Row %(row)s gives a price for the same days.") % {"row": other.row_number}
                problems.append(RateProblem(rate.row_number, "code", "row.overlap", message))
        by_key[rate.key].append(rate)


def _apply(schedule: FeeSchedule, rates: list[_Rate], done: LoadedRates, dry_run: bool) -> None:
    standing: dict[_Key, list[tuple[int, _Rate]]] = defaultdict(list)
    for row in FeeRate.objects.filter(schedule=schedule, superseded_at__isnull=True):
        key = row.code_kind, row.code, row.modifier, row.place_of_service, row.locality
        standing[key].append((row.pk, _standing(row, key)))
    new = [rate for rate in rates if not any(_says(known, rate) for _pk, known in standing[rate.key])]
    by_key: dict[_Key, list[_Rate]] = defaultdict(list)
    for rate in new:
        by_key[rate.key].append(rate)
    superseded: list[int] = []
    rest: list[_Rate] = []
    for key, taking_over in by_key.items():
        for pk, known in standing[key]:
            pieces = [known]
            for rate in taking_over:
                pieces = [piece for whole in pieces for piece in _rest_of(whole, rate)]
            if pieces != [known]:
                superseded.append(pk)
                rest += pieces
    done.same_count = len(rates) - len(new)
    done.added_count = len(new)
    done.superseded_count = len(superseded)
    if dry_run:
        return
    now = timezone.now()
    FeeRate.objects.filter(pk__in=superseded).update(superseded_at=now)
    copy_rows("plans_feerate", _IN_TABLE, [_row(schedule.pk, rate, now) for rate in new + rest])


def _standing(row: FeeRate, key: _Key) -> _Rate:
    values = None if row.values is None else msgspec.convert(row.values, ValuesFact, strict=False)
    figures = row.method, row.amount, row.percent, row.reference_schedule_id, values
    return _Rate(0, key, *figures, row.period.lower, row.period.upper)


def _says(known: _Rate, rate: _Rate) -> bool:
    """Whether what stands says all that a row says."""
    covers = known.starts_on <= rate.starts_on and (
        known.ends_on is None or (rate.ends_on is not None and rate.ends_on <= known.ends_on)
    )
    return covers and known.worth == rate.worth


def _rest_of(known: _Rate, rate: _Rate) -> list[_Rate]:
    """What of a standing price is left when another takes over its days."""
    if not known.overlaps(rate):
        return [known]
    pieces = []
    if known.starts_on < rate.starts_on:
        pieces.append(replace(known, ends_on=rate.starts_on))
    if rate.ends_on is not None and (known.ends_on is None or known.ends_on > rate.ends_on):
        pieces.append(replace(known, starts_on=rate.ends_on))
    return pieces


def _row(schedule_id: int, rate: _Rate, now: datetime) -> tuple[Any, ...]:
    period = f"[{rate.starts_on},{rate.ends_on or ''})"
    values = None if rate.values is None else msgspec.json.encode(rate.values).decode()
    return (schedule_id, *rate.key, rate.method, rate.amount, rate.percent, rate.reference_id, values, period, now)
