"""The terms that come with Steward for published schedules: data by year, with the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

_DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class PublishedTerms:
    """What a published schedule says for some days, as `read_contract` takes it."""

    schedule: str
    name: str
    starts_on: date
    ends_on: date | None
    document: dict[str, Any]


def shipped_terms() -> list[PublishedTerms]:
    """All of them: of each file its terms, each year with its conversion factor; a year ends where the next begins."""
    found = []
    for file in sorted(_DATA.glob("*.yaml")):
        published = yaml.safe_load(file.read_text())
        years, terms = published["years"], published["terms"]
        ends = [year["starts_on"] for year in years[1:]] + [years[-1].get("ends_on")]
        for year, ends_on in zip(years, ends, strict=True):
            relative = terms["relative_values"] | {"conversion_amount": str(year["conversion_amount"])}
            document = terms | {"relative_values": relative, "locality_by": published["locality_by"]}
            found.append(PublishedTerms(published["schedule"], published["name"], year["starts_on"], ends_on, document))
    return found
