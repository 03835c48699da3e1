"""What a notice to the carrier says, as plain data for its template."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation.organisation import Organisation
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossNotice
from tpa.stoploss.paper_words import day, dollars, letter_head, person_pairs, policy_pairs

Kind = StopLossNotice.Kind


def notice_page(notice: StopLossNotice, us: Organisation, lang: str) -> dict[str, Any]:
    """The data of `templates/documents/stoploss_notice.typ`."""
    policy = notice.policy
    title = _("Follow-up notice") if notice.kind == Kind.FOLLOW_UP else _("Notice of a potential claim")
    point = notice.attachment_amount
    return letter_head(policy, us, title=title, number=f"{policy.number}-N{notice.pk}", lang=lang) | {
        "words": {"title": title, "page": _("Page"), "to": _("To"), "about": _("What we tell you"), "sent": _("Sent")},
        "facts": policy_pairs(policy) + person_pairs(notice.member_id, notice.member.family.subscriber_number),
        "headline": [
            {"name": _("Paid so far"), "amount": dollars(notice.eligible_amount), "hint": ""},
            {
                "name": _("Specific deductible"),
                "amount": _("excluded") if point is None else dollars(point),
                "hint": "" if point is None else _("of this person"),
            },
            {
                "name": _("Above it"),
                "amount": dollars(max(ZERO, notice.eligible_amount - point) if point is not None else ZERO),
                "hint": "",
            },
        ],
        "reason": f"{notice.get_kind_display().capitalize()}: {notice.because}.",
        "paragraphs": [
            _("Found on %(found)s, sent on %(sent)s.")
            % {"found": day(timezone.localdate(notice.raised_at)), "sent": day(timezone.localdate(notice.status_at))},
            _("Figures are what was paid within the windows of the policy by then, reversals taken off."),
            _("We tell you again every %(days)s days, or as soon as %(amount)s more was paid. Questions: %(phone)s.")
            % {
                "days": policy.follow_up_days,
                "amount": dollars(policy.follow_up_amount),
                "phone": us.telephone,
            },
        ],
    }  # fmt: skip
