"""The qualifying payment amount: the median of contracted rates, brought to the year of service (29 CFR 2590.716-6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from tpa.foundation.values.money import cents, dollars

_TWO = Decimal(2)
# Professional and technical component: services of their own, (b)(2)(ii)(A).
_OWN_SERVICES = frozenset({"26", "TC"})


@dataclass(frozen=True, slots=True)
class ContractedRate:
    """What one provider's contract says of an item or service; each provider counts, also at the same rate.

    `sponsor`: whose plan it is a contract of. Bonuses and shared risk are no part of a rate ((b)(2)(iv)); what was
    agreed for a single case is no contract ((a)(1)).
    """

    amount: Decimal
    modifier: str = ""
    sponsor: str = ""
    bonus_amount: Decimal = Decimal(0)
    is_single_case: bool = False


def rates_that_count(
    rates: Iterable[ContractedRate], *, modifier: str = "", sponsor: str | None = None
) -> list[Decimal]:
    """The rates of the very item or service, least first: of one sponsor's plans, or of all that are administered
    (None: the option of self-insured plans, (a)(8)(iv)). 26 and TC are services of their own ((b)(2)(ii)(A))."""
    return sorted(
        rate.amount
        for rate in rates
        if rate.modifier == modifier and not rate.is_single_case and (sponsor is None or rate.sponsor == sponsor)
    )


def median_rate(rates: Sequence[Decimal], *, least_count: int) -> Decimal | None:
    """The middle rate, of an even number the mean of the two in the middle, not rounded ((b)(1)). None where there are
    fewer than `least_count`: then it is found otherwise ((c)(3))."""
    if not rates or len(rates) < least_count:
        return None
    ordered = sorted(rates)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / _TWO


def indexed(amount: Decimal, factors: Iterable[Decimal]) -> Decimal:
    """The amount by each year's factor ((c)(1)). Not rounded: what is carried into the next year stays exact."""
    for factor in factors:
        amount *= factor
    return amount


def rounded(amount: Decimal, *, to: str) -> Decimal:
    """As it is paid and said: to the cent, or to the dollar, as the notices permit."""
    return dollars(amount) if to == "dollar" else cents(amount)


class AnaesthesiaUnits(msgspec.Struct, frozen=True):
    """What of anaesthesia is counted in units: base, minutes to a unit of time, physical status by modifier."""

    base_units: Decimal
    minutes: Decimal
    status: dict[str, Decimal] = {}

    def count(self, units: Decimal, unit_basis: str, modifiers: Sequence[str]) -> Decimal:
        """Base, time and status units. Time billed in minutes counts to the part of a unit: 15 minutes or fraction
        thereof, (c)(1)(iii)(B), read as the fraction itself; what is not billed in minutes is billed in units."""
        time = units / self.minutes if unit_basis == "MJ" else units
        return self.base_units + time + sum((self.status.get(one, Decimal(0)) for one in modifiers), Decimal(0))


def read_anaesthesia(kept: str | dict[str, Any] | None) -> AnaesthesiaUnits | None:
    """As it stands in the database."""
    if kept is None:
        return None
    fields = msgspec.json.decode(kept) if isinstance(kept, str) else kept
    return msgspec.convert(fields, AnaesthesiaUnits, strict=False)


class QualifyingRow(NamedTuple):
    """An amount for a period: of a plan's market or, blank, of all that are administered; of a state or, blank, any.

    With `anaesthesia` it is the indexed median of conversion factors, not rounded ((c)(1)(iii)).
    """

    market: str
    code: str
    modifier: str
    region: str
    amount: Decimal
    starts_on: date
    ends_on: date | None
    anaesthesia: AnaesthesiaUnits | None = None


class QualifyingBook:
    """The amounts of a batch's services."""

    def __init__(self, rows: Iterable[QualifyingRow] = ()) -> None:
        self._rows: dict[tuple[str, str, str, str], list[QualifyingRow]] = defaultdict(list)
        for row in rows:
            self._rows[row.market, row.code, row.modifier, row.region].append(row)

    def find(self, code: str, modifiers: Sequence[str], *, plan: str, state: str, on: date) -> QualifyingRow | None:
        """The plan's own market before all that are administered, the state before any."""
        if not self._rows:
            return None
        modifier = next((one for one in modifiers if one in _OWN_SERVICES), "")
        for market in (plan, ""):
            for region in (state, ""):
                for row in self._rows.get((market, code, modifier, region), ()):
                    if row.starts_on <= on and (row.ends_on is None or on < row.ends_on):
                        return row
        return None
