"""The demonstration world's networks: rosters of invented providers, and what they are paid."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from claims.simulation.population import Population, PopulationProvider
from claims.simulation.recipes import BY_KIND, Item
from plans.networks.add_fee_schedule import add_fee_schedule
from plans.networks.add_network import add_network
from plans.networks.add_participations import ParticipationTerms, add_participations
from plans.networks.add_providers import ProviderRecord, add_providers
from plans.networks.load_fee_schedule import COLUMNS, load_fee_schedule
from tpa.demo.cast import ROUTING_NUMBER
from tpa.foundation.audit import Actor
from tpa.foundation.values.money import percent_of

EVERGREEN, SUMMIT = "evergreen", "summit"
# Since when providers take part and any service has a price: the published example files reach back so far.
LONG_AGO = date(1990, 1, 1)
_YEAR = date(2026, 1, 1)
_NAMES = {EVERGREEN: "Evergreen Health Network", SUMMIT: "Summit Alliance"}
# Each network's contract: per cent of the usual charge for what has a fee of its own, and for anything else.
_CONTRACTS = {EVERGREEN: (Decimal(68), Decimal(65)), SUMMIT: (Decimal(62), Decimal(70))}
_MEDICARE, _CHARGES = Decimal(45), Decimal(92)
_DRG_AMOUNTS = {"193": 9800, "470": 21500, "807": 6900}
_DAY_AMOUNTS = {"0120": 1450, "0122": 1390}


def build_networks(by: Actor) -> dict[str, tuple[int, int]]:
    """Networks and schedules, priced; returns (network id, schedule id) by the network's code."""
    for code, name, reference in (
        ("medicare", "Medicare, as our reference", True),
        ("charges-80", "Charges, 80th percentile", True),
    ):
        add_fee_schedule(code=code, name=name, is_reference=reference, by=by)
        share = _MEDICARE if code == "medicare" else _CHARGES
        _load(code, _reference_rows(share), by)
    found = {}
    for code, name in _NAMES.items():
        network_id = add_network(code=code, name=name, by=by)
        schedule_id = add_fee_schedule(code=f"{code}-2026", name=f"{name}, 2026", by=by)
        _load(f"{code}-2026", _contract_rows(code), by)
        found[code] = network_id, schedule_id
    return found


def build_rosters(population: Population, networks: dict[str, tuple[int, int]], by: Actor) -> None:
    """The invented providers: most in one network, some in both, a few in none; one joins and one leaves in 2026."""
    providers = [*population.providers, *population.physicians]
    ids = add_providers(records=[_record(one, place) for place, one in enumerate(providers)], by=by)
    terms: list[ParticipationTerms] = []
    for place, one in enumerate(providers):
        for code in _networks_of(place, one):
            network_id, schedule_id = networks[code]
            starts_on, ends_on = _YEAR, None
            if place == 3:
                starts_on = date(2026, 4, 1)
            elif place == 8:
                ends_on = date(2026, 9, 1)
            terms.append(ParticipationTerms(ids[one.npi], network_id, schedule_id, starts_on, ends_on))
    add_participations(terms=terms, by=by)


def take_part(npis: Iterable[str], ids: dict[str, int], network: tuple[int, int], by: Actor) -> None:
    """Let providers take part in a network since long ago."""
    add_participations(terms=[ParticipationTerms(ids[npi], *network, LONG_AGO) for npi in npis], by=by)


def _networks_of(place: int, one: PopulationProvider) -> tuple[str, ...]:
    if one.kind == "D":
        return (SUMMIT,)
    if place % 9 == 5:
        return ()
    return ((EVERGREEN,), (SUMMIT,), (EVERGREEN, SUMMIT))[place % 3]


def _record(one: PopulationProvider, place: int) -> ProviderRecord:
    takes_ach = place % 3 != 1
    return ProviderRecord(
        npi=one.npi,
        tin=one.tin,
        name=one.name.title(),
        first_name=one.first_name.title(),
        entity=one.entity,
        taxonomy_code=one.taxonomy_code,
        address_line=one.address_line.title(),
        city=one.city.title(),
        state=one.state,
        postal_code=one.postal_code,
        bank_routing_number=ROUTING_NUMBER if takes_ach else "",
        bank_account_number=f"55{place:08}" if takes_ach else "",
    )


def _items() -> dict[str, Item]:
    """What claims are made up of, by procedure code."""
    recipes = [recipe for kind in BY_KIND.values() for recipe in kind]
    return {item.code: item for recipe in recipes for item in recipe.items if item.code}


def _reference_rows(share: Decimal) -> Iterator[dict[str, object]]:
    for code, item in sorted(_items().items()):
        yield {"code": code, "method": "fee", "amount": _part(item, share), "starts_on": _YEAR}
    for code, amount in _DRG_AMOUNTS.items():
        yield {"code_kind": "drg", "code": code, "method": "case_rate", "amount": amount, "starts_on": _YEAR}


def _contract_rows(network: str) -> Iterator[dict[str, object]]:
    fees, rest = _CONTRACTS[network]
    for code, item in sorted(_items().items()):
        yield {"code": code, "method": "fee", "amount": _part(item, fees), "starts_on": _YEAR}
        if item.dollars >= 400:
            yield {
                "code": code,
                "place_of_service": "22",
                "method": "fee",
                "amount": _part(item, fees - 20),
                "starts_on": _YEAR,
            }
    for code, amount in _DRG_AMOUNTS.items():
        row = {"code_kind": "drg", "code": code, "method": "case_rate", "starts_on": _YEAR}
        yield row | {"amount": round(amount * float(fees) / 60)}
    for code, amount in _DAY_AMOUNTS.items():
        yield {"code_kind": "revenue", "code": code, "method": "per_diem", "amount": amount, "starts_on": _YEAR}
    reference = {"method": "percent_of_reference", "reference_schedule": "medicare", "starts_on": _YEAR}
    yield {"code_kind": "procedure", "percent": 140} | reference
    yield {"code_kind": "any", "method": "percent_of_billed", "percent": rest, "starts_on": LONG_AGO}


def _part(item: Item, share: Decimal) -> Decimal:
    return percent_of(Decimal(item.dollars), share)


def _load(schedule_code: str, rows: Iterator[dict[str, object]], by: Actor) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    done = load_fee_schedule(schedule_code=schedule_code, text=out.getvalue(), by=by)
    assert not done.problems, done.problems[:3]
