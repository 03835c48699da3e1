"""Finding providers and payees for a batch, adding those who are new."""

from __future__ import annotations

import pytest

from plans.models import Payee, Provider
from plans.networks.match_providers import ProviderQuery, match_providers
from tests.factories.plans import an_npi, make_provider

pytestmark = pytest.mark.django_db


def query(npi: str, tin: str = "310000001", **fields) -> ProviderQuery:
    return ProviderQuery(npi=npi, tin=tin, name="Harbor Clinic", city="Dayton", state="OH", **fields)


def test_the_known_are_found_with_two_queries(django_assert_num_queries):
    providers = [make_provider() for _ in range(30)]
    queries = [query(provider.npi, provider.payee.tin) for provider in providers * 2]
    with django_assert_num_queries(2):
        found = match_providers(queries)
    assert [(match.provider_id, match.payee_id) for match in found if match] == [
        (provider.pk, provider.payee_id) for provider in providers * 2
    ]


def test_who_is_new_is_added_once_with_a_payee(django_assert_num_queries):
    npis = [an_npi() for _ in range(30)]
    queries = [query(npi) for npi in npis for _ in range(2)]
    with django_assert_num_queries(6):  # two times: look, add, look again
        found = match_providers(queries)
    assert all(found)
    assert (Provider.objects.count(), Payee.objects.count()) == (30, 30)
    assert match_providers(queries) == found


def test_a_known_provider_may_bill_under_a_new_tin():
    provider = make_provider()
    [match] = match_providers([query(provider.npi, "319999999")])
    assert match is not None
    assert match.provider_id == provider.pk
    assert match.payee_id != provider.payee_id
    assert Payee.objects.get(pk=match.payee_id).tin == "319999999"


@pytest.mark.parametrize(("said", "kept"), [("31-9999999", "319999999"), ("", ""), ("12", ""), ("000000000", "")])
def test_of_a_tax_number_only_its_digits_count_and_what_can_be_none_is_let_go(said, kept):
    provider = make_provider()
    found = match_providers([query(provider.npi, said), query(provider.npi, said)])
    assert found[0] == found[1]
    assert found[0] is not None
    assert Payee.objects.get(pk=found[0].payee_id).tin == kept


@pytest.mark.parametrize("npi", ["", "1234567890", "12345", "abcdefghij"])
def test_a_number_that_is_nobodys_finds_nobody(npi):
    known = make_provider()
    assert match_providers([query(npi), query(known.npi, known.payee.tin)])[0] is None
    assert Provider.objects.count() == 1


def test_a_number_that_is_wrong_but_ours_is_found():
    provider = make_provider(npi="1234567890")
    [match] = match_providers([query("1234567890", provider.payee.tin)])
    assert match is not None
    assert match.provider_id == provider.pk


def test_a_person_keeps_the_first_name_an_organisation_has_none():
    person, organisation = an_npi(), an_npi()
    match_providers([query(person, entity="1", first_name="Ana"), query(organisation, first_name="ignored")])
    assert Provider.objects.get(npi=person).first_name == "Ana"
    assert Provider.objects.get(npi=organisation).first_name == ""
    assert Payee.objects.get(npi=person).name == "Ana Harbor Clinic"


def test_an_empty_batch_is_nothing():
    assert match_providers([]) == []
