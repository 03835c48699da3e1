"""Reads the members and providers of the database as a population to make claims for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.utils.translation import gettext as _

from claims.simulation.population import (
    DENTAL,
    INSTITUTIONAL,
    PROFESSIONAL,
    Population,
    PopulationFamily,
    PopulationMember,
    PopulationProvider,
    invent_population,
)
from employers.eligibility.selectors import coverage_facts, members_of
from plans.networks.known_providers import KnownProvider, known_providers
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor
from tpa.foundation.errors import NotFound
from tpa.foundation.organisation import organisation
from tpa.foundation.values.identifiers import is_npi, is_tin

_SELF = "18"
# Taxonomy codes (NUCC) begin with what they are: 122 dentistry; 26, 27, 28, 31 facilities.
_DENTISTS = ("122",)
_FACILITIES = ("26", "27", "28", "31")
# A subscriber of unknown age is taken to be grown up.
_UNKNOWN_BIRTH = date(1980, 1, 1)


def load_population(*, employer_codes: Collection[str] = (), on: date) -> Population:
    """The families of these employers (of all, when none is named) who were ever covered, and all known providers.

    Kinds of providers that the database lacks are invented, and the persons who render care too. Raises NotFound
    when there are no families.
    """
    families = tuple(_families(employer_codes))
    if not families:
        raise NotFound("simulation.no_members", _("There are no covered members to make claims for."))
    # Who is known only from a claim, with a number that is none, can not bill.
    known = [one for one in known_providers() if is_npi(one.npi)]
    billing = [_provider(one) for one in known if one.tin and is_tin(one.tin)]
    physicians = [_provider(one) for one in known if one.entity == "1"]
    invented = invent_population(seed=1, families=0, on=on)
    kinds = {one.kind for one in billing}
    we = organisation()
    return Population(
        families=families,
        providers=(*billing, *[one for one in invented.providers if one.kind not in kinds]),
        physicians=tuple(physicians) if len(physicians) > 3 else invented.physicians,
        payer_name=we.name.upper(),
        payer_number=we.payer_number,
    )


def _families(employer_codes: Collection[str]) -> Iterator[PopulationFamily]:
    scope = Scope(actor=Actor.system("simulation"), sees_all_employers=True)
    members = members_of(scope).order_by("family_id", "person_number", "pk")
    if employer_codes:
        members = members.filter(employer__code__in=employer_codes)
    rows = list(members)
    coverages = coverage_facts([member.pk for member in rows])
    for _family, group in groupby(rows, key=attrgetter("family_id")):
        family = list(group)
        subscriber = family[0]
        covered = coverages.get(subscriber.pk)
        if subscriber.relationship != _SELF or not covered:
            continue
        # The coverage that lasts longest.
        cover = max(covered, key=lambda one: (one.ends_on or date.max, one.starts_on))
        yield PopulationFamily(
            subscriber_number=subscriber.family.subscriber_number,
            group_number=subscriber.employer.code,
            members=tuple(
                [
                    PopulationMember(
                        relationship=member.relationship,
                        last_name=member.last_name,
                        first_name=member.first_name,
                        middle_name=member.middle_name,
                        birth_on=member.birth_on or _UNKNOWN_BIRTH,
                        sex=member.sex,
                    )
                    for member in family
                ]
            ),
            address_line=subscriber.address_line,
            city=subscriber.city,
            state=subscriber.state,
            postal_code=subscriber.postal_code,
            covered_from=cover.starts_on,
            covered_to=cover.ends_on,
        )


def _provider(one: KnownProvider) -> PopulationProvider:
    taxonomy_code = one.taxonomy_code
    kind = PROFESSIONAL
    if taxonomy_code.startswith(_DENTISTS):
        kind = DENTAL
    elif taxonomy_code.startswith(_FACILITIES) and one.entity == "2":
        kind = INSTITUTIONAL
    return PopulationProvider(
        npi=one.npi,
        tin=one.tin,
        name=one.name,
        first_name=one.first_name,
        entity=one.entity,
        kind=kind,
        taxonomy_code=taxonomy_code,
        address_line=one.address_line,
        city=one.city,
        state=one.state,
        postal_code=one.postal_code,
    )
