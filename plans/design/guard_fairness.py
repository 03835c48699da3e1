"""What the law wants of a plan toward people: how long they wait, parity of mental health, wellness programmes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from plans.design.guard import (
    REFUSES,
    REWARD_PERCENT,
    TOBACCO_PERCENT,
    WAITING_DAYS,
    WAITING_HOURS,
    WARNS,
    Guard,
    Numbers,
)
from plans.design.parity import Level, parity_of
from plans.design.plan_words import dollars
from plans.design.waiting_rules import longest_wait
from plans.design.wellness import wellness_limit

Document = dict[str, Any]


def fairness_guards(document: Document, numbers: Numbers) -> list[Guard]:
    """All that is found, in the order of the rules."""
    return [
        *_waits(document, numbers),
        *_waiting_benefits(document),
        *_parity(document),
        *_wellness(document, numbers),
    ]


def _waits(document: Document, numbers: Numbers) -> Iterator[Guard]:
    """Nobody who is otherwise eligible waits for more than 90 days, nor works more than 1,200 hours before."""
    clause = document.get("eligibility", {})
    if "waits_days" in clause and WAITING_DAYS in numbers:
        most = numbers[WAITING_DAYS]
        days = longest_wait(clause["waits_days"], first_of_month=clause.get("begins") == "first_of_month")
        # Coverage that begins on the day after 90 days of waiting begins on the 91st.
        if days > most.value:
            message = _("Somebody may wait for %(days)s days; at most %(most)s.")
            values = {"days": days, "most": most.value}
            yield Guard("aca.waiting_period", REFUSES, clause["section"], message % values, most.citation)
    if "service_hours" in clause and WAITING_HOURS in numbers:
        most = numbers[WAITING_HOURS]
        if clause["service_hours"] > most.value:
            message = _("Somebody must work %(hours)s hours first; at most %(most)s.")
            values = {"hours": clause["service_hours"], "most": most.value}
            yield Guard("aca.service_hours", REFUSES, clause["section"], message % values, most.citation)


def _waiting_benefits(document: Document) -> Iterator[Guard]:
    """A benefit that waits by diagnosis excludes what somebody had before: forbidden. Of essential ones it is asked."""
    essential = {benefit["benefit"] for benefit in document["benefits"] if benefit.get("essential", True)}
    for clause in document.get("waiting_periods", ()):
        if any("diagnoses" in match for match in clause.get("when", ())):
            message = _("A waiting period for some diagnoses is an exclusion of preexisting conditions.")
            yield Guard("aca.preexisting", REFUSES, clause["section"], message, "PHSA 2704; 29 CFR 2590.715-2704")
        elif essential & set(clause["benefits"]):
            message = _("An essential benefit has a waiting period.")
            yield Guard("aca.waiting_benefit", WARNS, clause["section"], message, "29 CFR 2590.701-3")


def _parity(document: Document) -> Iterator[Guard]:
    """A share of mental health benefits is no heavier than the predominant one of the medical ones in its class."""
    benefits = {benefit["benefit"]: benefit for benefit in document["benefits"]}
    for clause in document.get("parity", ()):
        levels = [Level(Decimal(one["level"]), Decimal(one["payments"])) for one in clause["levels"]]
        highest = parity_of(levels).highest_level
        for name in clause["benefits"]:
            for level in _levels(benefits[name], clause):
                if highest is not None and level <= highest:
                    continue
                values = {"title": benefits[name]["title"], "kind": clause["kind"], "level": level, "most": highest}
                message = _("“%(title)s” has a %(kind)s of %(level)s; the predominant level is %(most)s.") % values
                if highest is None:
                    message = _("“%(title)s” has a %(kind)s, which most medical benefits have not.") % values
                yield Guard("mhpaea.share", REFUSES, clause["section"], message, "29 CFR 2590.712(c)(3)")


def _levels(benefit: Document, clause: Document) -> Iterator[Decimal]:
    """The benefit's levels of the kind of share at the tiers of the class; none is no level."""
    for tier in clause["tiers"]:
        pays = benefit["pays"].get(tier, ())
        pays = benefit["pays"][pays["as"]] if isinstance(pays, dict) else pays
        for share in pays if isinstance(pays, list) else ():
            if isinstance(share, dict) and clause["kind"] in share and Decimal(share[clause["kind"]]):
                yield Decimal(share[clause["kind"]])


def _wellness(document: Document, numbers: Numbers) -> Iterator[Guard]:
    clause = document.get("wellness")
    if clause is None or REWARD_PERCENT not in numbers or TOBACCO_PERCENT not in numbers:
        return
    limit = wellness_limit(
        annual_cost_amount=Decimal(clause["annual_cost"]),
        other_amount=Decimal(clause.get("rewards", 0)),
        tobacco_amount=Decimal(clause.get("tobacco_rewards", 0)),
        percent=numbers[REWARD_PERCENT].value,
        tobacco_percent=numbers[TOBACCO_PERCENT].value,
    )
    if not limit.is_kept:
        values = {
            "total": dollars(limit.total_amount),
            "most": dollars(limit.most_total_amount),
            "other": dollars(limit.most_other_amount),
        }
        message = _("Rewards of %(total)s; at most %(most)s, and %(other)s without those for tobacco.") % values
        yield Guard("wellness.reward", REFUSES, clause["section"], message, numbers[REWARD_PERCENT].citation)
