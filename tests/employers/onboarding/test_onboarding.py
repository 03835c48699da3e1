"""Taking on an employer, its divisions and what it offers."""

from __future__ import annotations

from datetime import date

import pytest

from employers.eligibility.find_sponsor import find_sponsor
from employers.models import PlanOffering
from employers.onboarding.add_division import add_division
from employers.onboarding.offer_plan import offer_plan
from employers.onboarding.open_employer import EmployerProfile, open_employer
from tests.factories.employers import TESTER, make_employer
from tests.factories.plans import make_plan
from tpa.foundation.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db


def profile(**fields) -> EmployerProfile:
    given = {"code": "LAKES", "name": "Lakes Inc", "ein": "450000077", "state": "OH", "funding_mode": "prefund"}
    return EmployerProfile(**given | fields)


def test_an_employer_is_found_by_any_of_its_numbers():
    employer_id = open_employer(profile=profile(aliases=("POL-9", "119999999")), by=TESTER)
    for number in ("LAKES", "lakes", "450000077", "POL-9", "119999999"):
        assert find_sponsor("", number) == (employer_id, "")
    assert find_sponsor("NOBODY") == (None, "sponsor.unknown")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"code": "TAKEN"}, Conflict),
        ({"code": "taken"}, Conflict),
        ({"aliases": ("P1",)}, Conflict),
        ({"ein": "000000001"}, Invalid),
        ({"ein": "12"}, Invalid),
        ({"funding_mode": "magic"}, Invalid),
    ],
)
def test_what_can_not_be_is_refused(fields, error):
    open_employer(profile=profile(code="TAKEN", aliases=("P1",)), by=TESTER)
    with pytest.raises(error):
        open_employer(profile=profile(**fields), by=TESTER)


def test_a_division_has_its_code_once():
    employer = make_employer()
    add_division(employer_id=employer.pk, code="EAST", name="East", by=TESTER)
    with pytest.raises(Conflict):
        add_division(employer_id=employer.pk, code="EAST", name="East", by=TESTER)
    with pytest.raises(NotFound):
        add_division(employer_id=0, code="EAST", name="East", by=TESTER)


def test_a_plan_is_offered_once_at_a_time():
    employer, plan = make_employer(), make_plan()
    first = {"employer_id": employer.pk, "plan_id": plan.pk, "by": TESTER}
    offer_plan(**first, starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1), file_names=("HLT",))
    with pytest.raises(Conflict):
        offer_plan(**first, starts_on=date(2026, 12, 31))
    offer_plan(**first, starts_on=date(2027, 1, 1))
    assert PlanOffering.objects.count() == 2
    with pytest.raises(Invalid):
        offer_plan(**first, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 1))
    with pytest.raises(NotFound):
        offer_plan(employer_id=0, plan_id=plan.pk, by=TESTER, starts_on=date(2026, 1, 1))
