"""Letters of a third-party case: the questions to the member, and the notice of the plan's lien."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from claims.models import Claim, SubrogationTerms, ThirdParty, ThirdPartyCase
from claims.recoveries.letter_page import dollars, long, short
from claims.recoveries.third_party_cases import PaidPart
from tpa.foundation.documents.keep_document import PDF, Written, keep_document
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.models import Document
from tpa.foundation.organisation import organisation
from tpa.foundation.values.addresses import address_lines
from tpa.foundation.values.money import ZERO


def write_questionnaire(row: ThirdPartyCase) -> Document:
    """The letter that asks the member what happened and who may answer for it."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Please tell us about an accident")
        page = _page(row, title, address_lines(str(row.member), row.member)) | {
            "reason": _(
                "We paid for care after %(day)s. If somebody else may answer for it, your plan asks you to say so."
            )
            % {"day": long(row.accident_on)},
            "paragraphs": [
                _("1. What happened, where and when? Was it at work, on the road, on somebody's premises?"),
                _("2. Who else was in it, and by whom are they insured? Policy and claim numbers help."),
                _("3. Did you report it to an insurer, your employer or the police? When, under which number?"),
                _("4. Does an attorney help you? Please name them; we then write to them and not to you."),
                _("5. Did anybody offer or pay you money for it?"),
                _("Please answer within three weeks. Your care is paid as before while you do. Questions: %(phone)s.")
                % {"phone": organisation().telephone},
            ],
        }
    return _keep(row, page, "questions")


def write_lien_notice(
    row: ThirdPartyCase, party: ThirdParty, parts: Sequence[PaidPart], terms: SubrogationTerms | None
) -> Document:
    """The letter that tells somebody of the plan's lien, with what its claims paid by today."""
    total = sum((part.amount for part in parts), ZERO)
    claims = Claim.objects.select_related("member").defer("submission").in_bulk([part.claim_id for part in parts])
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Notice of a lien")
        said = [
            _("The plan paid the care above and has a right to be paid back from what is recovered for the accident."),
            _("Care may go on: ask us for the amount of the day before anything is paid out."),
            _("Please send what belongs to the plan by check to the address above, with the number %(number)s on it.")
            % {"number": row.number},
        ]
        if terms is not None:
            said.insert(1, _("The plan document says it: %(clause)s.") % {"clause": terms.clause})
        if party.reference:
            said.append(_("Your number: %(reference)s.") % {"reference": party.reference})
        said.append(_("Questions: %(phone)s.") % {"phone": organisation().telephone})
        page = _page(row, title, address_lines(str(party), party)) | {
            "reason": _("Accident of %(day)s: %(kind)s.")
            % {"day": long(row.accident_on), "kind": row.get_kind_display()},
            "claims": [_claim(claims[part.claim_id], part) for part in parts],
            "total": dollars(total),
            "paragraphs": said,
        }
    return _keep(row, page, "lien")


def _page(row: ThirdPartyCase, title: str, address: list[str]) -> dict[str, Any]:
    us = organisation()
    return {
        "title": f"{title} {row.number}",
        "lang": settings.LANGUAGE_CODE[:2],
        "number": row.number,
        "organisation": {"name": us.name, "address_line": us.address_line, "place": us.place},
        "foot": f"{us.name} · {us.telephone} · {row.number}",
        "address": address,
        "words": {
            "title": title,
            "page": _("Page"),
            "to": _("To"),
            "about": _("What it is about"),
            "columns": [_("Claim"), _("Patient account"), _("Patient"), _("Services"), _("Billed"), _("Paid")],
            "total": _("The plan's lien today"),
        },
        "facts": [
            (_("Case"), row.number),
            (_("Member"), str(row.member)),
            (_("Plan sponsor"), row.employer.name),
        ],
        "claims": [],
        "total": "",
    }


def _claim(claim: Claim, part: PaidPart) -> tuple[str, ...]:
    name = f"{claim.member.last_name}, {claim.member.first_name}"
    services = short(claim.service_from)
    return (
        claim.claim_number,
        claim.patient_control_number,
        name,
        services,
        dollars(claim.billed_amount),
        dollars(part.amount),
    )


def _keep(row: ThirdPartyCase, page: dict[str, Any], what: str) -> Document:
    at = timezone.now()
    subject = ThirdPartyCase._meta.label_lower
    times = Document.objects.filter(subject_type=subject, subject_id=row.pk).count() + 1
    return keep_document(
        Written(
            kind=Document.Kind.RECOVERY_LETTER,
            name=f"{row.number}-{times}-{what}.pdf",
            data=render_pdf(template="recovery_letter", data=page, at=at),
            media_type=PDF,
            subject_type=subject,
            subject_id=row.pk,
            employer_id=row.employer_id,
        ),
        at=at,
    )
