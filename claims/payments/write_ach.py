"""Writes the ACH files of a payment run: one for each claims account, for the bank that holds it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.utils import timezone

from claims.models import Payment
from claims.payments.nacha import AchCredit, AchOriginator, write_nacha
from plans.networks.payees import PayeeFact, payees_by_id
from tpa.foundation.documents.keep_document import TEXT, Written, keep_documents
from tpa.foundation.models import Document
from tpa.foundation.organisation import organisation
from tpa.foundation.values.business_days import Calendar, add_business_days


def write_ach(*, run_id: int, at: datetime) -> int:
    """Write and keep the run's ACH files; returns how many credits they hold. Settlement is asked for the next banking
    day after the run's. Three queries."""
    payments = Payment.objects.filter(run=run_id, method=Payment.Method.ACH).select_related("claims_account")
    by_account: dict[int, list[Payment]] = defaultdict(list)
    for payment in payments.order_by("pk"):
        by_account[payment.claims_account_id].append(payment)
    payees = payees_by_id(
        {payment.payee_id for group in by_account.values() for payment in group if payment.payee_id is not None}
    )
    us = organisation()
    written = []
    for account_id, group in sorted(by_account.items()):
        account = group[0].claims_account
        data = write_nacha(
            AchOriginator(
                routing_number=account.bank_routing_number,
                bank_name=f"BANK {account.bank_routing_number}",
                company_name=us.name,
                company_tin=us.tin,
            ),
            [_credit(payment, payees[payment.payee_id]) for payment in group if payment.payee_id is not None],
            at=timezone.localtime(at),
            effective_on=add_business_days(group[0].paid_on, 1, calendar=Calendar.BANK),
            reference=f"RUN{run_id}"[:8],
        )
        written.append(
            Written(
                kind=Document.Kind.ACH,
                name=f"ach-run-{run_id}-account-{account_id}.txt",
                data=data,
                media_type=TEXT,
                subject_type="claims.paymentrun",
                subject_id=run_id,
                employer_id=group[0].employer_id,
            )
        )
    keep_documents(written, at=at)
    return sum(map(len, by_account.values()))


def _credit(payment: Payment, payee: PayeeFact) -> AchCredit:
    return AchCredit(
        routing_number=payee.bank_routing_number,
        account_number=payee.bank_account_number,
        amount=payment.amount,
        individual_id=payee.npi or payee.tin,
        name=payee.name,
        trace_number=payment.trace_number,
    )
