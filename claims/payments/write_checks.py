"""Prints checks: one page each, with the statement of what it pays below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.models import Payment, PaymentInstrument, PaymentItem
from claims.payments.amount_words import amount_in_words
from claims.payments.bank_terms import bank_terms
from tpa.foundation.documents.keep_document import PDF, Written, keep_documents
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.models import Document
from tpa.foundation.organisation import Organisation, organisation
from tpa.foundation.values.addresses import address_lines

# What fits below a check; the remittance of the same number tells the rest.
_MOST_CLAIMS = 26


class _Printed(NamedTuple):
    """A check to be printed: its payment, its number, its day."""

    payment: Payment
    number: str
    on: date


def write_checks(*, run_id: int, first: int, last: int, at: datetime) -> int:
    """Print the checks of a run's payments with ids from first to last, in one PDF; returns how many. Three queries."""
    payments = list(
        Payment.objects.filter(run=run_id, pk__range=(first, last), method=Payment.Method.CHECK)
        .select_related("payee", "member", "claims_account", "employer")
        .order_by("pk")
    )
    if not payments:
        return 0
    printed = [_Printed(payment, payment.check_number, payment.paid_on) for payment in payments]
    _print(
        printed, at=at, title=_("Checks of payment run %(run)s") % {"run": run_id}, about=("claims.paymentrun", run_id)
    )
    return len(payments)


def write_check_again(*, instrument_id: int, at: datetime) -> None:
    """Print the check of a payment that goes out once more; printed before it stays as it is. Two queries."""
    one = PaymentInstrument.objects.select_related(
        "payment__payee", "payment__member", "payment__claims_account", "payment__employer"
    ).get(pk=instrument_id, method=Payment.Method.CHECK)
    printed = [_Printed(one.payment, one.check_number, one.issued_on)]
    title = _("Check %(number)s") % {"number": one.check_number}
    _print(printed, at=at, title=title, about=("claims.payment", one.payment_id))


def _print(printed: Sequence[_Printed], *, at: datetime, title: str, about: tuple[str, int]) -> None:
    claims = _claims([one.payment.pk for one in printed])
    days = _stale_days(printed)
    us = organisation()
    with translation.override(settings.LANGUAGE_CODE):
        data = {
            "title": title,
            "lang": settings.LANGUAGE_CODE[:2],
            "organisation": {"name": us.name},
            "words": _words(days),
            "checks": [_check(one, claims[one.payment.pk], us) for one in printed],
        }
    pdf = render_pdf(template="checks", data=data, at=at)
    subject_type, subject_id = about
    keep_documents(
        [
            Written(
                kind=Document.Kind.CHECK_PDF,
                name=f"checks-{printed[0].number}-{printed[-1].number}.pdf",
                data=pdf,
                media_type=PDF,
                subject_type=subject_type,
                subject_id=subject_id,
                employer_id=printed[0].payment.employer_id,
            )
        ],
        at=at,
    )


def _stale_days(printed: Sequence[_Printed]) -> int:
    """Checks of one piece carry one sentence: that of the account whose checks are void first."""
    terms = bank_terms({one.payment.claims_account_id for one in printed}, printed[0].on)
    return min(one.stale_days for one in terms.values())


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


def _check(one: _Printed, items: Sequence[PaymentItem], us: Organisation) -> dict[str, Any]:
    payment = one.payment
    to: Any = payment.payee or payment.member
    account, shown = payment.claims_account, items[:_MOST_CLAIMS]
    besides = []
    if len(items) > len(shown):
        rest = sum((item.amount for item in items[_MOST_CLAIMS:]), Decimal(0))
        besides.append((_("%(count)s further claims") % {"count": len(items) - len(shown)}, _plain(rest)))
    if payment.brought_forward_amount:
        besides.append((_("Recovered: owed from an earlier payment"), _plain(-payment.brought_forward_amount)))
    if payment.adjustments_amount:
        besides.append((_("Overpayments and refunds, as the remittance tells"), _plain(-payment.adjustments_amount)))
    return {
        "number": one.number,
        "date": _day(one.on),
        "trace": payment.trace_number,
        "account_name": payment.employer.name if payment.funds == Payment.Funds.OWN else us.name,
        "account_detail": _("%(account)s, administered by %(name)s, %(address)s, %(place)s")
        % {"account": account.name, "name": us.name, "address": us.address_line, "place": us.place},
        "name": str(to),
        "address": address_lines(str(to), to),
        "amount": f"${payment.amount:,.2f}",
        "words": amount_in_words(payment.amount),
        "bank_line": f"{one.number}   {account.bank_routing_number}   {account.bank_account_number}".rstrip(),
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


def _words(stale_days: int) -> dict[str, Any]:
    return {
        "check_number": _("Check"),
        "date": _("Date"),
        "pay_to": _("Pay to the order of"),
        "dollars": _("DOLLARS"),
        "signature": _("Authorized signature"),
        "void_after": _("Void after %(days)s days") % {"days": stale_days},
        "statement": _("Statement of check"),
        "paid_to": _("Paid to"),
        "paid_by": _("Paid by"),
        "trace": _("Trace"),
        "total": _("Amount of this check"),
        "columns": [_("Claim"), _("Patient account"), _("Patient"), _("Services"), _("Billed"), _("Paid")],
    }


def _day(on: date) -> str:
    return date_format(on, "DATE_FORMAT")


def _short(on: date) -> str:
    return date_format(on, "SHORT_DATE_FORMAT")


def _plain(amount: Decimal) -> str:
    return f"−{-amount:,.2f}" if amount < 0 else f"{amount:,.2f}"  # noqa: RUF001 (a minus)
