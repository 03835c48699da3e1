"""Asks a recipient for what it was paid too much: the letter, its days, from when payments may be reduced for it."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from claims.models import Overpayment, PaymentItem
from claims.payments.recovery_terms import TermsOf
from claims.recoveries.cases import Status, balance_of, case_to_work, keep, terms_of
from claims.recoveries.letter_page import LetterDays, letter_page
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.documents.keep_document import PDF, Written, keep_document
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.models import Document
from tpa.foundation.organisation import organisation
from tpa.foundation.parameters import LegalValue, legal_value
from tpa.foundation.transitions import move
from tpa.foundation.values.money import ZERO
from tpa.foundation.values.periods import months_after

# Where nobody agreed on anything: asked for, never taken.
_ANSWER_DAYS = 30


def request_overpayment(*, number: str, revision: int, by: Scope, on: date | None = None) -> Document:
    """Write and keep the letter; the case is requested. Done again it is a follow-up, and the days of the first letter
    stand. Raises as `case_to_work`, and Conflict when nothing is owed, it is disputed, or the law's time is over."""
    with transaction.atomic():
        row = case_to_work(number=number, revision=revision, by=by)
        if row.status not in (Status.OPEN, Status.REQUESTED):
            raise Conflict("recoveries.not_to_ask", _("What is disputed or settled is not asked for."))
        balance = balance_of(row)
        if balance <= ZERO:
            raise Conflict("recoveries.nothing_owed", _("Nothing is owed any more."))
        today = on or timezone.localdate()
        terms = terms_of(row, today)
        is_first = row.status == Status.OPEN
        if is_first:
            check_time(row, terms, today)
            move(row, Status.REQUESTED, by=by.actor)
        days = (
            _days(row, terms, today)
            if row.answer_by_on is None
            else LetterDays(row.answer_by_on, row.offset_from_on, ())
        )
        keep(
            row,
            answer_by_on=days.answer_by_on,
            offset_from_on=days.offset_from_on,
            terms_id=terms.terms_id if terms else None,
            next_action_on=today + timedelta(days=terms.follow_up_days if terms else _ANSWER_DAYS),
        )
        document = _letter(row, days, terms, is_first)
        record(
            "claims.overpayment.requested",
            by=by.actor,
            about=row,
            detail={"amount": str(balance), "again": not is_first},
        )
    return document


def check_time(row: Overpayment, terms: TermsOf | None, today: date) -> None:
    """Raises Conflict when the payee's state, which the terms follow, gives no time any more."""
    if terms is None or not terms.follows_state_law or not terms.state:
        return
    claims = row.lines.values("claim_id")
    first = PaymentItem.objects.filter(claim__in=claims, amount__gt=0).aggregate(on=Min("payment__paid_on"))["on"]
    for unit in ("months", "days"):
        limit = state_value(f"overpayment.request_within_{unit}.{terms.state.lower()}", today)
        if limit is None or first is None:
            continue
        count = int(limit.value)
        last = months_after(first, count) if unit == "months" else first + timedelta(days=count)
        if today > last:
            raise Conflict(
                "recoveries.too_late",
                _("It was to be asked for by %(day)s (%(citation)s).") % {"day": last, "citation": limit.citation},
                last_on=str(last),
            )


def state_value(name: str, on: date) -> LegalValue | None:
    """A state's value, where we know of one."""
    try:
        return legal_value(name, on=on)
    except NotFound:
        return None


def _days(row: Overpayment, terms: TermsOf | None, today: date) -> LetterDays:
    if terms is None:
        return LetterDays(today + timedelta(days=_ANSWER_DAYS), row.offset_from_on, ())
    notice, sources = terms.notice_days, [terms.source]
    if terms.follows_state_law and terms.state:
        law = state_value(f"overpayment.offset_notice_days.{terms.state.lower()}", today)
        if law is not None and law.value > notice:
            notice, sources = int(law.value), [terms.source, law.citation]
    offset_from_on = today + timedelta(days=notice) if terms.offset_allowed else None
    return LetterDays(today + timedelta(days=terms.answer_days), row.offset_from_on or offset_from_on, tuple(sources))


def _letter(row: Overpayment, days: LetterDays, terms: TermsOf | None, is_first: bool) -> Document:
    at = timezone.now()
    times = Document.objects.filter(kind=Document.Kind.RECOVERY_LETTER, subject_id=row.pk).count() + 1
    with translation.override(settings.LANGUAGE_CODE):
        page = letter_page(row, days, organisation(), settings.LANGUAGE_CODE[:2], is_first=is_first)
    return keep_document(
        Written(
            kind=Document.Kind.RECOVERY_LETTER,
            name=f"{row.number}-{times}.pdf",
            data=render_pdf(template="recovery_letter", data=page, at=at),
            media_type=PDF,
            subject_type="claims.overpayment",
            subject_id=row.pk,
            employer_id=row.employer_id,
        ),
        at=at,
    )
