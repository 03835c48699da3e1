"""Takes a posting back: by its exact negative, never by an edit."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from employers.funding.post import post
from employers.funding.posting import Posted, Posting
from employers.models import ClaimsAccount, LedgerTransaction
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Conflict, NotFound


def reverse_posting(*, transaction_id: int, posted_on: date, because: str, by: Actor) -> Posted:
    """Post the negative of a posting under `reversal of` its reference; a second reversal changes nothing.

    A reversal itself can not be reversed (`Conflict`): post anew instead. The bank or the law may force a reversal, so
    it is posted whether or not the account then holds enough.
    """
    with transaction.atomic():
        earlier = LedgerTransaction.objects.filter(pk=transaction_id).first()
        if earlier is None:
            raise NotFound("funding.no_such_posting", _("There is no such posting."))
        if earlier.reverses_id is not None:
            raise Conflict("funding.is_reversal", _("This posting is itself a reversal."))
        ClaimsAccount.objects.select_for_update(no_key=True).get(pk=earlier.claims_account_id)
        entries = earlier.entries.order_by("pk").values_list("account__kind", "amount")
        return post(
            claims_account_id=earlier.claims_account_id,
            posting=Posting(
                reference=f"reversal:{earlier.pk}",
                kind="reversal",
                description=because,
                posted_on=posted_on,
                entries=tuple((kind, -amount) for kind, amount in entries),
                reverses_id=earlier.pk,
            ),
            by=by,
            must_be_funded=False,
        )
