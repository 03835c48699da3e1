"""What a carrier still owes for persons when money came back, where the policy does not put the carrier first."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from tpa.foundation.values.money import ZERO, split
from tpa.stoploss.reckoning.specific import PersonPosition, SpecificPosition

SHARED, PLAN = "shared", "plan"


def after_recoveries(position: SpecificPosition, recovered: Mapping[int, Decimal], priority: str) -> SpecificPosition:
    """The position, the carrier's part less what is the carrier's of what came back for a person.

    `shared`: carrier and plan bear it by what each has of the person's claims. `plan`: the plan's own part is made good
    first, the carrier's after it.
    """
    persons = tuple(_after(person, recovered.get(person.member_id, ZERO), priority) for person in position.persons)
    return msgspec.structs.replace(position, persons=persons)


def _after(person: PersonPosition, recovered: Decimal, priority: str) -> PersonPosition:
    if not recovered or not person.reimbursable_amount:
        return person
    return msgspec.structs.replace(
        person, reimbursable_amount=person.reimbursable_amount - carriers_part(person, recovered, priority)
    )


def carriers_part(person: PersonPosition, recovered: Decimal, priority: str) -> Decimal:
    """What of the recovered money is the carrier's: never more than it would pay."""
    carrier = person.reimbursable_amount
    own = max(ZERO, person.eligible_amount - carrier)
    if priority == PLAN:
        return min(carrier, max(ZERO, recovered - own))
    return min(carrier, split(min(recovered, carrier + own), [carrier, own])[0])
