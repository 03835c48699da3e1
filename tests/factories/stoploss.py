"""Invented stop-loss policies, and claims paid on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from claims.models import Claim
from claims.payments.run_payments import run_payments
from tests.factories.payments import ENGINE, World, make_decided
from tpa.foundation.values.periods import Period
from tpa.models import StopLossPolicy
from tpa.stoploss.draft_policy import draft_policy
from tpa.stoploss.policy_words import AggregateWords, Carrier, ClockTerms, NoticeTerms, PolicyWords, SpecificWords
from tpa.stoploss.reckoning.windows import windows
from tpa.stoploss.sign_policy import sign_policy

TERM = Period(date(2026, 1, 1), date(2027, 1, 1))
_number = count(1)


def specific(
    deductible: str = "1000.00", *, run_in_months: int = 0, run_out_months: int = 3, **more: Any
) -> SpecificWords:
    """A specific coverage of the year."""
    return SpecificWords(
        section="II.A",
        windows=windows(TERM, run_in_months=run_in_months, run_out_months=run_out_months),
        deductible_amount=Decimal(deductible),
        **more,
    )


def aggregate(factor: str = "500.00", **more: Any) -> AggregateWords:
    """An aggregate coverage of the year, the same for every tier."""
    factors = tuple((tier, Decimal(factor)) for tier in ("EE", "ES", "EC", "FAM"))
    return AggregateWords(section="II.B", windows=windows(TERM), factors=factors, **more)


def policy_words(**changes: Any) -> PolicyWords:
    """A policy with a specific coverage, unless said otherwise."""
    given: dict[str, Any] = {
        "number": f"SL-2026-{next(_number):04d}",
        "carrier": Carrier("Harbor Re", "1 Pier Street", "Boston, MA 02110"),
        "term": TERM,
        "notice": NoticeTerms(
            percent=Decimal(50),
            stay_days=7,
            follow_up_days=30,
            follow_up_amount=Decimal("500.00"),
            triggers=(("C91", "C95", "leukemia"), ("Z0000", "Z0001", "for the test")),
        ),
        "clock": ClockTerms(proof_days=90, proof_unit="days", radar_days=60),
        "specific": specific(),
    }
    return PolicyWords(**given | changes)


def make_policy(world: World, **changes: Any) -> StopLossPolicy:
    """A policy in force."""
    policy = draft_policy(employer_id=world.employer.pk, words=policy_words(**changes), by=ENGINE)
    return sign_policy(policy_id=policy.pk, signed_on=date(2025, 12, 15), by=ENGINE)


def pay_claim(world: World, billed: str, *, on: date, served_on: date | None = None) -> Claim:
    """A claim of the world's member that is decided and paid on a day. Of what is billed the plan pays 80 per cent of
    what is left after a fifth and 20.00."""
    claim = make_decided(world, billed, on=served_on or on)
    assert run_payments(employer_id=world.employer.pk, on=on, by=ENGINE)
    claim.refresh_from_db()
    return claim
