"""Hands the money of a check that nobody cashed to the state: the check is void, the money leaves for another payee."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import PaymentInstrument
from claims.payments.ask_documents import ask_positive_pay
from claims.payments.instrument_for import instrument_for
from claims.payments.unclaimed import uncashed_checks
from tpa.foundation.access import Scope
from tpa.foundation.errors import Conflict
from tpa.foundation.transitions import move


def escheat_payment(*, instrument_id: int, because: str, by: Scope, revision: int | None = None) -> PaymentInstrument:
    """Say that the state was paid (`because`: its report and reference). The ledger stays: the money went out, to the
    state. Raises as `instrument_for`; Conflict when the check is not unclaimed by the law of its state, as recorded."""
    with transaction.atomic():
        one = instrument_for(by, instrument_id, because=because, revision=revision)
        today = timezone.localdate()
        if not any(row.is_due(today) for row in uncashed_checks(by, today, instrument_id=one.pk)):
            raise Conflict("payments.not_unclaimed", _("By what is known of its state's law it is not unclaimed."))
        PaymentInstrument.objects.filter(pk=one.pk).update(because=because.strip()[:300])
        move(one, PaymentInstrument.Status.ESCHEATED, by=by.actor, because=because)
        ask_positive_pay([one.claims_account_id], key=f"escheat:{one.pk}", at=one.status_at)
    return one
