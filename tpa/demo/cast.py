"""Who plays in the demonstration world: employers of different kinds, their plans, contracts and people who sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from tpa.foundation.models import Role
from tpa.foundation.values.identifiers import aba_check_digit

_PLANS = Path(__file__).parents[2] / "plans" / "design" / "demo"
_OWN_PLANS = Path(__file__).parent / "plans"

_BANK = "02999999"  # the number of no bank
ROUTING_NUMBER = _BANK + aba_check_digit(_BANK)
PASSWORD = "try-steward-2026"  # noqa: S105 (of invented people, printed at every start)


@dataclass(frozen=True, slots=True)
class DemoFee:
    """A fee of a contract: kind, name, amount, section, and for which tier and purpose."""

    kind: str
    name: str
    amount: Decimal
    section: str
    tier: str = ""
    purpose: str = "administration"
    payee_name: str = ""


@dataclass(frozen=True, slots=True)
class DemoEmployer:
    """An employer, how it pays, what it offers, and its share of the invented members."""

    code: str
    name: str
    ein: str
    address_line: str
    city: str
    state: str
    postal_code: str
    funding_mode: str
    plan_code: str
    plan_name: str
    plan_file: Path
    divisions: tuple[tuple[str, str], ...]
    share: Decimal
    opening_deposit_amount: Decimal
    monthly_deposit_amount: Decimal
    overdraft_limit_amount: Decimal | None
    contract_number: str
    fees: tuple[DemoFee, ...]
    contract_starts_on: date = date(2026, 1, 1)
    file_names: tuple[str, ...] = ()
    pays_short_in_month: int = 0
    disputes: str = ""  # what it says of its last invoice's administration fee


D = Decimal
CASCADE = DemoEmployer(
    code="CASC01",
    name="Cascade Outfitters",
    ein="450100101",
    address_line="2200 Timberline Road",
    city="Dayton",
    state="OH",
    postal_code="454020001",
    funding_mode="prefund",
    plan_code="cascade-ppo",
    plan_name="Cascade PPO",
    plan_file=_PLANS / "cascade-ppo.yaml",
    divisions=(("STORES", "Stores"), ("WHSE", "Warehouse"), ("OFFICE", "Head office")),
    share=D("0.45"),
    opening_deposit_amount=D("400000.00"),
    monthly_deposit_amount=D("120000.00"),
    overdraft_limit_amount=D("0.00"),
    contract_number="ASA-2026-001",
    fees=(
        DemoFee("pepm", "Administration", D("36.75"), "Exhibit B 1"),
        DemoFee("pepm", "Network access", D("8.50"), "Exhibit B 2"),
        DemoFee("per_claim", "Claim handling", D("1.85"), "Exhibit B 3"),
        DemoFee("flat", "Reporting", D("250.00"), "Exhibit B 4"),
    ),
)
GRANITE = DemoEmployer(
    code="GRAN01",
    name="Granite Bridge Engineering",
    ein="450100202",
    address_line="18 Quarry Lane",
    city="Erie",
    state="PA",
    postal_code="165010002",
    funding_mode="tpa_advance",
    plan_code="granite-hdhp",
    plan_name="Granite HSA",
    plan_file=_PLANS / "granite-hdhp.yaml",
    divisions=(("FIELD", "Field crews"), ("DESIGN", "Design office")),
    share=D("0.33"),
    opening_deposit_amount=D("0.00"),
    monthly_deposit_amount=D("0.00"),
    overdraft_limit_amount=D("2000000.00"),
    contract_number="ASA-2026-002",
    fees=(
        DemoFee("pepm", "Administration", D("31.00"), "Schedule 2 (a)", tier="EE"),
        DemoFee("pepm", "Administration", D("33.00"), "Schedule 2 (a)", tier="ES"),
        DemoFee("pepm", "Administration", D("33.00"), "Schedule 2 (a)", tier="EC"),
        DemoFee("pepm", "Administration", D("35.00"), "Schedule 2 (a)", tier="FAM"),
        DemoFee("pepm", "Savings account interface", D("2.25"), "Schedule 2 (b)"),
        DemoFee("per_claim", "Claim handling", D("2.10"), "Schedule 2 (c)"),
        DemoFee("pepm", "Specific stop-loss", D("94.60"), "Schedule 3", "EE", "stop_loss", "Summit Re"),
        DemoFee("pepm", "Specific stop-loss", D("187.25"), "Schedule 3", "ES", "stop_loss", "Summit Re"),
        DemoFee("pepm", "Specific stop-loss", D("171.10"), "Schedule 3", "EC", "stop_loss", "Summit Re"),
        DemoFee("pepm", "Specific stop-loss", D("229.40"), "Schedule 3", "FAM", "stop_loss", "Summit Re"),
    ),
    pays_short_in_month=8,
    disputes="Two of these left with the first of September; our payroll says so.",
)
MEADOW = DemoEmployer(
    code="MEAD01",
    name="Meadow Creek Bakery",
    ein="450100303",
    address_line="5 Mill Street",
    city="Muncie",
    state="IN",
    postal_code="473050003",
    funding_mode="level",
    plan_code="meadow-epo",
    plan_name="Meadow EPO with dental",
    plan_file=_PLANS / "meadow-epo.yaml",
    divisions=(("BAKERY", "Bakery"), ("SHOPS", "Shops")),
    share=D("0.22"),
    opening_deposit_amount=D("90000.00"),
    monthly_deposit_amount=D("30000.00"),
    overdraft_limit_amount=D("0.00"),
    contract_number="ASA-2026-003",
    fees=(
        DemoFee("pepm", "Administration", D("42.00"), "Appendix A 1"),
        DemoFee("pepm", "Claims fund", D("310.00"), "Appendix A 2", tier="EE", purpose="claims_fund"),
        DemoFee("pepm", "Claims fund", D("640.00"), "Appendix A 2", tier="ES", purpose="claims_fund"),
        DemoFee("pepm", "Claims fund", D("575.00"), "Appendix A 2", tier="EC", purpose="claims_fund"),
        DemoFee("pepm", "Claims fund", D("905.00"), "Appendix A 2", tier="FAM", purpose="claims_fund"),
    ),
)
INVENTED = (CASCADE, GRANITE, MEADOW)

OPEN_PLAN_CODE = "open-files"
OPEN_PLAN_NAME = "Open Files PPO"
OPEN_PLAN_FILE = _OWN_PLANS / "open-files.yaml"
# What the published example files call coverage (HD03), for all of it is this one plan's.
OPEN_FILE_NAMES = ("AG", "DCP", "DEN", "EPO", "FAC", "HE", "HLT", "HMO", "MM", "PDG", "POS", "PPO", "PRA", "VIS")


def open_employer_of(place: int) -> DemoEmployer:
    """The employer of the people in published files. Where two of them share a number, the second needs another."""
    suffix = "" if place == 1 else f" {place}"
    return DemoEmployer(
        code=f"OPEN{place:02}",
        name=f"Open Files Group{suffix}",
        ein=f"45010040{place}",
        address_line="1 Commons Way",
        city="Lansing",
        state="MI",
        postal_code="489330004",
        funding_mode="pay_as_presented",
        plan_code=OPEN_PLAN_CODE,
        plan_name=OPEN_PLAN_NAME,
        plan_file=OPEN_PLAN_FILE,
        divisions=(("ALL", "All"),),
        share=D(0),
        opening_deposit_amount=D("50000.00"),
        monthly_deposit_amount=D("0.00"),
        overdraft_limit_amount=None,
        contract_number=f"ASA-2026-{9 + place:03}",
        fees=(DemoFee("per_claim", "Claim handling", D("3.00"), "2.1"),),
        contract_starts_on=date(2026, 10, 1),
        file_names=OPEN_FILE_NAMES,
    )


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who signs in; employer roles are of the employer with the code."""

    email: str
    name: str
    role: str
    employer_code: str = ""
    sees_ssn: bool = False


