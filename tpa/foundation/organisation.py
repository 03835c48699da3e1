"""Who we are, for what we send: name, address, tax number, payer number."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from tpa.foundation.values.addresses import place_of


@dataclass(frozen=True, slots=True)
class Organisation:
    """The administrator. `phone` is ten digits, `postal_code` five or nine."""

    name: str
    tin: str
    payer_number: str
    address_line: str
    city: str
    state: str
    postal_code: str
    phone: str
    email: str
    web: str

    @property
    def place(self) -> str:
        """City, state and ZIP as people write them."""
        return place_of(self)

    @property
    def telephone(self) -> str:
        """The telephone number as people write it."""
        return f"({self.phone[:3]}) {self.phone[3:6]}-{self.phone[6:]}" if len(self.phone) == 10 else self.phone


def organisation() -> Organisation:
    """This installation's administrator."""
    return Organisation(**settings.ORGANISATION)
