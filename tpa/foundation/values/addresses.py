"""Postal addresses as they stand on paper."""

from __future__ import annotations

from typing import Protocol


class Addressed(Protocol):
    """Whoever has a postal address; parts that are not known are blank."""

    @property
    def address_line(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def postal_code(self) -> str: ...


def place_of(at: Addressed) -> str:
    """City, state and code: `Dayton, OH 45402-0001`; what is not known is left out."""
    code = at.postal_code
    code = f"{code[:5]}-{code[5:]}" if len(code) == 9 and code.isdigit() else code
    town = ", ".join(part for part in (at.city, at.state if at.city else "") if part)
    return " ".join(part for part in (town, code) if part)


def address_lines(name: str, at: Addressed) -> list[str]:
    """The name and the address below it, without blank lines."""
    return [line for line in (name, at.address_line, place_of(at)) if line]