USERS = (
    DemoUser("examiner@example.org", "Ellen Exman", Role.EXAMINER),
    DemoUser("senior@example.org", "Sami Okafor", Role.SENIOR_EXAMINER, sees_ssn=True),
    DemoUser("manager@example.org", "Marta Lindqvist", Role.TPA_MANAGER, sees_ssn=True),
    DemoUser("auditor@example.org", "Ade Park", Role.AUDITOR),
    DemoUser("setup@example.org", "Sol Vega", Role.SETUP),
    DemoUser("hr@cascade.example.org", "Hannah Reyes", Role.EMPLOYER_HR, "CASC01"),
    DemoUser("finance@cascade.example.org", "Felix Grant", Role.EMPLOYER_FINANCE, "CASC01"),
    DemoUser("hr@granite.example.org", "Gita Shah", Role.EMPLOYER_HR, "GRAN01"),
    DemoUser("treasurer@cascade.example.org", "Paula Reyes", Role.EMPLOYER_FINANCE, "CASC01"),
    DemoUser("finance@granite.example.org", "Glenn Ortega", Role.EMPLOYER_FINANCE, "GRAN01"),
    DemoUser("hr@meadow.example.org", "Mo Baker", Role.EMPLOYER_HR, "MEAD01"),
    DemoUser("finance@meadow.example.org", "Mina Foster", Role.EMPLOYER_FINANCE, "MEAD01"),
    DemoUser("hr@openfiles.example.org", "Olga Nash", Role.EMPLOYER_HR, "OPEN01"),
    DemoUser("clearinghouse@example.org", "Riverside Clearinghouse", Role.PARTNER),
)
"""Everybody has the same password. The first ones are of the administrator, the last is a partner's system."""

ACCOUNT_MANAGER = "manager@example.org"
