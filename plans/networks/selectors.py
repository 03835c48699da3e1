"""Reads who takes part in which network and what is paid: facts for whole batches, a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import QuerySet

from plans.facts import LocalityFact, ParticipationFact, RateFact, ValuesFact
from plans.models import FeeSchedule, Network, NetworkParticipation, Provider
from plans.networks.localities import STATE, ZIP3, ZIP5, FactorRow, Localities, Site, ZipRow
from plans.networks.qualifying_amounts import QualifyingBook, QualifyingRow, read_anaesthesia
from plans.networks.rates import BookedRate, BookedTerms, RateBook
from plans.networks.read_contract import read_contract

_decode_values = msgspec.json.Decoder(ValuesFact).decode
_RATES = """
SELECT held.id, held.schedule_id, schedule.code, held.method, held.code_kind, held.code, held.modifier,
       held.place_of_service, held.locality, held.amount, held.percent, held.reference_schedule_id, reference.code,
       held.values::text, lower(held.period), upper(held.period)
  FROM plans_feerate held
  JOIN plans_feeschedule schedule ON schedule.id = held.schedule_id
  LEFT JOIN plans_feeschedule reference ON reference.id = held.reference_schedule_id
 WHERE held.schedule_id = ANY(%(schedules)s || ARRAY(SELECT id FROM plans_feeschedule WHERE code = ANY(%(named)s)))
   AND held.code = ANY(%(codes)s)
   AND held.period && daterange(%(from)s, %(to)s, '[]') AND {known}
 ORDER BY held.id
"""
_TERMS = """
SELECT held.id, held.schedule_id, schedule.code, held.indicators_schedule_id, held.document::text,
       lower(held.period), upper(held.period)
  FROM plans_scheduleterms held JOIN plans_feeschedule schedule ON schedule.id = held.schedule_id
 WHERE held.schedule_id = ANY(%(schedules)s) AND held.period && daterange(%(from)s, %(to)s, '[]') AND {known}
 ORDER BY held.id
"""
# The localities of the batch's ZIP codes with their factors; one without a factor comes along alone.
_LOCALITIES = """
SELECT held.table, held.postal_code, held.locality, lower(held.period), upper(held.period),
       factor.work, factor.practice, factor.malpractice, factor.anaesthesia_amount,
       lower(factor.period), upper(factor.period)
  FROM plans_localityzip held
  LEFT JOIN plans_localityfactor factor ON factor.table = held.table AND factor.locality = held.locality
        AND factor.period && daterange(%(from)s, %(to)s, '[]') AND {known_factor}
 WHERE held.table = ANY(%(tables)s) AND held.postal_code = ANY(%(zips)s)
   AND held.period && daterange(%(from)s, %(to)s, '[]') AND {known}
 ORDER BY held.id, factor.id
"""
_QUALIFYING = """
SELECT held.market, held.code, held.modifier, held.region,
       CASE WHEN held.anaesthesia IS NULL THEN held.amount ELSE held.median_amount * held.factor END,
       lower(held.period), upper(held.period), held.anaesthesia
  FROM plans_qualifyingamount held
 WHERE held.code = ANY(%(codes)s) AND held.period && daterange(%(from)s, %(to)s, '[]') AND {known}
 ORDER BY held.id
"""
_PROVIDERS = """
SELECT provider.id, provider.npi, provider.excluded_on,
       network.code, held.schedule_id, lower(held.period), upper(held.period)
  FROM plans_provider provider
  LEFT JOIN plans_networkparticipation held
         ON held.provider_id = provider.id AND held.period && daterange(%(from)s, %(to)s, '[]') AND {known}
  LEFT JOIN plans_network network ON network.id = held.network_id
 WHERE provider.id = ANY(%(providers)s) OR provider.npi = ANY(%(npis)s)
 ORDER BY provider.id, held.id
