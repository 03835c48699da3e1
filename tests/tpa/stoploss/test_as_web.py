"""The desk's verbs as a web process runs them: under the role that row-level security binds, which may not COPY."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.payments import make_decided, make_world
from tests.factories.stoploss import make_policy, pay_claim, policy_words
from tests.factories.users import as_web, make_scope
from tpa.models import StopLossNotice, StopLossPolicy
from tpa.stoploss.assemble_request import assemble_request
from tpa.stoploss.draft_policy import draft_policy
from tpa.stoploss.file_request import file_request
from tpa.stoploss.policy_words import AdvanceTerms
from tpa.stoploss.raise_notices import raise_notices
from tpa.stoploss.reckon_standings import reckon_standings
from tpa.stoploss.record_reimbursement import BankReceipt, record_reimbursement
from tpa.stoploss.send_notice import send_notice
from tpa.stoploss.sign_policy import sign_policy
from tpa.stoploss.withdraw_request import withdraw_request

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _web(settings):
    settings.DB_ROLE = "web"


def test_a_manager_signs_tells_asks_and_books(settings):
    settings.DB_ROLE = "worker"
    world = make_world()
    terms = AdvanceTerms(least_amount=Decimal("100.00"), lead_days=15, pay_within_days=5)
    policy = make_policy(world, advance=terms)
    pay_claim(world, "4000.00", on=date(2026, 3, 3))
    make_decided(world, "900.00")
    reckon_standings(policy_id=policy.pk, on=TODAY)
    raise_notices(policy_id=policy.pk, on=TODAY, by=make_scope("tpa_manager").actor)
    settings.DB_ROLE = "web"
    scope = make_scope("tpa_manager")
    with as_web(scope):
        draft = draft_policy(employer_id=world.employer.pk, words=policy_words(), by=scope.actor)
        assert sign_policy(policy_id=draft.pk, signed_on=TODAY, by=scope.actor).status == "in_force"
        send_notice(notice_id=StopLossNotice.objects.order_by("pk")[0].pk, by=scope.actor)
        ask = {"policy_id": policy.pk, "member_id": world.member.pk, "on": TODAY, "by": scope.actor}
        advance = assemble_request(**ask, is_advance=True)
        file_request(request_id=advance.pk, filed_on=TODAY, by=scope.actor)
        withdraw_request(request_id=advance.pk, by=scope.actor, because="they pay afterwards")
        asked = assemble_request(**ask)
        file_request(request_id=asked.pk, filed_on=TODAY, by=scope.actor)
        receipt = BankReceipt(asked.requested_amount, TODAY, "WIRE 9")
        assert record_reimbursement(request_id=asked.pk, receipt=receipt, by=scope.actor).status == "paid"


def test_another_employers_policies_do_not_exist(settings):
    settings.DB_ROLE = "worker"
    policy = make_policy(make_world())
    with as_web(make_scope("employer_finance", employer_id=make_world().employer.pk)):
        assert not StopLossPolicy.objects.filter(pk=policy.pk).exists()
