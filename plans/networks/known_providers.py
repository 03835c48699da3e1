"""Reads the providers we know, with the address of who is paid for them: for lists and for made claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plans.models import Provider


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A provider and, where it has a payee, under which TIN and address it bills."""

    provider_id: int
    npi: str
    entity: str
    name: str
    first_name: str
    taxonomy_code: str
    tin: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


def known_providers() -> Iterator[KnownProvider]:
    """All of them, in the order of their numbers; one query."""
    for provider in Provider.objects.select_related("payee").order_by("npi").iterator():
        payee = provider.payee
        yield KnownProvider(
            provider.pk,
            provider.npi,
            provider.entity,
            provider.name,
            provider.first_name,
            provider.taxonomy_code,
            *((payee.tin, payee.address_line, payee.city, payee.state, payee.postal_code) if payee else ()),
        )
