"""Loads qualifying payment amounts of a year from contracted rates: medians, brought to the year, rounded."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.networks.qualifying_amounts import ContractedRate, indexed, median_rate, rates_that_count, rounded
from plans.networks.read_published import LineProblem, Report
from plans.networks.take_over import QUALIFYING, take_over
from tpa.foundation.audit import Actor, record
from tpa.foundation.parameters import parameter
from tpa.foundation.values.periods import Period

REQUIRED = ("code", "amount")
COLUMNS = (*REQUIRED, "modifier", "region", "sponsor", "bonus_amount", "single_case")
_FIRST_INDEXED_YEAR = "nsa.qpa_first_year"


@dataclass(frozen=True, slots=True)
class QualifyingYear:
    """For which year, from rates of which; whose market; rounded to cent or dollar.

    `market`: the code of the plan whose sponsor's contracts alone count; blank: all self-insured plans that are
    administered (29 CFR 2590.716-6(a)(8)(iv)). `sponsor` names in the file whose rates those are.
    """

    year: int
    base_year: int
    market: str = ""
    sponsor: str = ""
    round_to: str = "cent"


@dataclass(slots=True)
class LoadedAmounts:
    """What a load did; `insufficient_count`: services with fewer contracts than the law wants, found otherwise."""

    added_count: int = 0
    superseded_count: int = 0
    same_count: int = 0
    insufficient_count: int = 0
    problems: list[LineProblem] = field(default_factory=list)


class _Service(NamedTuple):
    code: str
    modifier: str
    region: str


def load_qualifying_amounts(*, year: QualifyingYear, lines: Iterable[str], by: Actor) -> LoadedAmounts:
    """Lines of a CSV with the columns of `COLUMNS`, one for each provider's contract and service.

    The rates of a market are all there are for the year. Any problem is named with its line and nothing is loaded; the
    same again changes nothing.
    """
    report = Report()
    rates = _read(lines, report)
    if report.problems:
        return LoadedAmounts(problems=report.problems)
    period = Period(date(year.year, 1, 1), date(year.year + 1, 1, 1))
    factor = indexed(Decimal(1), factors_between(year.base_year, year.year))
    least = int(parameter("nsa.qpa_least_contracts", on=period.start))
    done = LoadedAmounts()
    rows = enumerate(_rows(rates, year, factor, least, done), start=1)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('plans_qualifyingamount'))")
        taken = take_over(QUALIFYING, rows, period, at=timezone.now(), whole={"market": year.market})
        if taken.added_count or taken.superseded_count:
            detail = {"year": year.year, "market": year.market, "added": taken.added_count}
            record("plans.qualifyingamount.loaded", by=by, detail=detail)
    done.added_count, done.superseded_count, done.same_count = (
        *(taken.added_count, taken.superseded_count, taken.same_count),
    )
    return done


def factors_between(base_year: int, year: int) -> Iterator[Decimal]:
    """The factor of each year after the base year; the first that was published spans all years since 2019."""
    first = int(parameter(_FIRST_INDEXED_YEAR, on=date(year, 1, 1)))
    for one in range(max(base_year + 1, first), year + 1):
        yield parameter("nsa.qpa_index", on=date(one, 1, 1))


def _rows(
    rates: Mapping[_Service, list[ContractedRate]],
    year: QualifyingYear,
    factor: Decimal,
    least: int,
    done: LoadedAmounts,
) -> Iterator[tuple[object, ...]]:
    for service, found in sorted(rates.items()):
        counted = rates_that_count(found, modifier=service.modifier, sponsor=year.sponsor if year.market else None)
        median = median_rate(counted, least_count=least)
        if median is None:
            done.insufficient_count += 1
            continue
        amount = rounded(median * factor, to=year.round_to)
        yield (year.market, *service, median, factor, amount, len(counted))


def _read(lines: Iterable[str], report: Report) -> dict[_Service, list[ContractedRate]]:
    reader = csv.DictReader(lines)
    columns = {name.strip().lower() for name in reader.fieldnames or []}
    for name in sorted(columns - set(COLUMNS)):
        report.fault(1, _("%(name)s: this column is not known.") % {"name": name})
    for name in REQUIRED:
        if name not in columns:
            report.fault(1, _("%(name)s: this column is missing.") % {"name": name})
    rates: dict[_Service, list[ContractedRate]] = defaultdict(list)
    if report.problems:
        return rates
    for cells in reader:
        cell = {name.strip().lower(): (value or "").strip() for name, value in cells.items() if name}
        amount = _amount(cell["amount"], reader.line_num, report)
        bonus = _amount(cell.get("bonus_amount") or "0", reader.line_num, report)
        if not cell["code"]:
            report.fault(reader.line_num, _("The code is missing."))
        if amount is None or bonus is None:
            continue
        service = _Service(cell["code"].upper(), cell.get("modifier", "").upper(), cell.get("region", "").upper())
        is_single_case = cell.get("single_case", "").lower() in ("1", "yes", "true")
        rates[service].append(ContractedRate(amount, service.modifier, cell.get("sponsor", ""), bonus, is_single_case))
    return rates


def _amount(text: str, line_number: int, report: Report) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        report.fault(line_number, _("%(text)s is no amount.") % {"text": text[:20]})
        return None
    return amount
