"""Prints checks: one page each, with the statement of what it pays below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.models import Payment, PaymentItem
from claims.payments.amount_words import amount_in_words
from tpa.foundation.documents.keep_document import PDF, Written, keep_documents
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.models import Document
from tpa.foundation.organisation import Organisation, organisation

# What fits below a check; the remittance of the same number tells the rest.
_MOST_CLAIMS = 26
_VOID_AFTER_DAYS = 180


def write_checks(*, run_id: int, first: int, last: int, at: datetime) -> int:
    """Print the checks of a run's payments with ids from first to last, in one PDF; returns how many. Two queries."""
    payments = list(
        Payment.objects.filter(run=run_id, pk__range=(first, last), method=Payment.Method.CHECK)
        .select_related("payee", "member", "claims_account", "employer")
        .order_by("pk")
    )
    if not payments:
        return 0
    claims = _claims([payment.pk for payment in payments])
    us = organisation()
    with translation.override(settings.LANGUAGE_CODE):
        data = {
            "title": _("Checks of payment run %(run)s") % {"run": run_id},
            "lang": settings.LANGUAGE_CODE[:2],
            "organisation": {"name": us.name},
            "words": _words(),
            "checks": [_check(payment, claims[payment.pk], us) for payment in payments],
        }
    name = f"checks-{payments[0].check_number}-{payments[-1].check_number}.pdf"
    pdf = render_pdf(template="checks", data=data, at=at)
    keep_documents(
        [
            Written(
                kind=Document.Kind.CHECK_PDF,
                name=name,
                data=pdf,
                media_type=PDF,
                subject_type="claims.paymentrun",
                subject_id=run_id,
                employer_id=payments[0].employer_id,
            )
        ],
        at=at,
    )
    return len(payments)


def _claims(payment_ids: Sequence[int]) -> dict[int, list[PaymentItem]]:
    found: dict[int, list[PaymentItem]] = defaultdict(list)
    items = (
        PaymentItem.objects.filter(payment__in=payment_ids)
        .select_related("claim__member")
        .defer("claim__submission", "claim__member__ssn")
        .order_by("payment_id", "pk")
    )
    for item in items:
        found[item.payment_id].append(item)
    return found


def _check(payment: Payment, items: Sequence[PaymentItem], us: Organisation) -> dict[str, Any]:
    to = payment.payee or payment.member
    account, shown = payment.claims_account, items[:_MOST_CLAIMS]
    besides = []
    if len(items) > len(shown):
        rest = sum((item.amount for item in items[_MOST_CLAIMS:]), Decimal(0))
        besides.append((_("%(count)s further claims") % {"count": len(items) - len(shown)}, _plain(rest)))
    if payment.brought_forward_amount:
        besides.append((_("Recovered: owed from an earlier payment"), _plain(-payment.brought_forward_amount)))
    return {
        "number": payment.check_number,
        "date": _day(payment.paid_on),
        "trace": payment.trace_number,
        "account_name": payment.employer.name if payment.funds == Payment.Funds.OWN else us.name,
        "account_detail": _("%(account)s, administered by %(name)s, %(address)s, %(place)s")
        % {"account": account.name, "name": us.name, "address": us.address_line, "place": us.place},
        "name": str(to),
        "address": _address(str(to), to),
        "amount": f"${payment.amount:,.2f}",
        "words": amount_in_words(payment.amount),
        "bank_line": f"{payment.check_number}   {account.bank_routing_number}   {account.bank_account_number}".rstrip(),
        "claims": [_claim(item) for item in shown],
        "besides": besides,
        "more": "",
        "note": _("Lines and adjustments of each claim stand in the remittance of the same number.")
        if payment.payee_id
        else _("The explanation of benefits of each claim follows separately."),
    }


def _claim(item: PaymentItem) -> tuple[str, ...]:
    claim = item.claim
    days = _short(claim.service_from)
    if claim.service_to != claim.service_from:
        days = f"{days} – {_short(claim.service_to)}"  # noqa: RUF001 (from, to)
    patient = f"{claim.member.last_name}, {claim.member.first_name}"
    billed = claim.billed_amount if item.amount >= 0 else -claim.billed_amount
    return (claim.claim_number, claim.patient_control_number, patient, days, _plain(billed), _plain(item.amount))


def _words() -> dict[str, Any]:
    return {
        "check_number": _("Check"),
        "date": _("Date"),
        "pay_to": _("Pay to the order of"),
        "dollars": _("DOLLARS"),
        "signature": _("Authorized signature"),
        "void_after": _("Void after %(days)s days") % {"days": _VOID_AFTER_DAYS},
        "statement": _("Statement of check"),
        "paid_to": _("Paid to"),
        "paid_by": _("Paid by"),
        "trace": _("Trace"),
        "total": _("Amount of this check"),
        "columns": [_("Claim"), _("Patient account"), _("Patient"), _("Services"), _("Billed"), _("Paid")],
    }


def _address(name: str, at: Any) -> list[str]:
    code = at.postal_code
    zip_code = f"{code[:5]}-{code[5:]}" if len(code) == 9 and code.isdigit() else code
    place = " ".join(part for part in (f"{at.city}, {at.state}" if at.city else "", zip_code) if part)
    return [line for line in (name, at.address_line, place) if line]


def _day(on: date) -> str:
    return date_format(on, "DATE_FORMAT")


def _short(on: date) -> str:
    return date_format(on, "SHORT_DATE_FORMAT")


def _plain(amount: Decimal) -> str:
    return f"−{-amount:,.2f}" if amount < 0 else f"{amount:,.2f}"  # noqa: RUF001 (a minus)
