"""Writes the EOB of each settled decision: one PDF a claim and member."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation

from claims.payments.eob_facts import eob_facts
from claims.payments.eob_page import Setting, eob_page
from claims.payments.eob_words import CodeWords
from plans.design.selectors import plan_terms
from tpa.foundation.documents.keep_document import PDF, Written, keep_documents
from tpa.foundation.documents.render_pdf import render_pdfs
from tpa.foundation.models import Document
from tpa.foundation.organisation import organisation
from tpa.foundation.parameters import parameter

APPEAL_DAYS = "claims_procedure.appeal_window_days"


def write_eobs(*, run_id: int, first: int, last: int, at: datetime) -> int:
    """Write and keep the EOBs of a run's payment items with ids from first to last; returns how many.

    `at` is the time of the run, which the documents carry: written twice they are the same, and kept once.
    """
    items = eob_facts(run_id, first, last)
    hashes = {item.plan_hash for item in items if item.plan_hash}
    terms = {content_hash: plan_terms(content_hash) for content_hash in hashes}
    today, language = timezone.localdate(at), settings.LANGUAGE_CODE
    setting = Setting(
        us=organisation(),
        words=CodeWords.of(items, on=today),
        appeal_days=int(parameter(APPEAL_DAYS, on=today)),
        lang=language[:2],
    )
    with translation.override(language):
        pages = [eob_page(item, terms.get(item.plan_hash), setting) for item in items]
    pdfs = render_pdfs(template="eob", pages=pages, at=at)
    keep_documents(
        [
            Written(
                kind=Document.Kind.EOB,
                name=f"EOB-{item.claim_number}-{item.number}.pdf",
                data=pdf,
                media_type=PDF,
                subject_type="claims.decision",
                subject_id=item.decision_id,
                employer_id=item.employer_id,
            )
            for item, pdf in zip(items, pdfs, strict=True)
        ],
        at=at,
    )
    return len(items)
