"""A person says what a line of the bank is: of lines and postings all, or a part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import BankMatch, BankPostingRule
from claims.reconciliation.hold_account import hold_account, signed_until
from claims.reconciliation.match_account import bank_posting
from claims.reconciliation.matching.facts import Part, total
from claims.reconciliation.open_facts import ItemRow, LineRow, open_items, open_lines
from claims.reconciliation.write_matches import MatchToBe, Rows, match_to_be, write_matches
from employers.funding.deposit_funds import deposit_funds
from employers.funding.post import post
from tpa.foundation.access import Scope
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.values.money import cents

Wanted = Mapping[int, Decimal | None]
"""Ids, each with how much of it; None: all that is open."""

BOOKINGS = ("deposit", "fee_employer", "fee_tpa", "interest_employer", "interest_tpa")
"""As what a line may be booked that the book does not know."""


def match_by_hand(*, bank_account_id: int, lines: Wanted, items: Wanted, because: str, scope: Scope) -> int:
    """Match these lines with these postings and return the match's id.

    Several on either side, parts of them, lines alone that undo each other, or postings alone. Raises Invalid without a
    reason or when the sides do not come to the same, Conflict when somebody matched one of them meanwhile.
    """
    _check_reason(because)
    if not lines and not items:
        raise Invalid("bank.nothing_chosen", _("Choose lines of the bank or postings of the book."))
    with transaction.atomic():
        account = hold_account(bank_account_id, scope=scope)
        there = {row.line_id: row for row in open_lines(account)} if lines else {}
        booked = {row.transaction_id: row for row in open_items(account)} if items else {}
        of_lines, of_items = _parts(lines, there), _parts(items, booked)
        if total(of_lines) != total(of_items):
            raise Invalid(
                "bank.sides_differ",
                _("The bank's side comes to %(bank)s and the book's to %(book)s.")
                % {"bank": total(of_lines), "book": total(of_items)},
            )
        to_be = match_to_be(BankMatch.Rule.HAND, (of_lines, of_items), Rows(there, booked), because=because.strip())
        [match_id] = write_matches(account, [to_be], by=scope.actor)
    return match_id


def book_line(*, bank_account_id: int, line_id: int, booking: str, because: str, scope: Scope) -> int:
    """Book a line that the book does not know (`BOOKINGS`), match the two and return the match's id.

    Fees and interest on whose account it says; a deposit under the bank's reference, so that one that was booked under
    it before is not booked again. Raises Invalid for what the line can not be, Conflict when it is matched.
    """
    _check_reason(because)
    kind, _sep, bearer = booking.partition("_")
    if booking not in BOOKINGS:
        raise Invalid("bank.booking", _("A line is booked as a deposit, a fee or interest."))
    with transaction.atomic():
        account = hold_account(bank_account_id, scope=scope)
        line = {row.line_id: row for row in open_lines(account)}.get(line_id)
        if line is None:
            raise _taken()
        if kind == "deposit" and line.open_amount < 0:
            raise Invalid("bank.booking", _("What went is no deposit."))
        closed = signed_until(account.pk)
        day = line.booked_on if closed is None else max(line.booked_on, closed + timedelta(days=1))
        if kind == "deposit":
            reference = line.customer_reference or line.bank_reference or f"bank line {line.line_id}"
            posted = deposit_funds(
                claims_account_id=account.claims_account_id,
                amount=line.open_amount,
                received_on=day,
                bank_reference=reference[:50],
                by=scope.actor,
            )
        else:
            source = because.strip()[:120]
            posting = bank_posting(line, BankPostingRule.LineKind(kind), bearer, day, source)
            posted = post(
                claims_account_id=account.claims_account_id, posting=posting, by=scope.actor, must_be_funded=False
            )
        if not posted.is_new and posted.transaction_id not in {row.transaction_id for row in open_items(account)}:
            raise Conflict("bank.booked_before", _("This was booked and matched before: unmatch it first."))
        part = line.open_amount
        to_be = MatchToBe(
            rule=BankMatch.Rule.HAND,
            lines=((line_id, part),),
            items=((posted.transaction_id, part),),
            because=because.strip(),
        )
        [match_id] = write_matches(account, [to_be], by=scope.actor)
    return match_id


def _parts(wanted: Wanted, there: Mapping[int, LineRow] | Mapping[int, ItemRow]) -> tuple[Part, ...]:
    parts = []
    for pk, amount in sorted(wanted.items()):
        row = there.get(pk)
        if row is None:
            raise _taken()
        part = row.open_amount if amount is None else amount
        if not part or part * row.open_amount < 0 or abs(part) > abs(row.open_amount) or part != cents(part):
            raise Invalid("bank.part", _("That is more than is open of it, or no part of it."))
        parts.append((pk, part))
    return tuple(parts)


def _check_reason(because: str) -> None:
    if not because.strip():
        raise Invalid("bank.reason_wanted", _("Say why."))


def _taken() -> Conflict:
    return Conflict(
        "bank.matched_meanwhile", _("Somebody matched one of these meanwhile, or it is not there any more.")
    )
