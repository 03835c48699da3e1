"""Records another payer's coverage of a member, and which of us pays first."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from employers.eligibility.open_household import open_household
from employers.models import OtherCoverage
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid


def add_other_coverage(
    *,
    member_id: int,
    kind: str,
    payer_name: str,
    pays_first: bool,
    because: str,
    starts_on: date,
    by: Actor,
    ends_on: date | None = None,
    payer_number: str = "",
    policy_number: str = "",
) -> None:
    """From `starts_on` to before `ends_on` (None: open). `because` is the rule by which it pays first or second."""
    if kind not in OtherCoverage.Kind.values:
        raise Invalid("cob.kind", _("There is no such kind of coverage."))
    if ends_on is not None and ends_on <= starts_on:
        raise Invalid("date.order", _("The last day is before the first."))
    if not payer_name.strip() or not because.strip():
        raise Invalid("cob.incomplete", _("Name the payer and the rule by which it pays first or second."))
    with transaction.atomic():
        roster, _household, member = open_household(member_id=member_id)
        member.because = because
        member.new_others.append(
            OtherCoverage(
                kind=kind,
                payer_name=payer_name.strip(),
                payer_number=payer_number.strip(),
                policy_number=policy_number.strip(),
                pays_first=pays_first,
                because=because.strip(),
                period=DateRange(starts_on, ends_on),
            )
        )
        roster.save(by=by, because=because)
