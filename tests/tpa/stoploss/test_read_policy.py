"""A policy from its document: the basis becomes windows, lasers become members, what is missing is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from tests.factories.payments import World, make_world
from tpa.models import StopLossPolicy

pytestmark = pytest.mark.django_db
DOCUMENT = """
number: HR-2027-0001
carrier: {name: Harbor Reinsurance, address_line: 1 Pier Street, place: "Boston, MA 02110"}
term: [2027-01-01, 2027-12-31]
notice: {percent: 50, stay_days: 7, follow_up_days: 30, follow_up_amount: 500, triggers: [[C81, C96, leukemia]]}
clock: {proof_days: 90, proof_unit: business_days, radar_days: 60}
advance: {least_amount: 1000, lead_days: 15, pay_within_days: 5}
specific:
  section: II.A
  basis: 24/12
  deductible_amount: 75000
  corridor_amount: 60000
  lasers: [{subscriber_number: SUBSCRIBER, amount: 150000}]
aggregate:
  section: II.B
  incurred: [2027-01-01, 2027-12-31]
  paid: [2027-01-01, 2028-03-31]
  benefits: [medical]
  factors: {EE: 141, FAM: 403.50}
  minimum_percent: 95
  has_accommodation: true
"""


def _draft(world: World, tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text.replace("SUBSCRIBER", world.family.subscriber_number))
    call_command("draft_stop_loss_policy", str(file), employer=world.employer.code)


def test_a_document_becomes_a_draft(tmp_path: Path) -> None:
    world = make_world()
    _draft(world, tmp_path, DOCUMENT)
    policy = StopLossPolicy.objects.get()
    specific, aggregate = policy.coverages.get(kind="specific"), policy.coverages.get(kind="aggregate")
    assert (policy.status, policy.proof_unit, policy.is_advance_funded) == ("draft", "business_days", True)
    assert (specific.incurred.lower, specific.incurred.upper) == (date(2026, 1, 1), date(2028, 1, 1))
    assert (specific.paid.lower, specific.paid.upper) == (date(2027, 1, 1), date(2028, 1, 1))
    assert aggregate.paid.upper == date(2028, 4, 1)
    assert (specific.lasers.get().member_id, specific.lasers.get().amount) == (world.member.pk, Decimal("150000.00"))
    assert aggregate.factors.get(tier="FAM").amount == Decimal("403.50")
    assert aggregate.benefits == ["medical"]


@pytest.mark.parametrize("gone", ["number", "notice", "term"])
def test_what_is_missing_is_named(tmp_path: Path, gone: str) -> None:
    document = yaml.safe_load(DOCUMENT)
    del document[gone]
    with pytest.raises(CommandError, match=gone):
        _draft(make_world(), tmp_path, yaml.safe_dump(document))


@pytest.mark.parametrize(
    ("word", "instead"), [("24/12", "6/6"), ("75000", "much"), ("SUBSCRIBER", "nobody"), ("medical", "cosmetic")]
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, word: str, instead: str) -> None:
    with pytest.raises(CommandError):
        _draft(make_world(), tmp_path, DOCUMENT.replace(word, instead))
    assert not StopLossPolicy.objects.exists()
