"""Who plays in the simulated year: ten employers and an insurer with twelve contracts, no two on the same terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tpa.contracts.add_fee import FeeTerms
from tpa.models import ContractFee

PLANS = Path(__file__).parents[2] / "plans" / "design" / "demo"
FIRST, OVER = date(2026, 1, 1), date(2027, 1, 1)
HALF = date(2026, 7, 1)
D = Decimal
Kind, Purpose = ContractFee.Kind, ContractFee.Purpose
TIERS = ("EE", "ES", "EC", "FAM")


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract to be: its months, its terms besides fees, its fees, and an amendment (month, changes, fee)."""

    starts_on: date
    ends_on: date
    fees: tuple[FeeTerms, ...]
    terms: Mapping[str, Any] = field(default_factory=dict)
    amended: tuple[date, Mapping[str, Any], FeeTerms] | None = None
    ended_early: bool = False


@dataclass(frozen=True, slots=True)
class Player:
    """An employer. `plans`: plan documents, each with a claims account of its own. `deposit`: dollars a month and
    family paid in before (own money); `limit`: how far payments may draw below zero, None: no limit. `pays`: on which
    weekdays it has its payment runs. `since`: first day of coverage. `kind`: employer or insurer."""

    code: str
    state: str
    funding: str
    plans: tuple[str, ...]
    agreements: tuple[Agreement, ...]
    deposit: int = 0
    limit: Decimal | None = None
    pays: tuple[int, ...] = (2,)
    since: date = FIRST
    divisions: tuple[str, ...] = ("OFFICE", "FIELD")
    engine_limit: Decimal | None = None
    kind: str = "employer"


def _fee(kind: str, name: str, amount: str = "0", **more: Any) -> FeeTerms:
    return FeeTerms(kind=kind, name=name, section="B", starts_on=more.pop("starts_on", FIRST), amount=D(amount), **more)


def _by_tier(name: str, amounts: str, **more: Any) -> tuple[FeeTerms, ...]:
    return tuple(
        _fee(Kind.PEPM, name, amount, tier=tier, **more) for tier, amount in zip(TIERS, amounts.split(), strict=True)
    )


def _whole(*fees: FeeTerms, **terms: Any) -> Agreement:
    return Agreement(FIRST, OVER, fees, {"run_out_months_count": 3} | terms)


