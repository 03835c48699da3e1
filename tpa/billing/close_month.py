"""Closes a contract's month: what was settled, who was covered and which fees are in force become an invoice, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.payments.hold_payments import hold_payments
from claims.payments.selectors import SettledFact, settled_between
from employers.eligibility.hold_enrolment import hold_enrolment
from employers.eligibility.selectors import members_covered
from employers.funding.paying_accounts import paying_accounts
from tpa.billing.draft_invoice import DraftInvoice, MonthFacts, Turn, draft_invoice
from tpa.billing.post_invoice import post_invoice
from tpa.billing.selectors import run_out_ends, turns_of
from tpa.billing.write_invoice import INVOICE_DOCUMENTS
from tpa.contracts.months import check_whole_months, months_before, next_month
from tpa.contracts.selectors import contract_on, fees_in, first_open_month
from tpa.foundation import work
from tpa.foundation.audit import Actor, record
from tpa.foundation.bulk import copy_rows, next_ids
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.models import Contract, Invoice, InvoiceClaim, InvoiceLine, MonthClose

_CLAIM = ("line_id", "employer_id", "purpose", "decision_id", "claim_number", "paid_on", "trace_number", "amount")
_MEMBER = ("line_id", "employer_id", "fee_id", "member_id", "for_month_on", "number", "tier", "count", "amount")
# Clocks of two machines differ by less.
_CLOCKS = timedelta(hours=1)


def close_month(*, contract_id: int, month_on: date, by: Actor) -> Invoice:
    """Close the month and return its invoice; a month that is closed gives the invoice it has.

    One transaction, under the contract's lock and with the employer's payment runs kept out; whatever is recorded
    afterwards comes with a later month. The documents are asked for and follow (`write_invoice`). Raises Invalid for a
    month that is not over or not the contract's, Conflict when an earlier month is open or the contract a draft.
    """
    check_whole_months(month_on, None)
    with transaction.atomic():
        contract = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
        if contract is None:
            raise NotFound("contracts.no_such_contract", _("There is no such contract."))
        closed = Invoice.objects.filter(close__contract=contract, close__month_on=month_on, kind=Invoice.Kind.INVOICE)
        if (invoice := closed.first()) is not None:
            return invoice
        _check(contract, month_on)
        hold_payments(employer_id=contract.employer_id, wait=True)
        # What is enrolled later is recorded later: the moment stays what it says.
        known_at = hold_enrolment(employer_id=contract.employer_id)
        close = MonthClose.objects.create(
            contract=contract,
            employer_id=contract.employer_id,
            month_on=month_on,
            known_at=known_at,
            closed_by=str(by)[:80],
        )
        draft = draft_invoice(_facts(contract, month_on, known_at))
        invoice = _write(contract, close, draft)
        post_invoice(invoice=invoice, by=by)
        work.ask(INVOICE_DOCUMENTS, key=str(invoice.pk), payload={"invoice": invoice.pk}, at=known_at)
        record(
            "tpa.invoice.issued",
            by=by,
            about=invoice,
            detail={"number": invoice.number, "lines": len(draft.lines), "total": str(invoice.total_amount)},
        )
    return invoice


def _check(contract: Contract, month_on: date) -> None:
    if contract.status == Contract.Status.DRAFT:
        raise Conflict("billing.draft", _("This contract is not signed."))
    if next_month(month_on) > timezone.localdate():
        raise Invalid("billing.month_not_over", _("This month is not over."))
    run_out = run_out_ends(contract)
    if month_on < contract.period.lower or (run_out is not None and month_on >= run_out):
        raise Invalid("billing.outside", _("The contract does not cover this month."))
    if month_on != (open_on := first_open_month(contract)):
        raise Conflict("billing.earlier_month_open", _("An earlier month is to be closed first."), month=str(open_on))


def _facts(contract: Contract, month_on: date, known_at: datetime) -> MonthFacts:
    back = [month for month in months_before(month_on, contract.lookback_months_count) if month in contract.period]
    months = [*back, *([month_on] if month_on in contract.period else [])]
    return MonthFacts(
        month_on=month_on,
        settled=list(_settled(contract, month_on)),
        account_names={one.claims_account_id: one.name for one in paying_accounts(contract.employer_id)},
        fees={month: fees_in(contract.pk, month) for month in months},
        enrolled={month: members_covered(contract.employer_id, month, known_at) for month in months},
        turns={key: Turn(number, tier) for key, number, tier in turns_of(contract.pk, back)},
    )


def _settled(contract: Contract, month_on: date) -> Iterator[SettledFact]:
    """What the employer's payment runs settled in the month, and in closed ones since they were closed; after the
    contract's end only while no other contract takes it over.

    Of closed months whatever was not billed is billed now, whatever the clocks of two machines said; what is only told
    (the employer's own money) goes by the time it was recorded.
    """
    if month_on not in contract.period and contract_on(contract.employer_id, month_on) is not None:
        return
    before = (
        MonthClose.objects.filter(employer=contract.employer_id, month_on__lt=month_on).order_by("-known_at").first()
    )
    since = before.known_at if before is not None else None
    found = list(
        settled_between(
            contract.employer_id,
            since=month_on,
            before=next_month(month_on),
            recorded_after=since - _CLOCKS if since is not None else None,
        )
    )
    late = [item.decision_id for item in found if item.paid_on < month_on]
    billed = set(InvoiceClaim.objects.filter(decision__in=late).values_list("decision_id", flat=True))
    for item in found:
        is_new = since is None or item.funds == "tpa" or item.recorded_at > since
        if item.paid_on >= month_on or (is_new and item.decision_id not in billed):
            yield item


def _write(contract: Contract, close: MonthClose, draft: DraftInvoice) -> Invoice:
    issued_on = timezone.localdate(close.known_at)
    invoice = Invoice.objects.create(
        number=f"{contract.number}-{close.month_on:%Y-%m}",
        close=close,
        contract=contract,
        employer_id=contract.employer_id,
        status_at=close.known_at,
        issued_at=close.known_at,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=contract.invoice_due_days),
        total_amount=draft.total_amount,
        own_claims_count=draft.own_claims_count,
        own_claims_amount=draft.own_claims_amount,
    )
    ids = next_ids("tpa_invoiceline_id_seq", len(draft.lines))
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            pk=line_id,
            invoice=invoice,
            employer_id=contract.employer_id,
            number=number,
            kind=line.kind,
            name=line.name[:200],
            section=line.fee.section if line.fee is not None else "",
            for_month_on=line.for_month_on,
            quantity_count=line.quantity_count,
            rate_amount=line.rate_amount,
            amount=line.amount,
            fee=line.fee,
            claims_account_id=line.claims_account_id,
        )
        for number, (line_id, line) in enumerate(zip(ids, draft.lines, strict=True), 1)
    )
    pairs = list(zip(ids, draft.lines, strict=True))
    copy_rows(
        "tpa_invoiceclaim",
        _CLAIM,
        (
            (
                line_id,
                contract.employer_id,
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
                contract.employer_id,
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
    return invoice
