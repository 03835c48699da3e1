"""Where a service was, as prices divide the country: by state, by ZIP code, or by a published table of localities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import msgspec

from plans.facts import LocalityFact

# What terms may say beside the name of a table.
STATE, ZIP3, ZIP5 = "state", "zip3", "zip5"


class Site(NamedTuple):
    """Where a service was: the facility's address, else that of who bills."""

    state: str = ""
    postal_code: str = ""


class ZipRow(NamedTuple):
    """A ZIP code lies in a locality of a table, for a period."""

    table: str
    postal_code: str
    locality: str
    starts_on: date
    ends_on: date | None


class FactorRow(NamedTuple):
    """What a table says of a locality, for a period: one of its kinds."""

    table: str
    fact: LocalityFact
    starts_on: date
    ends_on: date | None


class Localities:
    """Localities of the ZIP codes of a batch, with their factors."""

    def __init__(self, zips: Iterable[ZipRow] = (), factors: Iterable[FactorRow] = ()) -> None:
        self._zips: dict[tuple[str, str], list[ZipRow]] = defaultdict(list)
        for row in zips:
            self._zips[row.table, row.postal_code].append(row)
        self._factors: dict[tuple[str, str], list[FactorRow]] = defaultdict(list)
        for factor in factors:
            self._factors[factor.table, factor.fact.locality].append(factor)

    def of(self, by: str, site: Site, on: date) -> str:
        """The locality of a site on a day, by what terms say; blank where it is not known."""
        if not by:
            return ""
        if by == STATE:
            return site.state
        if by == ZIP3:
            return site.postal_code[:3]
        if by == ZIP5:
            return site.postal_code[:5]
        rows = self._zips.get((by, site.postal_code[:5]), ())
        return next((row.locality for row in rows if _in_force(row, on)), "")

    def factors(self, table: str, locality: str, on: date) -> LocalityFact:
        """Indices and factor together, as far as they are known on the day."""
        found = LocalityFact(locality=locality)
        for row in self._factors.get((table, locality), ()):
            if _in_force(row, on):
                known = {name: value for name, value in msgspec.structs.asdict(row.fact).items() if value is not None}
                found = msgspec.structs.replace(found, **known)
        return found


def _in_force(row: ZipRow | FactorRow, on: date) -> bool:
    return row.starts_on <= on and (row.ends_on is None or on < row.ends_on)
