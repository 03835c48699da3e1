"""Records another payer's coverage of a member, and what decides which of us pays first."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from employers.eligibility.open_household import open_household
from employers.eligibility.other_coverage_row import row_of
from employers.facts import OtherCoverageRecord
from employers.models import OtherCoverage
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid

_WORDS: Final = {
    "holder": OtherCoverage.Holder,
    "our_holder": OtherCoverage.Holder,
    "standing": OtherCoverage.Standing,
    "follows": OtherCoverage.Follows,
    "parents": OtherCoverage.Parents,
    "custody": OtherCoverage.Custody,
    "responsible": OtherCoverage.Responsible,
    "entitled_by": OtherCoverage.Entitlement,
}


def add_other_coverage(*, member_id: int, told: OtherCoverageRecord, by: Actor) -> None:
    """From its first day to before `ends_on` (None: open). With `told.order` who pays first follows from that; without
    it `pays_first` says, and `because` by which rule. Raises Invalid for what says too little or contradicts itself."""
    if told.kind not in OtherCoverage.Kind.values:
        raise Invalid("cob.kind", _("There is no such kind of coverage."))
    if told.starts_on is None or not told.payer_name.strip():
        raise Invalid("cob.incomplete", _("Name the payer and the first day."))
    if told.ends_on is not None and told.ends_on <= told.starts_on:
        raise Invalid("date.order", _("The last day is before the first."))
    if told.order is None and (told.pays_first is None or not told.because.strip()):
        raise Invalid("cob.incomplete", _("Name the payer and the rule by which it pays first or second."))
    if told.order is not None:
        _check_words(told)
    with transaction.atomic():
        roster, _household, member = open_household(member_id=member_id)
        because = told.because.strip() or _("the order follows from what is recorded")
        member.because = because
        member.new_others.append(row_of(told, told.starts_on))
        roster.save(by=by, because=because)


def _check_words(told: OtherCoverageRecord) -> None:
    """Every word is one that the columns know; Medicare says why, another group plan whose it is."""
    order = told.order
    assert order is not None
    for name, words in _WORDS.items():
        if (value := getattr(order, name)) and value not in words.values:
            raise Invalid("cob.order", _("There is no such %(name)s.") % {"name": name}, field=name)
    if order.responsible and order.responsible_from_on is None:
        raise Invalid("cob.decree", _("Say from when the court decree is heeded."))
    if told.kind == OtherCoverage.Kind.MEDICARE and not order.entitled_by:
        raise Invalid("cob.entitlement", _("Say by what the member is entitled to Medicare."))
    if told.kind == OtherCoverage.Kind.GROUP and not order.holder and order.follows != "nothing":
        raise Invalid("cob.holder", _("Say whose coverage it is."))
    if told.kind == OtherCoverage.Kind.OTHER:
        raise Invalid("cob.kind", _("Of this kind of coverage say yourself who pays first."))
