"""The verbs as a web process runs them: under the role that row-level security binds, which may not COPY."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from employers.eligibility.change_member import change_member
from employers.eligibility.end_coverage import end_coverage
from employers.eligibility.enrol_member import enrol_member
from employers.eligibility.load_csv import load_csv
from employers.facts import CoverageRecord, MemberRecord
from employers.funding.deposit_funds import deposit_funds
from employers.funding.selectors import available_amount, register
from employers.models import Coverage, Member
from tests.factories.employers import make_claims_account, make_employer, offer
from tests.factories.plans import make_plan
from tests.factories.users import as_web, make_scope
from tpa.foundation.errors import NotFound

pytestmark = pytest.mark.django_db
JAN = date(2026, 1, 1)
ANNA = MemberRecord(
    subscriber_number="S1",
    last_name="Novak",
    first_name="Anna",
    birth_on=date(1980, 5, 6),
    ssn="219-09-9999",
    coverages=(CoverageRecord(plan_codes=("gold",), starts_on=JAN),),
)


@pytest.fixture(autouse=True)
def _web(settings):
    settings.DB_ROLE = "web"


@pytest.fixture
def employer():
    employer = make_employer()
    offer(employer, make_plan("gold"))
    return employer


def test_hr_enrols_changes_and_ends_a_member(employer):
    scope = make_scope("employer_hr", employer_id=employer.pk)
    with as_web(scope):
        member_id = enrol_member(employer_id=employer.pk, member=ANNA, by=scope.actor)
        assert member_id is not None
        change_member(member_id=member_id, changes={"city": "Toledo"}, because="moved", by=scope.actor)
        end_coverage(member_id=member_id, last_on=date(2026, 6, 30), because="left", by=scope.actor)
        assert Member.objects.get().ssn == "219099999"
    assert Coverage.objects.get(superseded_at=None).period.upper == date(2026, 7, 1)


def test_hr_loads_a_file(employer):
    scope = make_scope("employer_hr", employer_id=employer.pk)
    data = (
        b"subscriber_number,relationship,last_name,first_name,birth_date,plan,start_date\n"
        b"S1,employee,Novak,Anna,1980-05-06,gold,2026-01-01\n"
    )
    with as_web(scope):
        done = load_csv(employer_id=employer.pk, data=data, name="a.csv", by=scope.actor)
    assert done.applied.added_count == 1


def test_another_employer_does_not_exist_for_hr(employer):
    scope = make_scope("employer_hr", employer_id=make_employer().pk)
    with as_web(scope), pytest.raises(NotFound):
        enrol_member(employer_id=employer.pk, member=ANNA, by=scope.actor)


def test_finance_sees_a_deposit_that_the_manager_booked(employer):
    account_id = make_claims_account(employer, overdraft_limit_amount=Decimal(0))
    manager = make_scope("tpa_manager")
    with as_web(manager):
        deposit_funds(
            claims_account_id=account_id,
            amount=Decimal("100.00"),
            received_on=JAN,
            bank_reference="W1",
            by=manager.actor,
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    finance = make_scope("employer_finance", employer_id=employer.pk)
    with as_web(finance):
        assert register(finance, account_id).closing_amount == Decimal("100.00")
        assert available_amount(account_id) == Decimal("100.00")
    stranger = make_scope("employer_finance", employer_id=make_employer().pk)
    with as_web(stranger):
        assert register(stranger, account_id).rows == []
        with pytest.raises(NotFound):
            deposit_funds(
                claims_account_id=account_id,
                amount=Decimal("1.00"),
                received_on=JAN,
                bank_reference="W2",
                by=stranger.actor,
            )
