"""Contracts, their fees and limits: what may be agreed when, and what the database refuses afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from tests.factories.payments import ENGINE, make_world
from tests.factories.tpa import JANUARY, make_contract, pepm, per_claim
from tests.factories.users import as_web
from tpa.billing.close_month import close_month
from tpa.contracts.add_fee import add_fee
from tpa.contracts.amend_contract import Amendment, amend_contract
from tpa.contracts.draft_contract import ContractTerms, draft_contract
from tpa.contracts.end_contract import end_contract
from tpa.contracts.end_fee import end_fee
from tpa.contracts.selectors import (
    contract_on,
    contracts_of,
    fees_in,
    fees_of,
    first_open_month,
    limits_of,
    stages_of,
    terms_in,
)
from tpa.contracts.set_authority_limit import set_authority_limit
from tpa.contracts.sign_contract import sign_contract
from tpa.foundation.access import Scope, system_scope
from tpa.foundation.audit import Actor
from tpa.foundation.authority import approval_limits
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models import ApprovalLimit
from tpa.models import Contract, ContractFee

pytestmark = pytest.mark.django_db


def test_a_signed_contract_is_in_force_and_the_only_one() -> None:
    world = make_world()
    contract = make_contract(world)
    assert contract.status == "in_force"
    assert contract_on(world.employer.pk, date(2026, 7, 4)) == contract
    assert [fee.amount for fee in fees_in(contract.pk, JANUARY)] == [Decimal("40.00")]
    other = draft_contract(
        employer_id=world.employer.pk,
        terms=ContractTerms(number="ASA-2", starts_on=date(2026, 6, 1), ends_on=date(2027, 1, 1)),
        by=ENGINE,
    )
    with pytest.raises(Conflict, match="covers some of this time"):
        sign_contract(contract_id=other.pk, signed_on=date(2026, 5, 1), by=ENGINE)
    end_contract(contract_id=contract.pk, ends_on=date(2026, 6, 1), by=ENGINE, because="moved")
    assert sign_contract(contract_id=other.pk, signed_on=date(2026, 5, 1), by=ENGINE).status == "in_force"
    assert contract_on(world.employer.pk, date(2026, 7, 4)) == other


@pytest.mark.parametrize("days", [(date(2026, 1, 2), None), (date(2026, 2, 1), date(2026, 1, 1))])
def test_contracts_are_of_whole_months(days: tuple[date, date | None]) -> None:
    world = make_world()
    terms = ContractTerms(number="X", starts_on=days[0], ends_on=days[1])
    with pytest.raises(Invalid):
        draft_contract(employer_id=world.employer.pk, terms=terms, by=ENGINE)


def test_a_fee_is_ended_and_another_takes_its_place() -> None:
    contract = make_contract(make_world(), pepm("40.00", tier="EE"), pepm("60.00", tier="FAM"))
    fee = ContractFee.objects.get(tier="EE")
    with pytest.raises(Conflict, match="end it first"):
        add_fee(contract_id=contract.pk, terms=pepm("41.00", tier="EE", starts_on=date(2026, 7, 1)), by=ENGINE)
    end_fee(fee_id=fee.pk, ends_on=date(2026, 7, 1), by=ENGINE, because="amendment 1")
    add_fee(contract_id=contract.pk, terms=pepm("41.00", tier="EE", starts_on=date(2026, 7, 1)), by=ENGINE)
    told = [
        [(fee.tier, str(fee.amount)) for fee in fees_in(contract.pk, month)] for month in (JANUARY, date(2026, 7, 1))
    ]
    assert told == [[("EE", "40.00"), ("FAM", "60.00")], [("EE", "41.00"), ("FAM", "60.00")]]
    with pytest.raises(Conflict, match="has its end"):
        end_fee(fee_id=fee.pk, ends_on=date(2026, 8, 1), by=ENGINE, because="again")
    with pytest.raises(Invalid, match="cents"):
        add_fee(contract_id=contract.pk, terms=pepm("1.005", tier="ES"), by=ENGINE)


@time_machine.travel("2026-04-02", tick=False)
def test_closed_months_keep_their_terms() -> None:
    contract = make_contract(make_world())
    close_month(contract_id=contract.pk, month_on=JANUARY, by=ENGINE)
    assert first_open_month(contract) == date(2026, 2, 1)
    with pytest.raises(Conflict, match="closed"):
        add_fee(contract_id=contract.pk, terms=per_claim("1.00"), by=ENGINE)
    fee = ContractFee.objects.get()
    with pytest.raises(Invalid, match="before the beginning"):
        end_fee(fee_id=fee.pk, ends_on=JANUARY, by=ENGINE, because="never agreed")
    with pytest.raises(Invalid):
        end_contract(contract_id=contract.pk, ends_on=JANUARY, by=ENGINE, because="never agreed")
    end_fee(fee_id=fee.pk, ends_on=date(2026, 2, 1), by=ENGINE, because="amendment")


def test_limits_stand_on_the_ground_where_claims_obey_them() -> None:
    world = make_world()
    contract = make_contract(world)
    for role, amount in (("engine", 10000), ("examiner", 25000)):
        set_authority_limit(
            contract_id=contract.pk, role=role, amount=Decimal(amount), starts_on=JANUARY, section="7.2", by=ENGINE
        )
    set_authority_limit(
        contract_id=contract.pk,
        role="engine",
        amount=Decimal(15000),
        starts_on=date(2026, 7, 1),
        section="7.2",
        by=ENGINE,
    )
    before, after = (
        approval_limits([world.employer.pk, 999], on)[world.employer.pk] for on in (date(2026, 6, 30), date(2026, 7, 1))
    )
    assert before == {"engine": Decimal(10000), "examiner": Decimal(25000)}
    assert after == {"engine": Decimal(15000), "examiner": Decimal(25000)}
    assert ApprovalLimit.objects.filter(superseded_at__isnull=False).count() == 1
    assert [limit.source for limit in limits_of(system_scope("test"), contract)] == [f"{contract.number}, 7.2"] * 3
    with pytest.raises(Invalid, match="no such role"):
        set_authority_limit(
            contract_id=contract.pk, role="king", amount=Decimal(1), starts_on=JANUARY, section="7", by=ENGINE
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalLimit.objects.filter(role="examiner").update(limit_amount=1)


def test_the_database_keeps_what_was_signed() -> None:
    contract = make_contract(make_world())
    for change in ({"signed_on": date(2026, 1, 1)}, {"number": "Z"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractFee.objects.all().update(amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractFee.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractFee.objects.all().update(period=(date(2026, 1, 2), None))
    with pytest.raises(IntegrityError), transaction.atomic():
        add_fee(contract_id=contract.pk, terms=per_claim("1.00"), by=ENGINE)
        fee = ContractFee.objects.get(kind="per_claim")
        fee.pk, fee._state.adding = None, True
        fee.save()


def test_an_employer_sees_its_own_contract_only_whatever_is_asked() -> None:
    world, stranger = make_world(), make_world()
    mine, other = make_contract(world), make_contract(stranger)
    scope = Scope(actor=Actor.user(1), employer_ids=frozenset({world.employer.pk}))
    with as_web(scope):
        assert list(contracts_of(scope)) == [mine]
        assert not fees_of(scope, other.pk)
        assert [contract.pk for contract in Contract.objects.all()] == [mine.pk]
        assert ContractFee.objects.count() == 1


@time_machine.travel("2026-03-02", tick=False)
def test_an_amendment_is_a_new_version_and_says_what_it_changed() -> None:
    contract = make_contract(make_world(), pepm("40.00"), scope=(("claims", "2.1"),))
    close_month(contract_id=contract.pk, month_on=JANUARY, by=ENGINE)
    amendment = Amendment(
        starts_on=date(2026, 7, 1),
        because="amendment 1",
        signed_on=date(2026, 6, 20),
        changes={"lookback_months_count": 2, "governance": {"reports": (("claims paid", "monthly", "6.1"),)}},
        ends_fees=(ContractFee.objects.get().pk,),
        adds_fees=(pepm("41.50", starts_on=date(2026, 7, 1)),),
    )
    version = amend_contract(contract_id=contract.pk, amendment=amendment, by=ENGINE)
    assert (version.number, version.lookback_months_count, version.scope) == (2, 2, [["claims", "2.1"]])
    assert [terms_in(contract.pk, month).number for month in (date(2026, 6, 1), date(2026, 7, 1))] == [1, 2]
    first, second = stages_of(system_scope("test"), contract)
    assert (first.version.number, second.version) == (1, version)
    assert {change.what: change[1:] for change in second.changes} == {
        "Fee: Administration": ("per employee per month · $40.00 · 4.1", "per employee per month · $41.50 · 4.1"),
        "Enrolment re-billed, months back": ("3", "2"),
        "Report: claims paid": (None, "monthly · 6.1"),
    }
    for change, told in (
        ({"starts_on": JANUARY}, "closed"),
        ({"starts_on": date(2026, 5, 1)}, "later one"),
        ({"because": " "}, "why"),
        ({"starts_on": date(2026, 9, 1), "changes": {"colour": 1}}, "no such term"),
        ({"starts_on": date(2026, 9, 1), "changes": {"starts_until_day": 31}}, "1 to 28"),
    ):
        with pytest.raises((Invalid, Conflict), match=told):
            amend_contract(contract_id=contract.pk, amendment=replace(amendment, **change), by=ENGINE)
    with pytest.raises(IntegrityError), transaction.atomic():
        version.contract.versions.update(lookback_months_count=0)
