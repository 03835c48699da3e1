"""Takes a match back: it is superseded, and what it said that the bank has paid is reversed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import BankAccount, BankMatch, BankMatchPart, PaymentInstrument, Reconciliation
from claims.reconciliation.hold_account import hold_account, signed_until
from claims.reconciliation.open_facts import open_items
from claims.reconciliation.write_matches import settle_exceptions
from employers.funding.reverse_posting import reverse_posting
from employers.funding.selectors import posting_of
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.transitions import move_many


def unmatch(*, match_id: int, because: str, scope: Scope) -> None:
    """Supersede one match. Raises Conflict when it was taken back before or its days are signed and closed.

    A fee or interest that a rule posted for it stays in the book and is open there: reverse it, or match it anew.
    """
    if not because.strip():
        raise Invalid("bank.reason_wanted", _("Say why."))
    with transaction.atomic():
        found = BankMatch.objects.visible_to(scope).filter(pk=match_id).first()
        if found is None:
            raise NotFound("bank.no_such_match", _("There is no such match."))
        account = hold_account(found.bank_account_id, scope=scope)
        take_back(account, [match_id], because=because, by=scope.actor, closed=signed_until(account.pk))


def take_back(account: BankAccount, match_ids: list[int], *, because: str, by: Actor, closed: date | None) -> None:
    """Supersede matches of an account that the caller holds."""
    now = timezone.now()
    matches = BankMatch.objects.select_for_update(no_key=True).filter(pk__in=match_ids).order_by("pk")
    for match in matches.prefetch_related("parts__line", "parts__transaction"):
        if match.superseded_at is not None:
            raise Conflict("bank.unmatched_meanwhile", _("Somebody took this match back meanwhile."))
        days = [_day_of(part) for part in match.parts.all()]
        if closed is not None and max(days) <= closed and match.made_at <= _signed_at(account):
            raise Conflict("bank.closed", _("Its days are signed and closed."))
        BankMatch.objects.filter(pk=match.pk).update(superseded_at=now)
        if match.cleared_amount:
            reverse_posting(
                transaction_id=posting_of(f"cleared:{match.pk}"),
                posted_on=max(days),
                because=_("Match %(match)s was taken back") % {"match": match.pk},
                by=by,
            )
        record("claims.bankmatch.superseded", by=by, about=match, because=because)
    _no_longer_cleared(account, match_ids, by)
    settle_exceptions(account, by=by)


def _no_longer_cleared(account: BankAccount, match_ids: list[int], by: Actor) -> None:
    """Checks and credits of these matches are issued again, where nothing else became of them meanwhile."""
    parts = BankMatchPart.objects.filter(match__in=match_ids, transaction__isnull=False)
    taken = set(parts.values_list("transaction_id", flat=True))
    issued = {
        row.instrument_id: str(PaymentInstrument.Status.ISSUED)
        for row in open_items(account)
        if row.transaction_id in taken
        and row.is_payment
        and row.instrument_id is not None
        and row.instrument_status == PaymentInstrument.Status.CLEARED
    }
    move_many(PaymentInstrument, issued, by=by, because="the match was taken back")


def _day_of(part: BankMatchPart) -> date:
    if part.line is not None:
        return part.line.booked_on
    assert part.transaction is not None, "a part is of a line or of a posting"
    return part.transaction.posted_on


def _signed_at(account: BankAccount) -> datetime:
    signed = account.reconciliations.filter(status=Reconciliation.Status.SIGNED).latest("as_of_on")
    assert signed.signed_at is not None, "what is signed was signed at some time"
    return signed.signed_at
