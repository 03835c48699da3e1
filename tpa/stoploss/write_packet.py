"""Writes the packet of a reimbursement request from what stands of it: written again it is the same."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from tpa.foundation.documents.keep_document import PDF, Written, keep_documents
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.models import Document
from tpa.foundation.organisation import organisation
from tpa.models import StopLossRequest
from tpa.stoploss.packet_page import packet_page

PACKETS = "stop_loss_packets"


def write_packet(*, request_id: int) -> None:
    """Write and keep the packet, with the time at which the request was assembled."""
    request = StopLossRequest.objects.select_related("policy__employer", "coverage", "employer", "member__family").get(
        pk=request_id
    )
    claims = list(request.claims.order_by("paid_on", "decision_id", "pk"))
    with translation.override(settings.LANGUAGE_CODE):
        page = packet_page(request, claims, organisation(), settings.LANGUAGE_CODE[:2])
    keep_documents(
        [
            Written(
                kind=Document.Kind.STOP_LOSS_PACKET,
                name=f"{request.number}.pdf",
                data=render_pdf(template="stoploss_packet", data=page, at=request.assembled_at),
                media_type=PDF,
                subject_type="tpa.stoplossrequest",
                subject_id=request.pk,
                employer_id=request.employer_id,
            )
        ],
        at=request.assembled_at,
    )
