"""Legal parameters: by day, by what was known, with citation; restated, never edited."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from tpa.foundation.errors import NotFound
from tpa.foundation.models import LegalParameter
from tpa.foundation.parameters import SHIPPED, legal_value, load_parameters, parameter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("year", "oop", "oop_other", "minimum", "minimum_family", "hdhp_oop", "hdhp_oop_family"),
    [
        (2024, 9450, 18900, 1600, 3200, 8050, 16100),
        (2025, 9200, 18400, 1650, 3300, 8300, 16600),
        (2026, 10600, 21200, 1700, 3400, 8500, 17000),
        (2027, 12000, 24000, 1750, 3500, 8700, 17400),
    ],
)
def test_limits_of_plan_years(year, oop, oop_other, minimum, minimum_family, hdhp_oop, hdhp_oop_family):
    """The table of 5.3, and the oracles ACA-OOP-TABLE and HSA-HDHP-HISTORY."""
    on = date(year, 7, 1)
    assert parameter("aca.oop_max.self", on=on) == oop
    assert parameter("aca.oop_max.other", on=on) == oop_other
    assert parameter("hdhp.deductible_min.self", on=on) == minimum
    assert parameter("hdhp.deductible_min.family", on=on) == minimum_family
    assert parameter("hdhp.oop_max.self", on=on) == hdhp_oop
    assert parameter("hdhp.oop_max.family", on=on) == hdhp_oop_family


def test_a_limit_that_was_restated_is_known_as_of_a_day():
    on = date(2026, 1, 1)
    assert parameter("aca.oop_max.self", on=on, known_at=date(2025, 6, 24)) == 10150
    assert parameter("aca.oop_max.self", on=on, known_at=date(2025, 6, 25)) == 10600
    assert legal_value("aca.oop_max.self", on=on).citation.endswith("90 FR 27074 (25 June 2025)")


def test_clocks_of_the_claims_procedure():
    on = date(2026, 11, 24)
    wanted = {
        "urgent.decide_hours": 72,
        "pre_service.decide_days": 15,
        "post_service.decide_days": 30,
        "post_service.extension_days": 15,
        "post_service.supply_days": 45,
        "post_service.appeal_decide_days.one_level": 60,
        "post_service.appeal_decide_days.two_levels": 30,
        "appeal_window_days": 180,
    }
    assert {name: int(parameter(f"claims_procedure.{name}", on=on)) for name in wanted} == wanted
    assert parameter("nsa.pay_or_deny_days", on=on) == 30


def test_a_factor_keeps_its_places():
    value = legal_value("nsa.qpa_index", on=date(2026, 3, 1))
    assert value.value == Decimal("1.0265311701")
    assert (value.unit, value.citation, value.effective.last) == ("factor", "Notice 2025-65", date(2026, 12, 31))
    assert str(parameter("aca.oop_max.self", on=date(2025, 1, 1))) == "9200"


def test_what_is_not_known_is_said():
    with pytest.raises(NotFound):
        parameter("aca.oop_max.self", on=date(2040, 1, 1))
    with pytest.raises(NotFound):
        parameter("aca.oop_max.self", on=date(2026, 1, 1), known_at=date(2020, 1, 1))


def test_loading_again_adds_nothing():
    assert load_parameters() == 0


def test_a_recorded_value_is_never_overwritten(tmp_path):
    other = tmp_path / "parameters.yaml"
    other.write_text(SHIPPED.read_text().replace("value: 9200,", "value: 9300,"))
    with pytest.raises(CommandError, match="known later"):
        call_command("load_parameters", str(other))
    assert parameter("aca.oop_max.self", on=date(2025, 1, 1)) == 9200


def test_a_restatement_is_a_further_row(tmp_path):
    more = tmp_path / "parameters.yaml"
    more.write_text(
        "- name: aca.oop_max.self\n  unit: usd\n  citation: a later rule\n  values:\n"
        "    - {value: 12345, effective: [2027-01-01, 2028-01-01], known_on: 2026-12-01, checked: read}\n"
    )
    call_command("load_parameters", str(more))
    assert parameter("aca.oop_max.self", on=date(2027, 1, 1)) == 12345
    assert parameter("aca.oop_max.self", on=date(2027, 1, 1), known_at=date(2026, 11, 24)) == 12000


def test_everything_shipped_cites_its_source():
    assert LegalParameter.objects.count() > 60
    assert not LegalParameter.objects.filter(citation="").exists()