"""
_NOW = "held.superseded_at IS NULL"
_THEN = "held.recorded_at <= %(known_at)s AND (held.superseded_at IS NULL OR held.superseded_at > %(known_at)s)"


class NamedProviders(NamedTuple):
    """Providers as a batch names them: who takes part in what, by id; ids by NPI; since when excluded, by id."""

    participations: dict[int, list[ParticipationFact]]
    ids: dict[str, int]
    excluded: dict[int, date]


def providers_named(
    provider_ids: Collection[int],
    npis: Collection[str],
    on_from: date,
    on_to: date,
    known_at: datetime | None = None,
) -> NamedProviders:
    """The providers of these ids and NPIs: what each takes part in between two days (both counted), and who stands on
    a federal exclusion list; one query. With `known_at`: the participations as they were recorded then."""
    wanted: dict[str, Any] = {"providers": list(provider_ids), "npis": list(npis)}
    wanted |= {"from": on_from, "to": on_to, "known_at": known_at}
    found = NamedProviders({}, {}, {})
    with connection.cursor() as cursor:
        cursor.execute(_PROVIDERS.format(known=_NOW if known_at is None else _THEN), wanted)
        for provider_id, npi, excluded_on, network, schedule_id, starts_on, ends_on in cursor.fetchall():
            if npi in npis:
                found.ids[npi] = provider_id
            if excluded_on is not None:
                found.excluded[provider_id] = excluded_on
            if network is not None:
                taken_part = ParticipationFact(
                    provider_id=provider_id,
                    network=network,
                    schedule_id=schedule_id,
                    starts_on=starts_on,
                    ends_on=ends_on,
                )
                found.participations.setdefault(provider_id, []).append(taken_part)
    return found


def participation_facts(
    provider_ids: Collection[int], on_from: date, on_to: date, known_at: datetime | None = None
) -> dict[int, list[ParticipationFact]]:
    """Who of the providers takes part in what between two days (both counted), by provider; one query.

    With `known_at`: as it was recorded then.
    """
    return providers_named(provider_ids, (), on_from, on_to, known_at).participations


def rates_for(
    schedule_ids: Collection[int],
    codes: Collection[str],
    on_from: date,
    on_to: date,
    known_at: datetime | None = None,
    sites: Collection[Site] = (),
    named: Collection[str] = (),
) -> RateBook:
    """The rates of the schedules (by id, and those `named` by code) for these procedure, revenue and DRG codes (and for
    any code), with those of the schedules they refer to and the terms of all, between two days (both counted); two
    queries, one more where a rate refers to another schedule, one more where terms go by a table of localities.

    With `known_at`: as it was recorded then.
    """
    wanted: dict[str, Any] = {
        "schedules": sorted(set(schedule_ids)),
        "named": sorted(named),
        "codes": ["", *sorted({code for code in codes if code})],
        "from": on_from,
        "to": on_to,
        "known_at": known_at,
    }
    rates = list(_read_rates(wanted))
    read = {*schedule_ids, *(rate.schedule_id for rate in rates)}
    referred = {rate.reference_schedule_id for rate in rates if rate.reference_schedule_id is not None}
    terms = list(_read_terms(wanted | {"schedules": sorted(referred | read)}))
    referred |= {one.indicators_schedule_id for one in terms if one.indicators_schedule_id is not None}
    references = referred - read
    if references:
        rates += _read_rates(wanted | {"schedules": sorted(references), "named": []})
    return RateBook(rates, terms, _read_localities(wanted, terms, sites))


def qualifying_amounts(
    codes: Collection[str], on_from: date, on_to: date, known_at: datetime | None = None
) -> QualifyingBook:
    """The qualifying payment amounts of services between two days (both counted); one query."""
    wanted: dict[str, Any] = {"codes": sorted(codes), "from": on_from, "to": on_to, "known_at": known_at}
    with connection.cursor() as cursor:
        cursor.execute(_QUALIFYING.format(known=_NOW if known_at is None else _THEN), wanted)
        rows = (QualifyingRow(*row)._replace(anaesthesia=read_anaesthesia(row[-1])) for row in cursor.fetchall())
        return QualifyingBook(rows)


def network_codes() -> list[str]:
    """All networks."""
    return list(Network.objects.order_by("code").values_list("code", flat=True))


def schedule_codes() -> list[str]:
    """All fee schedules."""
    return list(FeeSchedule.objects.order_by("code").values_list("code", flat=True))


def networks_by_code(codes: Collection[str]) -> dict[str, int]:
    """The ids of networks by the codes that plans name; one query."""
    return dict(Network.objects.filter(code__in=codes).values_list("code", "pk"))


def schedules_by_code(codes: Collection[str]) -> dict[str, int]:
    """The ids of fee schedules by their codes; one query."""
    return dict(FeeSchedule.objects.filter(code__in=codes).values_list("code", "pk"))


def provider_names(provider_ids: Collection[int]) -> dict[int, str]:
    """What to call providers on screens and documents; one query."""
    return {provider.pk: str(provider) for provider in Provider.objects.filter(pk__in=provider_ids)}


def participations_of(provider_id: int) -> QuerySet[NetworkParticipation]:
    """A provider's participations as we believe them now, latest first."""
    rows = NetworkParticipation.objects.filter(provider=provider_id, superseded_at__isnull=True)
    return rows.select_related("network", "schedule").order_by("-period")


