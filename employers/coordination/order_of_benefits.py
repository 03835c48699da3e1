"""Who pays first where another plan covers the member too: the NAIC's rules in their order, and Medicare's.

NAIC model regulation 120, section 6(D): the first rule that decides is the one that counts. A plan that does not
coordinate always pays first (6(B)). For Medicare federal law decides (`medicare`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from employers.coordination.children import FATHER, MOTHER, Holder, longer, place_for_child
from employers.coordination.medicare import ACTIVE, EmployerPlan, place_of_medicare
from employers.coordination.place import AFTER, BEFORE, EQUAL, Place, first, lacking
from employers.facts import CoverageFact, HeadcountFact, MemberFact, OrderFacts, OtherCoverageFact, OurSideFact

SELF, CHILDREN = "18", ("19", "G8")
INACTIVE, CONTINUATION = ("retired", "laid_off"), "continuation"

_DEPENDENT: Final = "NAIC model 120, 6(D)(1)"
_SPOUSE_OF_CHILD: Final = "NAIC model 120, 6(D)(2)(d)"
_ACTIVE: Final = "NAIC model 120, 6(D)(3)"
_CONTINUATION: Final = "NAIC model 120, 6(D)(4)"
_LONGER: Final = "NAIC model 120, 6(D)(5)"
_EQUAL: Final = "NAIC model 120, 6(D)(6)"


class Patient(msgspec.Struct, frozen=True):
    """The member on a day of service, with our side of the matter."""

    member: MemberFact
    coverages: Sequence[CoverageFact]
    ours: OurSideFact
    on: date

    @property
    def is_own(self) -> bool:
        """Covered by us as our subscriber, not as a dependent."""
        return self.member.relationship == SELF

    @property
    def standing(self) -> str:
        """How our subscriber stands with the employer on the day."""
        on = self.on
        said = [one for one in self.ours.standings if one.starts_on <= on and (one.ends_on is None or on < one.ends_on)]
        return said[-1].standing if said else ACTIVE

    @property
    def since_on(self) -> date | None:
        """Since when we cover the member without a day's gap: plans that follow each other count as one."""
        return _unbroken(((one.starts_on, one.ends_on) for one in self.coverages), self.on)

    @property
    def subscriber_since_on(self) -> date | None:
        return self.since_on if self.is_own else _unbroken(self.ours.covered, self.on)


def place_of(cover: OtherCoverageFact, patient: Patient, others: Iterable[OtherCoverageFact] = ()) -> Place:
    """Where another payer's cover stands to ours; `others` are all that cover the member on the day."""
    order = cover.order
    if order is None:
        return Place(BEFORE if cover.pays_first else AFTER, "said", "", (("because", cover.because),))
    if cover.kind == "medicare":
        our_plan = EmployerPlan(patient.standing, patient.ours.headcounts)
        return place_of_medicare(cover, our_plan, patient.member.birth_on, patient.ours.law, patient.on)
    if cover.kind != "group":
        return lacking("order", "said", "")
    if order.follows == "nothing":
        return Place(BEFORE, "no_coordination", "NAIC model 120, 6(B)")
    if not order.holder:
        return lacking("holder", "dependent", _DEPENDENT)
    return (
        _as_dependent(cover, order, patient, others)
        or _as_child(cover, order, patient)
        or _by_standing(order, patient)
        or longer(order.since_on or cover.starts_on, patient.since_on, "longer", _LONGER)
        or Place(EQUAL, "equal_shares", _EQUAL)
    )


def _as_dependent(
    cover: OtherCoverageFact, order: OrderFacts, patient: Patient, others: Iterable[OtherCoverageFact]
) -> Place | None:
    """The plan that covers the member as its own comes before one that covers a dependent.

    The other way round where Medicare stands between them: after the dependent's plan and before the own (retired).
    """
    is_own_there = order.holder == "self"
    if is_own_there == patient.is_own:
        return None
    turned = _medicare_between(cover, order, patient, others)
    if turned is not None:
        return turned
    inputs = (("theirs", _as_what(is_own_there)), ("ours", _as_what(patient.is_own)))
    return first(theirs=is_own_there, rule="dependent", citation=_DEPENDENT, inputs=inputs)


