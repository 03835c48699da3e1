"""Turns what somebody asks to try, in the names that people use, into what is tried. Refuses what is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from claims.trials.tried import StopLossTerms, Tried
from plans.design.selectors import version_named
from plans.networks.selectors import networks_by_code, schedules_by_code
from tpa.foundation.errors import Invalid

# Longer than that is not one question.
_MOST_DAYS = 1100


@dataclass(frozen=True, slots=True)
class Asked:
    """Days are inclusive. `plan` is a plan's code, `version` a number of it (None: the last), draft or not; it decides
    its own plan's claims, or those `of_all_plans` of the employer. `networks` and `schedules` by code."""

    starts_on: date
    last_on: date
    plan: str = ""
    version: int | None = None
    of_all_plans: bool = False
    networks: Mapping[str, str] = field(default_factory=dict)
    schedules: Mapping[str, str] = field(default_factory=dict)
    stop_loss: StopLossTerms | None = None
    stop_loss_now: StopLossTerms | None = None


def propose(*, employer_id: int, asked: Asked) -> Tried:
    """What is tried. Raises Invalid with the place of what is wrong."""
    if asked.last_on < asked.starts_on or (asked.last_on - asked.starts_on).days > _MOST_DAYS:
        raise Invalid("what_if.period", _("The period ends before it starts, or is longer than three years."))
    plan_id, plan_hash = _version(asked)
    _check_networks(asked)
    for terms in (asked.stop_loss, asked.stop_loss_now):
        if terms is not None:
            _check(terms)
    return Tried(
        employer_id=employer_id,
        starts_on=asked.starts_on,
        ends_on=asked.last_on + timedelta(days=1),
        plan_hash=plan_hash,
        plan_id=None if asked.of_all_plans else plan_id,
        networks=dict(asked.networks),
        schedules=dict(asked.schedules),
        stop_loss=asked.stop_loss,
        stop_loss_now=asked.stop_loss_now,
    )


def _version(asked: Asked) -> tuple[int | None, str]:
    if not asked.plan:
        return None, ""
    found = version_named(asked.plan, asked.version)
    if found is None:
        raise Invalid(
            "what_if.no_such_version", _("There is no such version of a plan %(plan)s.") % {"plan": asked.plan}
        )
    return found


def _check_networks(asked: Asked) -> None:
    wanted = {*asked.networks, *asked.networks.values(), *asked.schedules}
    missing = wanted - networks_by_code(wanted).keys() if wanted else set()
    if missing:
        raise Invalid("what_if.no_such_network", _("There is no network %(name)s.") % {"name": min(missing)})
    prices = set(asked.schedules.values())
    unknown = prices - schedules_by_code(prices).keys() if prices else set()
    if unknown:
        raise Invalid("what_if.no_such_schedule", _("There is no fee schedule %(name)s.") % {"name": min(unknown)})


def _check(terms: StopLossTerms) -> None:
    amounts = (terms.specific_amount, terms.aggregate_amount or Decimal(0), *terms.lasers.values())
    if terms.incurred_through < terms.incurred_from or terms.paid_through < terms.paid_from:
        raise Invalid("what_if.windows", _("A window ends before it starts."))
    if min(amounts) < 0 or not 0 <= terms.reimbursed_percent <= 100:
        raise Invalid("what_if.amounts", _("An amount is below zero, or a percentage is none."))
