"""Reads who takes part in which network and what is paid: facts for whole batches, a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from plans.facts import ParticipationFact, RateFact
from plans.models import FeeSchedule, Network, NetworkParticipation, Provider
from plans.networks.rates import BookedRate, RateBook

_RATES = """
SELECT held.id, held.schedule_id, schedule.code, held.method, held.code_kind, held.code, held.modifier,
       held.place_of_service, held.amount, held.percent, held.reference_schedule_id, reference.code,
       lower(held.period), upper(held.period)
  FROM plans_feerate held
  JOIN plans_feeschedule schedule ON schedule.id = held.schedule_id
  LEFT JOIN plans_feeschedule reference ON reference.id = held.reference_schedule_id
 WHERE held.schedule_id = ANY(%(schedules)s) AND held.code = ANY(%(codes)s)
   AND held.period && daterange(%(from)s, %(to)s, '[]') AND {known}
 ORDER BY held.id
"""
_PARTICIPATIONS = """
SELECT held.provider_id, network.code, held.schedule_id, lower(held.period), upper(held.period)
  FROM plans_networkparticipation held JOIN plans_network network ON network.id = held.network_id
 WHERE held.provider_id = ANY(%(providers)s) AND held.period && daterange(%(from)s, %(to)s, '[]') AND {known}
 ORDER BY held.provider_id, held.id
"""
_NOW = "held.superseded_at IS NULL"
_THEN = "held.recorded_at <= %(known_at)s AND (held.superseded_at IS NULL OR held.superseded_at > %(known_at)s)"


def participation_facts(
    provider_ids: Collection[int], on_from: date, on_to: date, known_at: datetime | None = None
) -> dict[int, list[ParticipationFact]]:
    """Who of the providers takes part in what between two days (both counted), by provider; one query.

    With `known_at`: as it was recorded then.
    """
    wanted: dict[str, Any] = {"providers": list(provider_ids), "from": on_from, "to": on_to, "known_at": known_at}
    known = _NOW if known_at is None else _THEN
    found: dict[int, list[ParticipationFact]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PARTICIPATIONS.format(known=known), wanted)
        for provider_id, network, schedule_id, starts_on, ends_on in cursor.fetchall():
            found[provider_id].append(
                ParticipationFact(
                    provider_id=provider_id,
                    network=network,
                    schedule_id=schedule_id,
                    starts_on=starts_on,
                    ends_on=ends_on,
                )
            )
    return dict(found)


def rates_for(
    schedule_ids: Collection[int],
    codes: Collection[str],
    on_from: date,
    on_to: date,
    known_at: datetime | None = None,
) -> RateBook:
    """The rates of the schedules for these procedure, revenue and DRG codes (and for any code), with the rates of the
    schedules they refer to, between two days (both counted); two queries.

    With `known_at`: as it was recorded then.
    """
    wanted: dict[str, Any] = {
        "schedules": sorted(set(schedule_ids)),
        "codes": ["", *sorted({code for code in codes if code})],
        "from": on_from,
        "to": on_to,
        "known_at": known_at,
    }
    rates = list(_read_rates(wanted))
    referred = {rate.reference_schedule_id for rate in rates if rate.reference_schedule_id is not None}
    references = referred - set(schedule_ids)
    if references:
        rates += _read_rates(wanted | {"schedules": sorted(references)})
    return RateBook(rates)


def networks_by_code(codes: Collection[str]) -> dict[str, int]:
    """The ids of networks by the codes that plans name; one query."""
    return dict(Network.objects.filter(code__in=codes).values_list("code", "pk"))


def schedules_by_code(codes: Collection[str]) -> dict[str, int]:
    """The ids of fee schedules by their codes; one query."""
    return dict(FeeSchedule.objects.filter(code__in=codes).values_list("code", "pk"))


def provider_names(provider_ids: Collection[int]) -> dict[int, str]:
    """What to call providers on screens and documents; one query."""
    return {provider.pk: str(provider) for provider in Provider.objects.filter(pk__in=provider_ids)}


def providers_named(provider_ids: Collection[int], npis: Collection[str]) -> tuple[dict[str, int], dict[int, date]]:
    """The ids of the providers whom we know by these NPIs, and who of all named stands on a federal exclusion list,
    since when; one query."""
    found = Provider.objects.filter(Q(pk__in=list(provider_ids)) | Q(npi__in=list(npis)))
    rows = list(found.values_list("pk", "npi", "excluded_on"))
    return (
        {npi: pk for pk, npi, _excluded_on in rows if npi in npis},
        {pk: excluded_on for pk, _npi, excluded_on in rows if excluded_on is not None},
    )


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
                row[10],
                RateFact(
                    rate_id=row[0],
                    schedule=row[2],
                    method=row[3],
                    code_kind=row[4],
                    code=row[5],
                    modifier=row[6],
                    place_of_service=row[7],
                    amount=row[8],
                    percent=row[9],
                    reference_schedule=row[11] or "",
                    starts_on=row[12],
                    ends_on=row[13],
                ),
            )
