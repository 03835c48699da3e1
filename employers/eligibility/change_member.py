"""Changes what we hold of a person: name, address, date of birth. Coverage is another matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from employers.eligibility.open_household import open_household
from employers.eligibility.roster import FIELDS, SSN_CONTEXT
from tpa.foundation.audit import Actor
from tpa.foundation.encryption import blind_index
from tpa.foundation.errors import Invalid
from tpa.foundation.values.identifiers import digits_of, is_ssn

CHANGEABLE = frozenset(FIELDS) - {"ssn_index"}
"""The fields that may be changed."""


def change_member(*, member_id: int, changes: Mapping[str, Any], because: str, by: Actor) -> frozenset[str]:
    """Set the fields that are given; returns the names of those that really changed, as the audit trail has them."""
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise Invalid("member.field", _("These fields can not be changed."), fields=sorted(unknown))
    ssn = digits_of(str(changes.get("ssn") or ""))
    if ssn and not is_ssn(ssn):
        raise Invalid("ssn.wrong", _("This can be no Social Security number."))
    with transaction.atomic():
        roster, _household, member = open_household(member_id=member_id)
        for name, value in changes.items():
            member.set_field(name, ssn if name == "ssn" else value)
        if "ssn" in changes:
            member.set_field("ssn_index", blind_index(ssn, context=SSN_CONTEXT))
        member.because = because
        changed = frozenset(member.changed) - {"ssn_index"}
        roster.save(by=by, because=because)
    return changed
