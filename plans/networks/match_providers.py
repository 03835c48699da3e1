"""Finds the provider and the payee that a claim names, for a whole batch at once; who is new is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

import msgspec

from plans.models import Payee, Provider
from tpa.foundation.values.identifiers import digits_of, is_npi, is_tin

_PERSON = "1"


class ProviderQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A billing provider as a claim names it. Of a TIN only its digits count; one that can be none is let go."""

    npi: str
    tin: str = ""
    entity: str = "2"
    name: str = ""
    first_name: str = ""
    taxonomy_code: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


class ProviderMatch(msgspec.Struct, frozen=True):
    """Whom the claim names, and who is paid for it."""

    provider_id: int
    payee_id: int


def match_providers(queries: Sequence[ProviderQuery]) -> list[ProviderMatch | None]:
    """For each query, in order, its provider and payee; None where nobody has the NPI and it can be nobody's.

    Two queries when all are known. A provider met for the first time is added (it takes part in no network, so its
    claims are out of network until somebody says otherwise), as is a payee for each new pair of TIN and NPI.
    """
    tins = [_tin(query) for query in queries]
    by_npi = {query.npi: query for query in reversed(queries) if query.npi}
    providers = _providers(by_npi)
    unknown = [query for npi, query in by_npi.items() if npi not in providers and is_npi(npi)]
    if unknown:
        providers |= _add_providers(unknown)
    by_identity = {
        (tin, query.npi): query
        for tin, query in zip(reversed(tins), reversed(queries), strict=True)
        if query.npi in providers
    }
    payees = _payees(by_identity)
    missing = {identity: query for identity, query in by_identity.items() if identity not in payees}
    if missing:
        payees |= _add_payees(missing)
    return [
        ProviderMatch(providers[query.npi], payees[tin, query.npi]) if query.npi in providers else None
        for tin, query in zip(tins, queries, strict=True)
    ]


def _providers(npis: Sequence[str] | Mapping[str, ProviderQuery]) -> dict[str, int]:
    return dict(Provider.objects.filter(npi__in=list(npis)).values_list("npi", "pk"))


def _payees(identities: Mapping[tuple[str, str], ProviderQuery]) -> dict[tuple[str, str], int]:
    found = Payee.objects.filter(npi__in={npi for _tin, npi in identities}).values_list("tin", "npi", "pk")
    return {(tin, npi): pk for tin, npi, pk in found}


def _add_providers(queries: Sequence[ProviderQuery]) -> dict[str, int]:
    """Adds providers; whoever adds the same one at the same moment, one row results."""
    rows = [
        Provider(
            npi=query.npi,
            entity=query.entity,
            name=query.name[:120],
            first_name=query.first_name[:60] if query.entity == _PERSON else "",
            taxonomy_code=query.taxonomy_code[:10],
        )
        for query in sorted(queries, key=lambda query: query.npi)
    ]
    Provider.objects.bulk_create(rows, ignore_conflicts=True)
    return _providers([row.npi for row in rows])


def _add_payees(queries: Mapping[tuple[str, str], ProviderQuery]) -> dict[tuple[str, str], int]:
    rows = [
        Payee(
            tin=tin,
            npi=npi,
            name=" ".join(filter(None, (query.first_name, query.name)))[:120],
            address_line=query.address_line[:120],
            city=query.city[:60],
            state=query.state[:2],
            postal_code=query.postal_code[:15],
        )
        for (tin, npi), query in sorted(queries.items(), key=itemgetter(0))
    ]
    Payee.objects.bulk_create(rows, ignore_conflicts=True)
    return _payees(queries)


def _tin(query: ProviderQuery) -> str:
    tin = digits_of(query.tin)
    return tin if is_tin(tin) else ""
