"""Where the other payers of one member stand on a day, from what is recorded: for screens."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from employers.coordination.medicare import LAW
from employers.coordination.order_of_benefits import Patient, place_of
from employers.coordination.place import Place
from employers.eligibility.other_coverage_row import ORDER
from employers.eligibility.our_side import law_on, our_side_facts
from employers.eligibility.selectors import coverage_facts, member_facts
from employers.facts import OrderFacts, OtherCoverageFact, OurSideFact
from employers.models import OtherCoverage
from tpa.foundation.parameters import values_named


def places_on(rows: list[OtherCoverage], on: date) -> list[tuple[OtherCoverage, Place | None]]:
    """Each of a member's rows with its place; None where it is not in force on the day. Four queries, none for none."""
    if not rows:
        return []
    member_id = rows[0].member_id
    member = member_facts([member_id])[member_id]
    ours = our_side_facts([member.family_id]).get(member.family_id, OurSideFact())
    ours = replace(ours, law=law_on(values_named(LAW), on))
    patient = Patient(member, coverage_facts([member_id]).get(member_id, ()), ours, on)
    facts = {row.pk: _fact(row) for row in rows if _is_in_force(row, on)}
    return [(row, place_of(facts[row.pk], patient, list(facts.values())) if row.pk in facts else None) for row in rows]


def _is_in_force(row: OtherCoverage, on: date) -> bool:
    return bool(row.period.lower <= on and (row.period.upper is None or on < row.period.upper))


def _fact(row: OtherCoverage) -> OtherCoverageFact:
    return OtherCoverageFact(
        member_id=row.member_id,
        kind=row.kind,
        payer_name=row.payer_name,
        pays_first=bool(row.pays_first),
        because=row.because,
        starts_on=row.period.lower,
        ends_on=row.period.upper,
        order=OrderFacts(**{name: getattr(row, name) for name in ORDER}) if row.pays_first is None else None,
    )
