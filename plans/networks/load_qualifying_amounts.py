"""Loads qualifying payment amounts of a year from contracted rates: medians, brought to the year, rounded."""

from __future__ import annotations

import csv
import json
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
COLUMNS = (*REQUIRED, "modifier", "region", "sponsor", "bonus_amount", "single_case", "base_units", "database")
_FIRST_INDEXED_YEAR = "nsa.qpa_first_year"
_STATUSES = ("P3", "P4", "P5")  # modifiers of physical status that add units


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
    """What a load did; `insufficient_count`: services with fewer contracts than the law wants and in no database;
    `database_count`: those whose amount a database said."""

    added_count: int = 0
    superseded_count: int = 0
    same_count: int = 0
    insufficient_count: int = 0
    database_count: int = 0
    problems: list[LineProblem] = field(default_factory=list)


class _Service(NamedTuple):
    code: str
    modifier: str
    region: str


@dataclass(slots=True)
class _Found:
    """What the file says of a service: contracts; a database's median, by its name; base units of anaesthesia."""

    rates: list[ContractedRate] = field(default_factory=list)
    database: str = ""
    database_amount: Decimal | None = None
    base_units: Decimal | None = None


def load_qualifying_amounts(*, year: QualifyingYear, lines: Iterable[str], by: Actor) -> LoadedAmounts:
    """Lines of a CSV with the columns of `COLUMNS`, one for each provider's contract and service.

    A line with a `database` says the median of the amounts allowed in network in the year before, of that eligible
    database: it counts where contracts are too few ((c)(3)). A code with `base_units` is anaesthesia: its amounts are
    conversion factors.

    The rates of a market are all there are for the year. Any problem is named with its line and nothing is loaded; the
    same again changes nothing.
    """
    report = Report()
    rates = _read(lines, report)
    if report.problems:
        return LoadedAmounts(problems=report.problems)
    period = Period(date(year.year, 1, 1), date(year.year + 1, 1, 1))
    law = _law(year, period)
    done = LoadedAmounts()
    rows = enumerate(_rows(rates, year, law, done), start=1)
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


class _Law(NamedTuple):
    """What the year's law says: factors since the base year and of the year alone, contracts, anaesthesia's units."""

    factor: Decimal
    year_factor: Decimal
    least_count: int
    minutes: Decimal
    status: dict[str, str]


def _law(year: QualifyingYear, period: Period) -> _Law:
    on = period.start
    return _Law(
        indexed(Decimal(1), factors_between(year.base_year, year.year)),
        indexed(Decimal(1), factors_between(year.year - 1, year.year)),
        int(parameter("nsa.qpa_least_contracts", on=on)),
        parameter("nsa.qpa_anaesthesia_minutes", on=on),
        {name: str(int(parameter(f"nsa.qpa_anaesthesia_{name.lower()}", on=on))) for name in _STATUSES},
    )


def _rows(
    services: Mapping[_Service, _Found], year: QualifyingYear, law: _Law, done: LoadedAmounts
) -> Iterator[tuple[object, ...]]:
    for service, found in sorted(services.items()):
        sponsor = year.sponsor if year.market else None
        counted = rates_that_count(found.rates, modifier=service.modifier, sponsor=sponsor)
        median, factor, source = median_rate(counted, least_count=law.least_count), law.factor, ""
        if median is None and found.database_amount is not None:
            median, factor, source = found.database_amount, law.year_factor, found.database
            done.database_count += 1
        if median is None:
            done.insufficient_count += 1
            continue
        amount = rounded(median * factor, to=year.round_to)
        units = None
        if found.base_units is not None:
            units = json.dumps({"base_units": str(found.base_units), "minutes": str(law.minutes), "status": law.status})
        yield (year.market, *service, median, factor, amount, len(counted), source, units)


def _read(lines: Iterable[str], report: Report) -> dict[_Service, _Found]:
    reader = csv.DictReader(lines)
    columns = {name.strip().lower() for name in reader.fieldnames or []}
    for name in sorted(columns - set(COLUMNS)):
        report.fault(1, _("%(name)s: this column is not known.") % {"name": name})
    for name in REQUIRED:
        if name not in columns:
            report.fault(1, _("%(name)s: this column is missing.") % {"name": name})
    services: dict[_Service, _Found] = defaultdict(_Found)
    if report.problems:
        return services
    for cells in reader:
        cell = {name.strip().lower(): (value or "").strip() for name, value in cells.items() if name}
        if not cell["code"]:
            report.fault(reader.line_num, _("The code is missing."))
        service = _Service(cell["code"].upper(), cell.get("modifier", "").upper(), cell.get("region", "").upper())
        _take_line(cell, service, services[service], reader.line_num, report)
    return services


def _take_line(cell: Mapping[str, str], service: _Service, found: _Found, number: int, report: Report) -> None:
    amount = _amount(cell["amount"], number, report)
    bonus = _amount(cell.get("bonus_amount") or "0", number, report)
    if text := cell.get("base_units"):
        units = _amount(text, number, report)
        if found.base_units not in (None, units):
            report.fault(number, _("An earlier line says other base units of this code."))
        found.base_units = units
    if amount is None or bonus is None:
        return
    if database := cell.get("database", ""):
        if found.database_amount is not None:
            report.fault(number, _("An earlier line says a database's amount of this service."))
        found.database, found.database_amount = database[:80], amount
        return
    is_single_case = cell.get("single_case", "").lower() in ("1", "yes", "true")
    found.rates.append(ContractedRate(amount, service.modifier, cell.get("sponsor", ""), bonus, is_single_case))


def _amount(text: str, line_number: int, report: Report) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        report.fault(line_number, _("%(text)s is no amount.") % {"text": text[:20]})
        return None
    return amount
