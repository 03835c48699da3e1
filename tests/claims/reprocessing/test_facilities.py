"""A facility that turns out to have been in the network touches who billed for care there without being in it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from claims.facts import SubmittedProvider
from claims.reprocessing.changed_claims import changed_claims
from claims.reprocessing.decide_anew import decide_anew
from tests.factories.engine import Quarry, make_quarry
from tests.factories.plans import make_participation, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def quarry() -> Quarry:
    return make_quarry(deductible=0)


def test_a_facility_that_joined_touches_who_billed_for_care_there(quarry: Quarry) -> None:
    (member,) = quarry.family()
    surgeon, hospital, elsewhere = make_provider(), make_provider(), make_provider()

    def at(facility_npi: str, **more: object) -> object:
        facility = SubmittedProvider(name="HOSPITAL", npi=facility_npi)
        return quarry.send(member, "1000.00", provider=surgeon, facility=facility, **more)

    there = at(hospital.npi)
    at(elsewhere.npi, on=date(2026, 4, 2))
    at(hospital.npi, on=date(2025, 3, 2))
    quarry.send(member, "100.00", on=date(2026, 5, 2))
    since = timezone.now()
    make_participation(
        hospital, quarry.network, quarry.schedule, starts_on=date(2026, 1, 1), recorded_at=timezone.now()
    )
    assert changed_claims(employer_id=quarry.employer.pk, since=since) == {there.family_id: [there.pk]}
    (anew,) = decide_anew(family_ids=[there.family_id], changed={there.pk}, decided_on=timezone.localdate()).claims
    assert anew.standing.claim.id == there.pk
    assert anew.now.facts.prices[0].facility_network == quarry.network.code