ALDER = Player(
    "ALDER", "OH", "prefund", ("cascade-ppo",),
    (
        _whole(
            *_by_tier("Administration", "31.00 33.50 33.50 36.25"),
            *_by_tier("Specific stop-loss", "84.10 171.35 160.05 214.80", purpose=Purpose.STOP_LOSS, payee_name="HR"),
            _fee(Kind.FLAT, "Reporting", "250.00"),
        ),
    ),
    deposit=1400, limit=D(0), pays=(1, 4), divisions=("STORES", "WHSE", "OFFICE"),
)  # fmt: skip
BIRCH = Player(
    "BIRCH", "PA", "tpa_advance", ("cascade-ppo", "granite-hdhp"),
    (
        _whole(
            _fee(Kind.PEPM, "Administration", "29.75"),
            _fee(Kind.PER_CLAIM, "Claim handling", "2.10"),
            lookback_months_count=4, by_division=True, run_out_months_count=4,
        ),
    ),
    divisions=("NORTH", "SOUTH"),
)  # fmt: skip
CEDAR = Player(
    "CEDAR", "IN", "level", ("meadow-epo",),
    (
        _whole(
            *_by_tier("Claims fund", "410.00 740.00 675.00 1005.00", purpose=Purpose.CLAIMS_FUND),
            _fee(Kind.PEPM, "Administration", "42.00"),
            lookback_months_count=2,
        ),
    ),
    deposit=300, limit=D(0), pays=(3,),
)  # fmt: skip
DOGWOOD = Player(
    "DOGWOOD", "OH", "pay_as_presented", ("cascade-ppo",),
    (
        _whole(
            _fee(Kind.OF_SAVINGS, "Savings", percent=D("4.25")),
            _fee(Kind.FLAT, "Account service", "475.00"),
            lookback_months_count=0, invoice_due_days=30,
        ),
    ),
)  # fmt: skip
ELM = Player(
    "ELM", "MI", "tpa_advance", ("granite-hdhp",),
    (
        _whole(
            _fee(Kind.PER_CLAIM, "Claim handling", "7.40"),
            _fee(Kind.MINIMUM, "Least a month", "900.00"),
            _fee(Kind.PER_CLAIM, "Run-out handling", "9.10", in_run_out=True),
            by_division=True,
        ),
    ),
    limit=D(3_000_000), pays=(0, 1, 2, 3, 4), engine_limit=D(15_000),
)  # fmt: skip
FIR = Player(
    "FIR", "OH", "prefund", ("cascade-ppo",),
    (
        Agreement(
            FIRST, OVER,
            (
                _fee(Kind.PEPM, "Administration", "38.00"),
                _fee(Kind.ONE_OFF, "Implementation", "3500.00"),
                _fee(Kind.RUN_OUT, "Run-out", percent=D(150), months_count=3, in_run_out=True),
            ),
            {"run_out_months_count": 9}, ended_early=True,
        ),
    ),
    deposit=1500, limit=D(5_000), pays=(2,),
)  # fmt: skip
GINKGO = Player(
    "GINKGO", "PA", "tpa_advance", ("cascade-ppo",),
    (
        Agreement(FIRST, HALF, (_fee(Kind.PEPM, "Administration", "33.00"),), {"run_out_months_count": 3}),
        Agreement(
            HALF, OVER,
            (
                _fee(Kind.PEPM, "Administration", "30.00", starts_on=HALF),
                _fee(Kind.PER_CLAIM, "Claim handling", "1.15", starts_on=HALF),
            ),
            {"run_out_months_count": 3, "lookback_months_count": 1},
        ),
    ),
    pays=(2, 4), kind="insurer",
)  # fmt: skip
HAZEL = Player(
    "HAZEL", "IN", "pay_as_presented", ("cascade-ppo",),
    (
        _whole(
            _fee(Kind.PEPM, "Administration", "35.00"),
            _fee(Kind.PEPM, "Nurse line", "1.95", purpose=Purpose.VENDOR, payee_name="CallNurse"),
            starts_until_day=15, ends_from_day=15, lookback_months_count=4,
        ),
    ),
    since=date(2025, 10, 1), pays=(4,),
)  # fmt: skip
IRONWOOD = Player(
    "IRONWOOD", "NM", "level", ("meadow-epo",),
    (
        _whole(
            _fee(Kind.PEPM, "Administration", "40.00", is_taxable=True),
            _fee(Kind.FLAT, "Reporting", "120.00", is_taxable=True),
        ),
    ),
    limit=D(0),
)  # fmt: skip
JUNIPER = Player(
    "JUNIPER", "OH", "tpa_advance", ("cascade-ppo",),
    (
        Agreement(
            FIRST, OVER,
            (_fee(Kind.OF_SAVINGS, "Savings", percent=D(6)), _fee(Kind.PEPM, "Administration", "21.00")),
            {"run_out_months_count": 3},
            amended=(
                date(2026, 6, 1), {"invoice_due_days": 10, "lookback_months_count": 5},
                _fee(Kind.PEPM, "Network access", "6.50", starts_on=date(2026, 6, 1)),
            ),
        ),
    ),
    pays=(1, 3),
)  # fmt: skip
KATSURA = Player(
    "KATSURA", "OH", "prefund", ("granite-hdhp",),
    (
        _whole(
            _fee(Kind.PEPM, "Administration", "34.00"),
            _fee(Kind.OF_RECOVERIES, "Recoveries", percent=D(20)),
            lookback_months_count=4,
        ),
    ),
    deposit=1100, limit=D(0), pays=(0,),
)  # fmt: skip
PLAYERS = (ALDER, BIRCH, CEDAR, DOGWOOD, ELM, FIR, GINKGO, HAZEL, IRONWOOD, JUNIPER, KATSURA)
