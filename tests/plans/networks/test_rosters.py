"""Adding networks, schedules and whole rosters of providers."""

from __future__ import annotations

import pytest

from plans.models import Payee, Provider
from plans.networks.add_fee_schedule import add_fee_schedule
from plans.networks.add_network import add_network
from plans.networks.add_providers import ProviderRecord, add_providers
from tests.factories.plans import an_npi
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")


def test_codes_are_given_once():
    add_network(code="lakes", name="Lakes", by=BY)
    with pytest.raises(Conflict):
        add_network(code="lakes", name="Lakes", by=BY)
    add_fee_schedule(code="medicare", name="Medicare", is_reference=True, by=BY)
    with pytest.raises(Conflict):
        add_fee_schedule(code="medicare", name="Medicare", by=BY)


def records(count: int) -> list[ProviderRecord]:
    return [ProviderRecord(npi=an_npi(), tin="310000001", name="Harbor Clinic") for _ in range(count)]


def test_a_roster_is_added_with_the_same_number_of_queries_however_long(django_assert_num_queries):
    for size in (2, 50):
        roster = records(size)
        with django_assert_num_queries(8):
            found = add_providers(records=roster, by=BY)
        assert found.keys() == {one.npi for one in roster}
    assert (Provider.objects.count(), Payee.objects.count()) == (52, 52)


def test_a_roster_that_comes_again_adds_nobody():
    roster = records(3)
    assert add_providers(records=roster, by=BY) == add_providers(records=roster, by=BY)
    assert Provider.objects.count() == 3


def test_ach_needs_both_numbers_and_the_account_is_kept_secret():
    paper, half, full = (
        ProviderRecord(npi=an_npi(), tin="310000001", name="x", **fields)
        for fields in (
            {},
            {"bank_routing_number": "021000021"},
            {"bank_routing_number": "021000021", "bank_account_number": "77000123"},
        )
    )
    add_providers(records=[paper, half, full], by=BY)
    methods = {payee.npi: payee.method for payee in Payee.objects.all()}
    assert (methods[paper.npi], methods[half.npi], methods[full.npi]) == ("check", "check", "ach")
    assert Payee.objects.get(npi=full.npi).bank_account_number == "77000123"


@pytest.mark.parametrize("fields", [{"tin": "12"}, {"bank_routing_number": "123456789"}])
def test_numbers_that_can_be_none_refuse_the_roster(fields):
    wrong = ProviderRecord(**{"npi": an_npi(), "tin": "310000001", "name": "x"} | fields)
    with pytest.raises(Invalid) as refused:
        add_providers(records=[*records(1), wrong], by=BY)
    assert refused.value.extra == {"npis": [wrong.npi]}
    assert not Provider.objects.exists()
