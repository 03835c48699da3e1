"""Pays an employer's decided claims: one payment a recipient and account, each decision settled exactly once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Claim, Payment, PaymentRun
from claims.payments.ask_documents import ask_documents, ask_positive_pay
from claims.payments.bank_terms import bank_terms
from claims.payments.due_decisions import owed_by, take_due
from claims.payments.hold_payments import hold_payments
from claims.payments.instruments import amounts_of, issue_instruments, settle_undelivered, take_undelivered
from claims.payments.netting import Due, Plan, PlannedPayment, plan_payments
from claims.payments.overpayments import gather_recoveries, write_recoveries
from claims.payments.receiving_accounts import usable
from claims.payments.take_back import drawn_on
from employers.funding.paying_accounts import PayingAccount, paying_accounts
from employers.funding.post_many import post_many
from employers.funding.posting import Account, Posting
from employers.funding.selectors import claims_accounts
from tpa.foundation.audit import Actor, record
from tpa.foundation.bulk import copy_rows, next_ids
from tpa.foundation.transitions import move_many
from tpa.foundation.values.money import ZERO

_ITEM = ("id", "payment_id", "employer_id", "claim_id", "decision_id", "amount")
_EVENT = ("claim_id", "employer_id", "at", "actor", "origin", "from_status", "to_status", "because")


def run_payments(*, employer_id: int, on: date, by: Actor) -> PaymentRun | None:
    """Settle what is decided for one employer, in one transaction; returns the run, None when nothing is to be paid.

    Approved decisions are paid as far as their account can fund them, denied ones told by a payment of zero, reversals
    of what was paid taken back from the same recipient and account. Raises Conflict while another run of the employer
    is under way. A fixed number of statements for an employer's accounts, however many claims. Documents are asked for
    and follow (`write_payment_documents`).
    """
    with transaction.atomic():
        hold_payments(employer_id=employer_id, wait=False)
        due = take_due(employer_id, claims_accounts(employer_id))
        owed = owed_by(item.recipient for item in due)
        undelivered = take_undelivered(employer_id, {item.recipient for item in due})
        accounts = {account.claims_account_id: account for account in paying_accounts(employer_id)}
        recoveries = gather_recoveries(employer_id, due, on, undelivered=undelivered)
        available = {pk: account.available_amount for pk, account in accounts.items()}
        plan = plan_payments(due, owed, available, amounts_of(undelivered), recoveries.adjustments_amounts)
        if not plan.payments:
            return None
        at = timezone.now()
        run = _start(employer_id, on, by, at, plan)
        payments, is_ach = _write_payments(run, plan.payments, accounts, by)
        issue_instruments(payments, at=at)
        settle_undelivered(undelivered, payments, by=by)
        item_ids = _write_items(run, plan.payments, payments)
        write_recoveries(recoveries, plan.payments, payments, by=by, at=at)
        _mark_paid(run, plan.payments, by, at)
        _post(payments, by)
        run.documents_due_count = ask_documents(run, payments, item_ids, is_ach=is_ach)
        checks = {one.claims_account_id for one in payments if one.method == Payment.Method.CHECK}
        ask_positive_pay(checks, key=f"run:{run.pk}", at=at)
        PaymentRun.objects.filter(pk=run.pk).update(documents_due_count=run.documents_due_count)
        record(
            "claims.paymentrun.issued",
            by=by,
            about=run,
            detail={"payments": run.payment_count, "claims": run.claim_count, "held": run.held_count},
        )
    return run


def _start(employer_id: int, on: date, by: Actor, at: datetime, plan: Plan) -> PaymentRun:
    return PaymentRun.objects.create(
        employer_id=employer_id,
        run_on=on,
        issued_at=at,
        status_at=at,
        started_by=str(by)[:80],
        claim_count=sum(len(payment.items) for payment in plan.payments),
        payment_count=len(plan.payments),
        paid_amount=sum((payment.amount for payment in plan.payments), ZERO),
        held_count=len(plan.held),
        held_amount=sum((item.amount for item in plan.held), ZERO),
        documents_due_count=0,
    )


def _write_payments(
    run: PaymentRun, planned: Sequence[PlannedPayment], accounts: Mapping[int, PayingAccount], by: Actor
) -> tuple[list[Payment], bool]:
    """The payments, and whether an ACH file is to be written."""
    ways, is_ach = _methods(planned, accounts, run.run_on, by)
    traces = next_ids("claims_trace_number", len(planned))
    checks = iter(next_ids("claims_check_number", ways.count(Payment.Method.CHECK)))
    payments = Payment.objects.bulk_create(
        [
            Payment(
                run=run,
                employer_id=run.employer_id,
                claims_account_id=payment.recipient.claims_account_id,
                payee_id=payment.recipient.payee_id,
                member_id=payment.recipient.member_id,
                method=way,
                funds=Payment.Funds.TPA if _account(payment, accounts).is_advanced else Payment.Funds.OWN,
                trace_number=f"{trace:010d}",
                check_number=str(next(checks)) if way == Payment.Method.CHECK else "",
                paid_on=run.run_on,
                items_amount=payment.items_amount,
                brought_forward_amount=payment.brought_forward_amount,
                forward_balance_amount=payment.forward_balance_amount,
                undelivered_amount=payment.undelivered_amount,
                adjustments_amount=payment.adjustments_amount,
                amount=payment.amount,
            )
            for payment, way, trace in zip(planned, ways, traces, strict=True)
        ],
        batch_size=1000,
    )
    return payments, is_ach


def _account(payment: PlannedPayment, accounts: Mapping[int, PayingAccount]) -> PayingAccount:
    return accounts[payment.recipient.claims_account_id]


def _methods(
    planned: Sequence[PlannedPayment], accounts: Mapping[int, PayingAccount], on: date, by: Actor
) -> tuple[list[Payment.Method], bool]:
    """ACH where the recipient wants it, its account may be used and both banks are known, a check else. Also whether
    there is anything for an ACH file: a credit, or an account to be tried."""
    terms = bank_terms(accounts, on)
    wanted = {
        payment.recipient: terms[payment.recipient.claims_account_id].has_prenotes
        for payment in planned
        if payment.amount
        and (account := _account(payment, accounts)).bank_routing_number
        and account.bank_account_number
    }
    to_accounts, are_tried = usable(wanted, on=on, by=by)
    ways = [
        Payment.Method.NONE
        if not payment.amount
        else Payment.Method.ACH
        if payment.recipient in to_accounts
        else Payment.Method.CHECK
        for payment in planned
    ]
    return ways, are_tried or Payment.Method.ACH in ways


def _write_items(run: PaymentRun, planned: Sequence[PlannedPayment], payments: Sequence[Payment]) -> list[int]:
    items = [(payment.pk, item) for plan, payment in zip(planned, payments, strict=True) for item in plan.items]
    ids = next_ids("claims_paymentitem_id_seq", len(items))
    copy_rows(
        "claims_paymentitem",
        _ITEM,
        (
            (item_id, payment_id, run.employer_id, item.claim_id, item.decision_id, item.amount)
            for item_id, (payment_id, item) in zip(ids, items, strict=True)
        ),
    )
    return ids


def _mark_paid(run: PaymentRun, planned: Iterable[PlannedPayment], by: Actor, at: datetime) -> None:
    """Decided claims become paid; those of reversals stay as they are."""
    settled: list[Due] = [item for payment in planned for item in payment.items if item.status != Claim.Status.REVERSED]
    because = f"payment run {run.pk}"
    move_many(Claim, {item.claim_id: Claim.Status.PAID for item in settled}, by=by, because=because, at=at)
    stamp, actor = at.isoformat(), str(by)[:80]
    copy_rows(
        "claims_claimevent",
        _EVENT,
        (
            (item.claim_id, run.employer_id, stamp, actor, "system", item.status, Claim.Status.PAID.value, because)
            for item in settled
        ),
    )


def _post(payments: Sequence[Payment], by: Actor) -> None:
    by_account: dict[int, list[Posting]] = defaultdict(list)
    for payment in payments:
        if any((payment.items_amount + payment.undelivered_amount, payment.amount, _owed_more(payment))):
            by_account[payment.claims_account_id].append(_posting(payment))
    for account, postings in sorted(by_account.items()):
        post_many(claims_account_id=account, postings=postings, by=by)


def _owed_more(payment: Payment) -> Decimal:
    """By how much the recipient owes more than before, in what is carried forward or beside it."""
    more: Decimal = payment.forward_balance_amount - payment.brought_forward_amount - payment.adjustments_amount
    return more


def _posting(payment: Payment) -> Posting:
    """Claims paid, less what was recovered and plus what is still owed, out of the employer's money or the TPA's."""
    return Posting(
        reference=f"payment:{payment.trace_number}",
        kind="payment",
        description=_("Payment %(trace)s") % {"trace": payment.trace_number},
        posted_on=payment.paid_on,
        entries=(
            (Account.CLAIMS_PAID, payment.items_amount + payment.undelivered_amount),
            (Account.RECOVERIES, _owed_more(payment)),
            (drawn_on(payment), -payment.amount),
        ),
    )
