"""What an invoice is worked out from and into: facts of a month, lines with everything behind them. Plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from claims.payments.selectors import SettledFact
from employers.facts import EnrolledFact
from tpa.foundation.values.money import ZERO
from tpa.models import Charge, ContractFee, InvoiceLine

Kind = InvoiceLine.Kind


class Turn(NamedTuple):
    """Where a member's month stands for a fee: how often it was billed and taken back in turns, at which tier, and on
    which division's invoice."""

    number: int
    tier: str
    division: str = ""

    @property
    def is_billed(self) -> bool:
        return self.number % 2 == 1


# (fee, month, member) → where it stands.
Turns = Mapping[tuple[int, date, int], Turn]


class DraftMember(NamedTuple):
    """One member-month of a fee line: `turned_count` +1 billed, -1 taken back."""

    member_id: int
    number: int
    tier: str
    turned_count: int
    division: str = ""


class DraftClaim(NamedTuple):
    """One settled decision of a line, with what it adds to it."""

    settled: SettledFact
    amount: Decimal


@dataclass(slots=True)
class DraftLine:
    """A line to be, with everything behind it."""

    kind: str
    name: str
    for_month_on: date
    quantity_count: int
    amount: Decimal
    section: str = ""
    rate_amount: Decimal | None = None
    percent: Decimal | None = None
    base_amount: Decimal | None = None
    fee: ContractFee | None = None
    charge: Charge | None = None
    claims_account_id: int | None = None
    purpose: str = ""
    claims: list[DraftClaim] = field(default_factory=list)
    members: list[DraftMember] = field(default_factory=list)


class Tax(NamedTuple):
    """What the employer's state levies on services: per cent, and the citation."""

    state: str
    percent: Decimal
    citation: str


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What an invoice stands on. `fees` and `enrolled` by month: its own, and earlier ones of the look-back.
    `last_fees` for each run-out fee: the administration fees of the months it is a per cent of. `recovered_amount`:
    what came back of overpayments and third parties, where a fee is a per cent of it."""

    month_on: date
    settled: Sequence[SettledFact]
    account_names: Mapping[int, str]
    fees: Mapping[date, Sequence[ContractFee]]
    enrolled: Mapping[date, Sequence[EnrolledFact]]
    turns: Turns
    charges: Sequence[Charge] = ()
    tax: Tax | None = None
    last_fees: Mapping[int, Decimal] = field(default_factory=dict)
    by_division: bool = False
    due_days: int = 0
    recovered_amount: Decimal = ZERO

    @property
    def own(self) -> list[SettledFact]:
        """What was drawn on the employer's own account: told, not billed."""
        return [item for item in self.settled if item.funds != "tpa"]

    @property
    def advanced(self) -> list[SettledFact]:
        """What the TPA paid from its own funds and is to be reimbursed."""
        return [item for item in self.settled if item.funds == "tpa"]


def sum_of(lines: Sequence[DraftLine]) -> Decimal:
    """What lines come to."""
    return sum((line.amount for line in lines), ZERO)
