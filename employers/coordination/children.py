"""A child under the plans of two people: birthday rule, court decree, custody (NAIC model 120, 6(D)(2))."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from employers.coordination.place import Inputs, Place, first, lacking
from employers.facts import OrderFacts

MOTHER, FATHER = "mother", "father"

_TOGETHER: Final = "NAIC model 120, 6(D)(2)(a)"
_APART: Final = "NAIC model 120, 6(D)(2)(b)"
_GENDER: Final = "NAIC model 120, 6(D)(2); the other plan's rule governs"


class Holder(msgspec.Struct, frozen=True):
    """Under whom a plan covers the child: who that is to the child, born when, covered since when."""

    is_to_child: str
    birth_on: date | None
    since_on: date | None


def place_for_child(order: OrderFacts, theirs: Holder, ours: Holder, on: date) -> Place | None:
    """Where the other plan stands for the child; None where these rules leave it to those that follow."""
    if order.parents == "apart":
        return _apart(order, theirs, ours, on)
    if order.parents == "together":
        return _together(order, theirs, ours)
    return lacking("parents", "child", _TOGETHER)


def _together(order: OrderFacts, theirs: Holder, ours: Holder) -> Place | None:
    """The parent whose birthday comes first in the year; the year of birth does not count."""
    if order.follows == "gender":
        if {theirs.is_to_child, ours.is_to_child} != {MOTHER, FATHER}:
            return lacking("holder", "gender", _GENDER)
        told = (("theirs", theirs.is_to_child), ("ours", ours.is_to_child))
        return first(theirs=theirs.is_to_child == FATHER, rule="gender", citation=_GENDER, inputs=told)
    if theirs.birth_on is None:
        return lacking("holder_birth_on", "birthday", _TOGETHER)
    if ours.birth_on is None:
        return lacking("subscriber_birth_on", "birthday", _TOGETHER)
    their_day, our_day = f"{theirs.birth_on:%m-%d}", f"{ours.birth_on:%m-%d}"
    inputs: Inputs = (("theirs", their_day), ("ours", our_day))
    if their_day != our_day:
        return first(theirs=their_day < our_day, rule="birthday", citation=_TOGETHER, inputs=inputs)
    return longer(theirs.since_on, ours.since_on, "same_birthday", _TOGETHER)


def _apart(order: OrderFacts, theirs: Holder, ours: Holder, on: date) -> Place | None:
    is_known = order.responsible_from_on is not None and order.responsible_from_on <= on
    if order.responsible == "both" and is_known:
        return _together(order, theirs, ours)
    if order.responsible in (MOTHER, FATHER) and is_known:
        ranks = [_rank(holder.is_to_child, order.responsible) for holder in (theirs, ours)]
        if ranks[0] != ranks[1] and min(ranks) < 2:
            told = (("responsible", order.responsible), ("heeded_from", str(order.responsible_from_on)))
            whose = (("theirs", theirs.is_to_child), ("ours", ours.is_to_child))
            return first(theirs=ranks[0] < ranks[1], rule="decree", citation=_APART, inputs=(*told, *whose))
    if order.custody == "joint":
        return _together(order, theirs, ours)
    if not order.custody:
        return lacking("custody", "custody", _APART)
    theirs_rank, ours_rank = (_rank(holder.is_to_child, order.custody) for holder in (theirs, ours))
    if theirs_rank == ours_rank:
        return None
    inputs = (("custody", order.custody), ("theirs", theirs.is_to_child), ("ours", ours.is_to_child))
    return first(theirs=theirs_rank < ours_rank, rule="custody", citation=_APART, inputs=inputs)


def _rank(is_to_child: str, parent: str) -> int:
    """That parent, the parent's spouse, the other parent, that one's spouse; then everybody else."""
    other = FATHER if parent == MOTHER else MOTHER
    places = [parent, f"{parent}s_spouse", other, f"{other}s_spouse"]
    return places.index(is_to_child) if is_to_child in places else len(places)


def longer(theirs: date | None, ours: date | None, rule: str, citation: str) -> Place | None:
    """Who covered longer; None where both began on one day."""
    if theirs is None:
        return lacking("since_on", rule, citation)
    if ours is None:
        return lacking("our_coverage", rule, citation)
    if theirs == ours:
        return None
    return first(
        theirs=theirs < ours, rule=rule, citation=citation, inputs=(("theirs", str(theirs)), ("ours", str(ours)))
    )
