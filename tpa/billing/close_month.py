"""Closes a contract's month: what was settled, who was covered and which fees are in force become an invoice, once."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.payments.hold_payments import hold_payments
from employers.eligibility.hold_enrolment import hold_enrolment
from tpa.billing.draft_invoice import DraftInvoice, draft_invoices
from tpa.billing.month_facts import month_facts
from tpa.billing.post_invoice import post_invoice
from tpa.billing.selectors import open_months
from tpa.billing.write_invoice import INVOICE_DOCUMENTS
from tpa.contracts.months import check_whole_months, next_month
from tpa.foundation import work
from tpa.foundation.audit import Actor, record
from tpa.foundation.bulk import copy_rows, next_ids
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move_many
from tpa.models import Contract, Invoice, InvoiceLine, MonthClose, ShortPayment

_CLAIM = ("line_id", "employer_id", "purpose", "decision_id", "claim_number", "paid_on", "trace_number", "amount")
_MEMBER = ("line_id", "employer_id", "fee_id", "member_id", "for_month_on", "number", "tier", "count", "amount")


def close_month(*, contract_id: int, month_on: date, by: Actor) -> Invoice:
    """Close the month and return its invoice, that of the employer as a whole where each division has one of its own;
    a month that is closed gives the invoice it has.

    One transaction, under the contract's lock and with the employer's payment runs kept out; whatever is recorded
    afterwards comes with a later month. The documents are asked for and follow (`write_invoice`). Raises Invalid for a
    month that is not over or not the contract's, Conflict when an earlier month is open or the contract a draft.
    """
    check_whole_months(month_on, None)
    with transaction.atomic():
        contract = (
            Contract.objects.select_related("employer")
            .select_for_update(no_key=True, of=("self",))
            .filter(pk=contract_id)
            .first()
        )
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        closed = Invoice.objects.filter(close__contract=contract, close__month_on=month_on, kind=Invoice.Kind.INVOICE)
        if (invoice := closed.filter(division="").first()) is not None:
            return invoice
        _check(contract, month_on)
        employer_id = contract.employer_id
        hold_payments(employer_id=employer_id, wait=True)
        # What is enrolled later is recorded later: the moment stays what it says.
        known_at = hold_enrolment(employer_id=employer_id)
        close = MonthClose.objects.create(
            contract=contract,
            employer_id=employer_id,
            month_on=month_on,
            known_at=known_at,
            closed_by=str(by)[:80],
        )
        facts = month_facts(contract, employer_id, month_on, known_at)
        drafts = draft_invoices(facts)
        issued = [_issue(close, division, draft, facts.due_days, by) for division, draft in drafts.items()]
        _carry([line.charge.pk for line in drafts[""].lines if line.charge is not None], by)
    return issued[0]


def _carry(charge_ids: list[int], by: Actor) -> None:
    """What short payments left open is asked on this invoice from now on."""
    carried = ShortPayment.objects.filter(charge__in=charge_ids) if charge_ids else ShortPayment.objects.none()
    targets = {item.pk: str(ShortPayment.Status.CARRIED) for item in carried}
    move_many(ShortPayment, targets, by=by)


def _issue(close: MonthClose, division: str, draft: DraftInvoice, due_days: int, by: Actor) -> Invoice:
    invoice = _write(close, division, draft, due_days)
    post_invoice(invoice=invoice, by=by)
    work.ask(INVOICE_DOCUMENTS, key=str(invoice.pk), payload={"invoice": invoice.pk}, at=close.known_at)
    record(
        "tpa.invoice.issued",
        by=by,
        about=invoice,
        detail={"number": invoice.number, "lines": len(draft.lines), "total": str(invoice.total_amount)},
    )
    return invoice


def _check(contract: Contract, month_on: date) -> None:
    """Whether the month may be closed now."""
    if contract.status == Contract.Status.DRAFT:
        raise Conflict("billing.draft", _("This contract is not signed."))
    if next_month(month_on) > timezone.localdate():
        raise Invalid("billing.month_not_over", _("This month is not over."))
    [(_contract, open_on, run_out)] = open_months(Contract.objects.filter(pk=contract.pk))
    if month_on < contract.period.lower or (run_out is not None and month_on >= run_out):
        raise Invalid("billing.outside", _("The contract does not cover this month."))
    if month_on != open_on:
        raise Conflict("billing.earlier_month_open", _("An earlier month is to be closed first."), month=str(open_on))


def _write(close: MonthClose, division: str, draft: DraftInvoice, due_days: int) -> Invoice:
    issued_on = timezone.localdate(close.known_at)
    contract = close.contract
    invoice = Invoice.objects.create(
        number=f"{contract.number}-{close.month_on:%Y-%m}" + (f"-{division}" if division else ""),
        close=close,
        division=division,
        contract=contract,
        employer_id=close.employer_id,
        status_at=close.known_at,
        issued_at=close.known_at,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=due_days),
        total_amount=draft.total_amount,
        own_claims_count=draft.own_claims_count,
        own_claims_amount=draft.own_claims_amount,
    )
    ids = next_ids("tpa_invoiceline_id_seq", len(draft.lines))
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            pk=line_id,
            invoice=invoice,
            employer_id=close.employer_id,
            number=number,
            kind=line.kind,
            name=line.name[:200],
            section=line.section[:80],
            for_month_on=line.for_month_on,
            quantity_count=line.quantity_count,
            rate_amount=line.rate_amount,
            percent=line.percent,
            base_amount=line.base_amount,
            amount=line.amount,
            fee=line.fee,
            charge=line.charge,
            claims_account_id=line.claims_account_id,
        )
        for number, (line_id, line) in enumerate(zip(ids, draft.lines, strict=True), 1)
    )
    _write_behind(close.employer_id, ids, draft)
    return invoice


def _write_behind(employer_id: int, ids: list[int], draft: DraftInvoice) -> None:
    """The claims and the members behind the lines, by COPY."""
    pairs = list(zip(ids, draft.lines, strict=True))
    copy_rows(
        "tpa_invoiceclaim",
        _CLAIM,
        (
            (
                line_id,
                employer_id,
                line.purpose,
                claim.settled.decision_id,
                claim.settled.claim_number,
                claim.settled.paid_on,
                claim.settled.trace_number,
                claim.amount,
            )
            for line_id, line in pairs
            for claim in line.claims
        ),
    )
    copy_rows(
        "tpa_invoicemember",
        _MEMBER,
        (
            (
                line_id,
                employer_id,
                line.fee.pk,
                member.member_id,
                line.for_month_on,
                member.number,
                member.tier,
                member.turned_count,
                member.turned_count * line.fee.amount,
            )
            for line_id, line in pairs
            if line.fee is not None
            for member in line.members
        ),
    )
