"""Asks for a month's deposit of a level-funded account, once."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from employers.funding.funding_facts import Raised
from employers.funding.occasions import deposit_wanted_on
from employers.funding.open_requests import hold_account
from employers.funding.write_request import Asked, Item, write_request
from employers.models import FundingItem, FundingRequest, FundingTerms
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, Invalid, NotFound


def raise_deposit_request(*, terms_id: int, month_on: date, on: date, by: Actor) -> Raised:
    """Raise it. Raises Conflict when the month's deposit is asked for already, Invalid outside of the term or where
    the deposit comes with the invoice."""
    with transaction.atomic():
        terms = FundingTerms.objects.filter(pk=terms_id, superseded_at__isnull=True).first()
        if terms is None:
            raise NotFound("funding.no_such_terms", _("There are no such funding terms."))
        if terms.deposit_amount is None:
            raise Invalid("funding.no_deposit", _("No deposit is asked for by itself under these terms."))
        if month_on.day != 1 or deposit_wanted_on(terms, month_on) not in terms.period:
            raise Invalid("funding.month", _("That month is not in the term."))
        account = hold_account(terms.claims_account_id)
        live = FundingRequest.objects.filter(claims_account=account, month_on=month_on, status__in=FundingRequest.LIVE)
        if live.exists():
            raise Conflict("funding.deposit_asked", _("The month's deposit is asked for already."))
        asked = Asked(
            kind=FundingRequest.Kind.DEPOSIT,
            raised_on=on,
            due_on=max(on, deposit_wanted_on(terms, month_on)),
            month_on=month_on,
        )
        items = [Item(FundingItem.Kind.DEPOSIT, terms.deposit_amount)]
        return write_request(account=account, terms=terms, asked=asked, items=items, by=by)
