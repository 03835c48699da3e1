"""Begins the reconciliation of a claims account: its number at the bank, its first day, its balance before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import BankAccount, BankLine
from claims.reconciliation.matching.facts import reference_of
from employers.funding.selectors import accounts_of
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.encryption import blind_index, blind_indexes
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.values.money import ZERO, cents

NUMBER_CONTEXT = "claims.bankaccount.number"


@dataclass(frozen=True, slots=True)
class BankAccountWords:
    """`number` as the bank writes it in its statements; blank: the claims account's. `opening_amount` is the bank's
    balance before `starts_on`; what was booked before and had cleared by then is matched with it."""

    starts_on: date
    opening_amount: Decimal = ZERO
    number: str = ""
    name: str = ""
    window_days: int = 5


def open_bank_account(*, claims_account_id: int, words: BankAccountWords, scope: Scope) -> BankAccount:
    """Open it and return it. Raises Conflict where this account is open or its number taken, Invalid without number."""
    with transaction.atomic():
        claims_account = accounts_of(scope).filter(pk=claims_account_id).first()
        if claims_account is None:
            raise NotFound("bank.no_such_claims_account", _("There is no such claims account."))
        number = reference_of(words.number or claims_account.bank_account_number)
        if not number:
            raise Invalid("bank.no_number", _("The account needs its number at the bank."))
        if words.opening_amount != cents(words.opening_amount) or not 0 <= words.window_days <= 60:
            raise Invalid("bank.words", _("The balance is in whole cents, and the days from 0 to 60."))
        indexes = blind_indexes(number, context=NUMBER_CONTEXT)
        fresh = BankAccount(
            employer_id=claims_account.employer_id,
            claims_account_id=claims_account.pk,
            name=(words.name.strip() or claims_account.name)[:120],
            number=number,
            number_index=blind_index(number, context=NUMBER_CONTEXT),
            number_end=number[-4:],
            starts_on=words.starts_on,
            opening_amount=words.opening_amount,
            window_days=words.window_days,
            opened_at=timezone.now(),
        )
        BankAccount.objects.bulk_create([fresh], ignore_conflicts=True)
        account = BankAccount.objects.filter(claims_account=claims_account.pk).first()
        if account is None or account.opened_at != fresh.opened_at:
            raise Conflict("bank.open_already", _("This account, or one of this number, is reconciled already."))
        if BankAccount.objects.filter(number_index__in=indexes).exclude(pk=account.pk).exists():
            raise Conflict("bank.open_already", _("This account, or one of this number, is reconciled already."))
        if account.opening_amount:
            BankLine.objects.create(
                bank_account=account,
                employer_id=account.employer_id,
                place=0,
                booked_on=account.starts_on,
                amount=account.opening_amount,
                kind=BankLine.Kind.OPENING,
            )
        record("claims.bankaccount.opened", by=scope.actor, about=account, detail={"starts_on": str(words.starts_on)})
    return account


def account_numbered(number: str) -> BankAccount | None:
    """The bank account of a number, in whatever form it is written. One query."""
    indexes = blind_indexes(reference_of(number), context=NUMBER_CONTEXT)
    return BankAccount.objects.filter(number_index__in=indexes).first()
