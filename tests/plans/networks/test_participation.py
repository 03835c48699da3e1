"""Joining and leaving networks: superseded, never edited; read in one query, also as it was known."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import timezone

from plans.models import NetworkParticipation
from plans.networks.add_participation import add_participation
from plans.networks.add_participations import ParticipationTerms, add_participations
from plans.networks.end_participation import end_participation
from plans.networks.selectors import participation_facts, providers_named
from tests.factories.plans import make_network, make_participation, make_provider, make_schedule
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
WHOLE = date(2020, 1, 1), date(2030, 1, 1)


@pytest.fixture
def world():
    return make_provider(), make_network("lakes"), make_schedule("a"), make_schedule("b")


def add(world, schedule, starts_on, ends_on=None):
    provider, network, *_ = world
    terms = ParticipationTerms(provider.pk, network.pk, schedule.pk, starts_on, ends_on)
    return add_participation(terms=terms, by=BY)


def spans(provider, known_at=None):
    facts = participation_facts([provider.pk], *WHOLE, known_at=known_at).get(provider.pk, [])
    return sorted((fact.schedule_id, fact.starts_on, fact.ends_on) for fact in facts)


def test_a_provider_joins_and_leaves(world):
    provider, _network, first, _second = world
    participation_id = add(world, first, date(2026, 1, 1))
    joined = timezone.now()
    assert spans(provider) == [(first.pk, date(2026, 1, 1), None)]
    end_participation(participation_id=participation_id, ends_on=date(2026, 7, 1), because="resigned", by=BY)
    assert spans(provider) == [(first.pk, date(2026, 1, 1), date(2026, 7, 1))]
    assert spans(provider, known_at=joined) == [(first.pk, date(2026, 1, 1), None)]
    assert participation_facts([provider.pk], date(2026, 7, 1), date(2026, 7, 31)) == {}
    assert participation_facts([provider.pk], date(2026, 6, 30), date(2026, 7, 31))


def test_who_leaves_before_the_first_day_never_took_part(world):
    participation_id = add(world, world[2], date(2026, 1, 1))
    assert end_participation(participation_id=participation_id, ends_on=date(2026, 1, 1), because="x", by=BY) is None
    assert spans(world[0]) == []


def test_leaving_twice_or_after_the_end_is_refused(world):
    participation_id = add(world, world[2], date(2026, 1, 1), date(2026, 7, 1))
    with pytest.raises(Conflict):
        end_participation(participation_id=participation_id, ends_on=date(2026, 8, 1), because="x", by=BY)
    end_participation(participation_id=participation_id, ends_on=date(2026, 2, 1), because="x", by=BY)
    with pytest.raises(Conflict):
        end_participation(participation_id=participation_id, ends_on=date(2026, 3, 1), because="x", by=BY)
    with pytest.raises(NotFound):
        end_participation(participation_id=0, ends_on=date(2026, 3, 1), because="x", by=BY)


def test_another_schedule_takes_over_its_days(world):
    provider, _network, first, second = world
    add(world, first, date(2026, 1, 1))
    add(world, second, date(2026, 4, 1), date(2026, 7, 1))
    assert spans(provider) == [
        (first.pk, date(2026, 1, 1), date(2026, 4, 1)),
        (first.pk, date(2026, 7, 1), None),
        (second.pk, date(2026, 4, 1), date(2026, 7, 1)),
    ]


def test_what_can_not_be_is_refused(world):
    with pytest.raises(Invalid):
        add(world, world[2], date(2026, 4, 1), date(2026, 4, 1))
    for provider_id, network_id, schedule_id in ((world[0].pk, 0, world[2].pk), (0, world[1].pk, world[2].pk)):
        with pytest.raises(NotFound):
            terms = ParticipationTerms(provider_id, network_id, schedule_id, date(2026, 1, 1))
            add_participation(terms=terms, by=BY)


def test_a_whole_roster_takes_the_same_number_of_queries_however_long(world, django_assert_num_queries):
    _provider, network, first, second = world
    for size in (2, 40):
        providers = [make_provider() for _ in range(size)]
        terms = [ParticipationTerms(one.pk, network.pk, first.pk, date(2026, 1, 1)) for one in providers]
        add_participations(terms=terms, by=BY)
        changed = [ParticipationTerms(one.pk, network.pk, second.pk, date(2026, 7, 1)) for one in providers]
        with django_assert_num_queries(10):
            add_participations(terms=changed, by=BY)
    assert spans(providers[-1]) == [
        (first.pk, date(2026, 1, 1), date(2026, 7, 1)),
        (second.pk, date(2026, 7, 1), None),
    ]


def test_two_stretches_of_one_roster_take_over_their_days_and_may_not_overlap(world):
    provider, network, first, second = world
    add(world, first, date(2026, 1, 1))
    parts = [(date(2026, 3, 1), date(2026, 4, 1)), (date(2026, 6, 1), date(2026, 7, 1))]
    terms = [ParticipationTerms(provider.pk, network.pk, second.pk, *part) for part in parts]
    add_participations(terms=terms, by=BY)
    assert [span[1:] for span in spans(provider) if span[0] == first.pk] == [
        (date(2026, 1, 1), date(2026, 3, 1)),
        (date(2026, 4, 1), date(2026, 6, 1)),
        (date(2026, 7, 1), None),
    ]
    with pytest.raises(Invalid):
        add_participations(terms=[*terms, terms[0]], by=BY)


def test_a_participation_is_not_edited_or_deleted(world):
    add(world, world[2], date(2026, 1, 1))
    with pytest.raises(IntegrityError, match="never edited"):
        NetworkParticipation.objects.update(schedule=world[3])


def test_a_batch_takes_one_query(world, django_assert_num_queries):
    _provider, network, schedule, _other = world
    providers = [make_provider() for _ in range(20)]
    for provider in providers:
        make_participation(provider, network, schedule)
    with django_assert_num_queries(1):
        facts = participation_facts([provider.pk for provider in providers], *WHOLE)
    assert facts.keys() == {provider.pk for provider in providers}
    assert facts[providers[0].pk][0].network == "lakes"


def test_who_is_excluded_is_told_with_the_day(django_assert_num_queries):
    excluded, _other = make_provider(excluded_on=date(2025, 5, 5)), make_provider()
    with django_assert_num_queries(1):
        assert providers_named([excluded.pk, _other.pk], [], *WHOLE).excluded == {excluded.pk: date(2025, 5, 5)}
