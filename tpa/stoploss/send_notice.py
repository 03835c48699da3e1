"""Sends a notice to the carrier: the letter is written and kept, and what was told stands."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor
from tpa.foundation.documents.keep_document import PDF, Written, keep_document
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.errors import NotFound
from tpa.foundation.models import Document
from tpa.foundation.organisation import organisation
from tpa.foundation.transitions import move
from tpa.models import StopLossNotice
from tpa.stoploss.notice_page import notice_page


def send_notice(*, notice_id: int, by: Actor) -> Document:
    """Write the letter, mark the notice sent and return the letter. Raises Conflict when it is not due any more."""
    with transaction.atomic():
        notice = (
            StopLossNotice.objects.select_for_update(no_key=True, of=("self",))
            .select_related("policy", "employer", "member__family", "claim")
            .filter(pk=notice_id)
            .first()
        )
        if notice is None:
            raise NotFound("stoploss.no_such_notice", _("There is no such notice."))
        move(notice, StopLossNotice.Status.SENT, by=by)
        with translation.override(settings.LANGUAGE_CODE):
            page = notice_page(notice, organisation(), settings.LANGUAGE_CODE[:2])
        return keep_document(
            Written(
                kind=Document.Kind.STOP_LOSS_NOTICE,
                name=f"{notice.policy.number}-notice-{notice.pk}.pdf",
                data=render_pdf(template="stoploss_notice", data=page, at=notice.status_at),
                media_type=PDF,
                subject_type="tpa.stoplossnotice",
                subject_id=notice.pk,
                employer_id=notice.employer_id,
            ),
            at=notice.status_at,
        )
