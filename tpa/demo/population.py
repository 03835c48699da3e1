"""Invented families in any number for load tests and benches: enrolled in seconds, with providers who take part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from claims.simulation.population import Population, invent_population
from employers.eligibility.apply_records import apply_records
from employers.facts import CoverageRecord, MemberRecord
from plans.networks.add_participations import ParticipationTerms, add_participations
from plans.networks.add_providers import ProviderRecord, add_providers
from tpa.foundation.audit import Actor

_BATCH = 5000


def generate_population(
    *,
    employer_id: int,
    group: str,
    plan: str,
    families: int,
    starts_on: date,
    by: Actor,
    seed: int = 1,
    networks: tuple[tuple[int, int], ...] = (),
) -> Population:
    """Enrol so many invented families of the group in a plan the employer offers, from a day on, and return them with
    the providers who bill for them; those take part in the networks, given as (network id, schedule id).

    The same people for the same seed. About 4,000 members a second, by the verbs of the house and in batches.
    """
    population = invent_population(seed=seed, families=families, groups=(group,))
    records = _records(population, plan, starts_on)
    while batch := list(islice(records, _BATCH)):
        applied = apply_records(employer_id=employer_id, records=batch, by=by, because=f"population {seed}")
        assert not applied.refused_count, applied.problems[:3]
    roster = [
        ProviderRecord(npi=one.npi, tin=one.tin, name=one.name, entity=one.entity, taxonomy_code=one.taxonomy_code)
        for one in population.providers
    ]
    ids = add_providers(records=roster, by=by)
    terms = [
        ParticipationTerms(provider_id, *network, starts_on) for network in networks for provider_id in ids.values()
    ]
    add_participations(terms=terms, by=by)
    return population


def _records(population: Population, plan: str, starts_on: date) -> Iterator[MemberRecord]:
    coverage = (CoverageRecord(plan_codes=(plan,), starts_on=starts_on),)
    for family in population.families:
        for member in family.members:
            yield MemberRecord(
                subscriber_number=family.subscriber_number,
                relationship=member.relationship,
                last_name=member.last_name,
                first_name=member.first_name,
                birth_on=member.birth_on,
                sex=member.sex,
                address_line=family.address_line,
                city=family.city,
                state=family.state,
                postal_code=family.postal_code,
                coverages=coverage,
            )
