"""Attaches a paper to a contract or licence: the signed agreement, an amendment, a certificate."""

from __future__ import annotations

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation.audit import Actor, record
from tpa.foundation.documents.keep_document import PDF, Written, keep_document
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Document
from tpa.models import Contract

MOST_BYTES = 20 * 1024 * 1024


def attach_document(*, subject: models.Model, name: str, data: bytes, by: Actor) -> Document:
    """Keep a PDF with the contract or licence and return it. What was attached under the name stays: another paper
    needs another name. Raises Invalid for what is no PDF, or too large."""
    if not name.strip() or not data.startswith(b"%PDF-") or len(data) > MOST_BYTES:
        raise Invalid("contracts.paper", _("Attach a PDF of at most 20 MB."))
    kind = Document.Kind.CONTRACT if isinstance(subject, Contract) else Document.Kind.LICENCE
    with transaction.atomic():
        paper = keep_document(
            Written(
                kind=kind,
                name=name.strip()[:120],
                data=data,
                media_type=PDF,
                subject_type=subject._meta.label_lower,
                subject_id=subject.pk,
                employer_id=getattr(subject, "employer_id", None),
            ),
            at=timezone.now(),
        )
        record("foundation.document.attached", by=by, about=paper, detail={"to": subject._meta.label_lower})
    return paper
