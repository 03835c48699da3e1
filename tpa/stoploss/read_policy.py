"""Reads a stop-loss policy from a YAML document: days as people write them, the basis as they call it or as windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tpa.foundation.errors import Invalid
from tpa.foundation.values.periods import Period
from tpa.stoploss.policy_words import (
    AdvanceTerms,
    AggregateWords,
    Carrier,
    ClockTerms,
    NoticeTerms,
    PaidTerms,
    PolicyWords,
    SpecificWords,
)
from tpa.stoploss.reckoning.terms import Windows
from tpa.stoploss.reckoning.windows import windows_of_basis

_AMOUNTS = (
    "corridor_amount", "reimburse_percent", "most_amount", "corridor_percent", "minimum_percent",
    "minimum_floor_amount", "quoted_month_amount", "person_limit_amount",
)  # fmt: skip
_AS_IT_IS = ("counts_lasers", "has_accommodation")

FindMember = Callable[[str, str], int]


def read_policy(document: Mapping[str, Any], *, find_member: FindMember) -> PolicyWords:
    """The policy that a document says. `find_member` gives a member's id by subscriber and person number.

    A coverage names its `basis` (12/15, 24/12, paid with `first_covered_on`) or both windows, first and last day.
    Raises Invalid with the field that is missing or makes no sense.
    """
    try:
        first, last = document["term"]
        term = Period.from_inclusive(first, last)
        specific, aggregate, advance = (document.get(name) for name in ("specific", "aggregate", "advance"))
        return PolicyWords(
            number=document["number"],
            carrier=Carrier(**document["carrier"]),
            term=term,
            notice=_notice(document["notice"]),
            clock=ClockTerms(**document["clock"]),
            specific=None if specific is None else _specific(specific, term, find_member),
            aggregate=None if aggregate is None else _aggregate(aggregate, term),
            advance=None
            if advance is None
            else AdvanceTerms(**advance | {"least_amount": _dollars(advance, "least_amount")}),
            terminal_months_count=document.get("terminal_months_count", 0),
            benefit_names=dict(document.get("benefit_names", {})),
            recovery_priority=str(document.get("recovery_priority", "carrier")),
            paid=PaidTerms(**document.get("paid", {})),
        )
    except KeyError as missing:
        raise Invalid(
            "stoploss.missing", _("The document does not say %(field)s.") % {"field": missing.args[0]}
        ) from None
    except (TypeError, ValueError, ArithmeticError) as fault:
        raise Invalid("stoploss.document", _("The document makes no sense: %(fault)s.") % {"fault": fault}) from None


def _notice(words: Mapping[str, Any]) -> NoticeTerms:
    return NoticeTerms(
        percent=_dollars(words, "percent"),
        stay_days=words["stay_days"],
        follow_up_days=words["follow_up_days"],
        follow_up_amount=_dollars(words, "follow_up_amount"),
        triggers=tuple((str(low), str(high), str(name)) for low, high, name in words.get("triggers", ())),
    )


def _specific(words: Mapping[str, Any], term: Period, find_member: FindMember) -> SpecificWords:
    return SpecificWords(
        section=words["section"],
        windows=_windows(words, term),
        deductible_amount=_dollars(words, "deductible_amount"),
        lasers=tuple(
            (
                find_member(str(laser["subscriber_number"]), str(laser.get("person_number", "01"))),
                None if laser.get("amount") is None else _dollars(laser, "amount"),
            )
            for laser in words.get("lasers", ())
        ),
        **_rest(words),
    )


def _aggregate(words: Mapping[str, Any], term: Period) -> AggregateWords:
    factors = words["factors"]
    return AggregateWords(
        section=words["section"],
        windows=_windows(words, term),
        factors=tuple((str(tier), _dollars(factors, tier)) for tier in factors),
        **_rest(words),
    )


def _rest(words: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: _dollars(words, name) for name in _AMOUNTS if words.get(name) is not None}
    found |= {name: bool(words[name]) for name in _AS_IT_IS if name in words}
    return found | ({"benefits": tuple(words["benefits"])} if "benefits" in words else {})


def _windows(words: Mapping[str, Any], term: Period) -> Windows:
    if "basis" in words:
        first_covered_on: date | None = words.get("first_covered_on")
        return windows_of_basis(str(words["basis"]), term, first_covered_on=first_covered_on)
    return Windows(Period.from_inclusive(*words["incurred"]), Period.from_inclusive(*words["paid"]))


def _dollars(words: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(words[name]))
