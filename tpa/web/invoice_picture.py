"""An invoice as both faces show it: lines by kind that sum, and what stands behind one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from tpa.billing.selectors import (
    claims_behind,
    documents_of_invoice,
    letters_of_invoice,
    lines_of,
    members_behind,
)
from tpa.foundation.access import Scope
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.models import Document
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import Page, page_of
from tpa.models import Invoice, InvoiceClaim, InvoiceDispute, InvoiceLine, InvoiceMember
from tpa.web.names import actor_names


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind with their sum."""

    words: str
    lines: list[InvoiceLine]
    amount: Decimal


@dataclass(slots=True)
class InvoicePicture:
    """The invoice, its lines in groups, papers, credits, and the page behind the chosen line."""

    invoice: Invoice
    groups: list[Group]
    papers: list[Document]
    letters: list[Document]
    credits: list[Invoice]
    adds_up: bool
    disputes: list[InvoiceDispute]
    disputed_amount: Decimal
    chosen: InvoiceLine | None = None
    claims: Page[InvoiceClaim] | None = None
    members: Page[InvoiceMember] | None = None
    names: dict[str, Any] = field(default_factory=dict)


def invoice_picture(request: HttpRequest, scope: Scope, invoice_id: int) -> InvoicePicture | None:
    """None when there is no such invoice for this person."""
    invoice = (
        Invoice.objects.visible_to(scope)
        .select_related("employer", "contract", "close", "corrects")
        .filter(pk=invoice_id)
        .first()
    )
    if invoice is None:
        return None
    lines = list(lines_of(scope, invoice.pk))
    disputes = _disputes(scope, invoice, lines)
    picture = InvoicePicture(
        invoice=invoice,
        groups=_groups(lines),
        papers=list(documents_of_invoice(scope, invoice.pk)),
        letters=list(letters_of_invoice(scope, invoice.pk)),
        credits=list(invoice.credits.order_by("pk")),
        adds_up=sum((line.amount for line in lines), ZERO) == invoice.total_amount,
        disputes=disputes,
        disputed_amount=sum((one.amount for one in disputes if one.status == InvoiceDispute.Status.OPEN), ZERO),
    )
    wanted = request.GET.get("line", "")
    picture.chosen = next((line for line in lines if str(line.number) == wanted), None)
    if picture.chosen is not None:
        _behind(picture, request, scope)
    return picture


def _disputes(scope: Scope, invoice: Invoice, lines: list[InvoiceLine]) -> list[InvoiceDispute]:
    """The newest first, with their notes; each line knows the one that is open. Three queries at most."""
    rows = InvoiceDispute.objects.visible_to(scope).filter(invoice=invoice).select_related("line", "credit")
    found = list(rows.prefetch_related("notes").order_by("-opened_at", "-pk"))
    written = [(row, sorted(row.notes.all(), key=lambda note: note.pk)) for row in found]
    actors = {actor for row in found for actor in (row.opened_by, row.answered_by)}
    names = actor_names(actors | {note.written_by for _row, notes in written for note in notes})
    is_open = {row.line_id for row in found if row.status == InvoiceDispute.Status.OPEN}
    for line in lines:
        line.is_disputed = line.pk in is_open  # type: ignore[attr-defined]
    for row, notes in written:
        row.opened_by_name = names.get(row.opened_by, row.opened_by)  # type: ignore[attr-defined]
        row.answered_by_name = names.get(row.answered_by, row.answered_by)  # type: ignore[attr-defined]
        for note in notes:
            note.who = names.get(note.written_by, note.written_by)  # type: ignore[attr-defined]
        row.thread = notes  # type: ignore[attr-defined]
    return found


def _groups(lines: list[InvoiceLine]) -> list[Group]:
    groups = []
    for kind, words in InvoiceLine.Kind.choices:
        of_kind = [line for line in lines if line.kind == kind]
        if of_kind:
            groups.append(Group(str(words), of_kind, sum((line.amount for line in of_kind), ZERO)))
    return groups


def _behind(picture: InvoicePicture, request: HttpRequest, scope: Scope) -> None:
    """The members behind a fee, for everybody who may see enrolment; the claims only for those who may see claims."""
    line = picture.chosen
    if line is None:
        return
    picture.members = page_of(members_behind(scope, line.pk), request, order=("for_month_on", "pk"), size=50)
    if picture.members.rows:
        ids = tuple(row.member_id for row in picture.members.rows)
        record_read(Subjects("employers.member", ids), by=scope.actor, purpose="invoice")
    if scope.sees_claims and not picture.members.rows:
        claims = claims_behind(scope, line.pk).select_related("decision").defer("decision__facts", "decision__says")
        picture.claims = page_of(claims, request, order=("pk",), size=50)
        claim_ids = tuple(row.decision.claim_id for row in picture.claims.rows)
        record_read(Subjects("claims.claim", claim_ids), by=scope.actor, purpose="invoice")