def _medicare_between(
    cover: OtherCoverageFact, order: OrderFacts, patient: Patient, others: Iterable[OtherCoverageFact]
) -> Place | None:
    medicare = next((one for one in others if one.kind == "medicare" and one.order is not None), None)
    if medicare is None:
        return None
    counts = () if order.employee_count is None else (_always(order.employee_count),)
    theirs = EmployerPlan(order.standing, counts)
    ours = EmployerPlan(patient.standing, patient.ours.headcounts)
    birth_on, law = patient.member.birth_on, patient.ours.law
    to_theirs = place_of_medicare(medicare, theirs, birth_on, law, patient.on).verdict
    to_ours = place_of_medicare(medicare, ours, birth_on, law, patient.on).verdict
    to_own, to_dependent = (to_ours, to_theirs) if patient.is_own else (to_theirs, to_ours)
    if (to_own, to_dependent) != (BEFORE, AFTER):
        return None
    inputs = (("medicare", "after the plan of the dependent, before the own"), ("payer", cover.payer_name))
    return first(theirs=patient.is_own, rule="dependent.medicare", citation=_DEPENDENT, inputs=inputs)


def _as_child(cover: OtherCoverageFact, order: OrderFacts, patient: Patient) -> Place | None:
    if patient.is_own or order.holder == "self" or patient.member.relationship not in CHILDREN:
        return None
    their_since = order.since_on or cover.starts_on
    theirs = Holder(order.holder, order.holder_birth_on, their_since)
    sex = {"F": MOTHER, "M": FATHER}.get(patient.ours.subscriber_sex, "")
    ours = Holder(order.our_holder or sex, patient.ours.subscriber_birth_on, patient.subscriber_since_on)
    if order.holder == "spouse":
        # A married child: the longer cover, and of two that began on one day the birthday of parent or spouse.
        by_length = longer(their_since, patient.since_on, "longer", _SPOUSE_OF_CHILD)
        together = msgspec.structs.replace(order, parents="together", follows="birthday")
        return by_length or place_for_child(together, theirs, ours, patient.on)
    return place_for_child(order, theirs, ours, patient.on)


def _by_standing(order: OrderFacts, patient: Patient) -> Place | None:
    """Active employees before retired and laid-off ones; whoever is in employment or retired before a continuation."""
    theirs, ours = order.standing, patient.standing
    if not theirs:
        return lacking("standing", "active", _ACTIVE)
    inputs = (("theirs", theirs), ("ours", ours))
    if ACTIVE in (theirs, ours) and (theirs in INACTIVE or ours in INACTIVE):
        return first(theirs=theirs == ACTIVE, rule="active", citation=_ACTIVE, inputs=inputs)
    if (theirs == CONTINUATION) != (ours == CONTINUATION):
        return first(theirs=ours == CONTINUATION, rule="continuation", citation=_CONTINUATION, inputs=inputs)
    return None


def _as_what(is_own: bool) -> str:
    return "own" if is_own else "dependent"


def _always(employee_count: int) -> HeadcountFact:
    return HeadcountFact(employee_count=employee_count, starts_on=date.min)


def _unbroken(periods: Iterable[tuple[date, date | None]], on: date) -> date | None:
    """The first day of the periods that reach the day without a gap."""
    began = ends = None
    for starts_on, ends_on in sorted(periods, key=lambda period: period[0]):
        if starts_on > on:
            break
        if began is None or (ends is not None and starts_on > ends):
            began, ends = starts_on, ends_on
        elif ends is not None:
            ends = None if ends_on is None else max(ends, ends_on)
    return began if ends is None or on < ends else None
