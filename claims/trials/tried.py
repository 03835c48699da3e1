"""What is tried on an employer's claims: another plan version, network, fee schedule or stop-loss terms. Plain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from claims.facts import Fact
from tpa.foundation.values.periods import Period


class StopLossTerms(Fact, frozen=True, kw_only=True):
    """A policy in windows: services incurred and payments made from a day through another, per person and in all.

    Above `specific_amount` of a member (above the laser, where the member has one) the carrier reimburses
    `reimbursed_percent`; above `aggregate_amount` of what is left of all members, everything.
    """

    incurred_from: date
    incurred_through: date
    paid_from: date
    paid_through: date
    specific_amount: Decimal
    lasers: dict[int, Decimal] = {}  # by member id
    reimbursed_percent: Decimal = Decimal(100)
    aggregate_amount: Decimal | None = None


class Tried(Fact, frozen=True, kw_only=True):
    """Which claims (services from `starts_on` to before `ends_on`), and what is otherwise for them.

    `plan_hash` decides the claims that were decided by a version of `plan_id` (None: all). `networks` puts one network
    in the place of another, `schedules` a fee schedule under a network; both by code. `stop_loss` is what is tried,
    `stop_loss_now` what it is compared with.
    """

    employer_id: int
    starts_on: date
    ends_on: date
    plan_hash: str = ""
    plan_id: int | None = None
    networks: dict[str, str] = {}
    schedules: dict[str, str] = {}
    stop_loss: StopLossTerms | None = None
    stop_loss_now: StopLossTerms | None = None

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)