def _read_rates(wanted: dict[str, Any]) -> Iterator[BookedRate]:
    with connection.cursor() as cursor:
        cursor.execute(_RATES.format(known=_NOW if wanted["known_at"] is None else _THEN), wanted)
        for row in cursor.fetchall():
            yield BookedRate(
                row[1],
                row[11],
                RateFact(
                    rate_id=row[0],
                    schedule=row[2],
                    method=row[3],
                    code_kind=row[4],
                    code=row[5],
                    modifier=row[6],
                    place_of_service=row[7],
                    locality=row[8],
                    amount=row[9],
                    percent=row[10],
                    reference_schedule=row[12] or "",
                    values=None if row[13] is None else _decode_values(row[13]),
                    starts_on=row[14],
                    ends_on=row[15],
                ),
            )


def _read_terms(wanted: dict[str, Any]) -> Iterator[BookedTerms]:
    with connection.cursor() as cursor:
        cursor.execute(_TERMS.format(known=_NOW if wanted["known_at"] is None else _THEN), wanted)
        for contract_id, schedule_id, code, indicators_id, document, starts_on, ends_on in cursor.fetchall():
            fact = read_contract(
                msgspec.json.decode(document),
                schedule=code,
                starts_on=starts_on,
                ends_on=ends_on,
                contract_id=contract_id,
            )
            yield BookedTerms(schedule_id, indicators_id, fact)


def _read_localities(wanted: dict[str, Any], terms: Sequence[BookedTerms], sites: Collection[Site]) -> Localities:
    tables = {one.fact.locality_by for one in terms} - {"", STATE, ZIP3, ZIP5}
    if not tables or not sites:
        return Localities()
    zips: dict[ZipRow, None] = {}
    factors: dict[FactorRow, None] = {}
    known = _NOW if wanted["known_at"] is None else _THEN
    with connection.cursor() as cursor:
        cursor.execute(
            _LOCALITIES.format(known=known, known_factor=known.replace("held.", "factor.")),
            wanted | {"tables": sorted(tables), "zips": sorted({site.postal_code[:5] for site in sites})},
        )
        for table, code, locality, starts_on, ends_on, *figures, factor_from, factor_to in cursor.fetchall():
            zips[ZipRow(table, code, locality, starts_on, ends_on)] = None
            if factor_from is not None:
                names = ("work", "practice", "malpractice", "anaesthesia_amount")
                fact = LocalityFact(locality=locality, **dict(zip(names, figures, strict=True)))
                factors[FactorRow(table, fact, factor_from, factor_to)] = None
    return Localities(zips, factors)
