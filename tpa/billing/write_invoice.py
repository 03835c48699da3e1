"""Writes the PDF and the spreadsheet of an invoice or credit, from what stands of it."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from tpa.billing.invoice_facts import invoice_facts
from tpa.billing.invoice_page import invoice_page
from tpa.billing.invoice_sheets import invoice_sheets
from tpa.foundation.documents.keep_document import PDF, XLSX, Written, keep_documents
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.models import Document
from tpa.foundation.organisation import organisation

INVOICE_DOCUMENTS = "invoice_documents"


def write_invoice(*, invoice_id: int) -> None:
    """Write and keep both documents. They carry the invoice's time: written again they are the same, and kept once."""
    facts = invoice_facts(invoice_id)
    invoice = facts.invoice
    with translation.override(settings.LANGUAGE_CODE):
        page = invoice_page(facts, organisation(), settings.LANGUAGE_CODE[:2])
        sheets = invoice_sheets(facts)
    pdf = render_pdf(template="invoice", data=page, at=invoice.issued_at)
    keep_documents(
        [
            Written(
                kind=kind,
                name=f"{invoice.number}.{ending}",
                data=data,
                media_type=media_type,
                subject_type="tpa.invoice",
                subject_id=invoice.pk,
                employer_id=invoice.employer_id,
            )
            for kind, ending, data, media_type in (
                (Document.Kind.INVOICE_PDF, "pdf", pdf, PDF),
                (Document.Kind.INVOICE_XLSX, "xlsx", sheets, XLSX),
            )
        ],
        at=invoice.issued_at,
    )
