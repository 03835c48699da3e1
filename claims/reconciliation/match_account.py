"""Matches what is certain of a bank account, and posts fees and interest as agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from claims.models import BankAccount, BankMatch, BankPostingRule
from claims.reconciliation.hold_account import hold_account, signed_until
from claims.reconciliation.matching.facts import Found, ToPost
from claims.reconciliation.matching.match import match
from claims.reconciliation.open_facts import LineRow, open_items, open_lines, terms_of
from claims.reconciliation.write_matches import MatchToBe, Rows, match_to_be, write_matches
from employers.funding.post_many import post_many
from employers.funding.posting import Account, Posting
from tpa.foundation.audit import Actor

BORNE = {BankPostingRule.Bearer.EMPLOYER: Account.EMPLOYER_FUNDS, BankPostingRule.Bearer.TPA: Account.FEES}


_REFUSED = """
SELECT array_agg(p.line_id) FILTER (WHERE p.line_id IS NOT NULL),
       array_agg(p.transaction_id) FILTER (WHERE p.transaction_id IS NOT NULL)
  FROM claims_bankmatch m JOIN claims_bankmatchpart p ON p.match_id = m.id
 WHERE m.bank_account_id = %s AND m.superseded_at IS NOT NULL GROUP BY m.id
"""


@dataclass(frozen=True, slots=True)
class Matched:
    """How many matches were made, and how many lines were posted by rule."""

    match_count: int
    posted_count: int


def match_account(*, bank_account_id: int, by: Actor) -> Matched:
    """Match and post; run again it finds nothing new. A fixed number of statements, however many lines."""
    with transaction.atomic():
        account = hold_account(bank_account_id)
        lines = {row.line_id: row for row in open_lines(account)}
        items = {row.transaction_id: row for row in open_items(account)}
        outcome = match(
            [row.fact() for row in lines.values()], [row.fact() for row in items.values()], terms_of(account)
        )
        refused = refused_matches(account)
        to_be = [
            match_to_be(
                found.rule, (found.lines, found.items), Rows(lines, items), difference_amount=found.difference_amount
            )
            for found in outcome.matches
            if _ids(found) not in refused
        ]
        by_rule = [one for one in outcome.to_post if one.line_id not in {pk for pks, _items in refused for pk in pks}]
        posted = _post(account, by_rule, lines, by)
        write_matches(account, [*to_be, *posted], by=by)
    return Matched(len(to_be), len(posted))


def refused_matches(account: BankAccount) -> set[tuple[frozenset[int], frozenset[int]]]:
    """What a person took back: lines and postings that are not put together by a rule again. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED, [account.pk])
        return {(frozenset(lines or ()), frozenset(items or ())) for lines, items in cursor.fetchall()}


def _ids(found: Found) -> tuple[frozenset[int], frozenset[int]]:
    return frozenset(pk for pk, _amount in found.lines), frozenset(pk for pk, _amount in found.items)


def _post(account: BankAccount, to_post: Sequence[ToPost], lines: Mapping[int, LineRow], by: Actor) -> list[MatchToBe]:
    """What the rules say, in one go; of days that are closed on the first that is open."""
    rules = {rule.pk: rule for rule in account.rules.filter(pk__in=[one.rule_id for one in to_post])} if to_post else {}
    closed = signed_until(account.pk) if to_post else None
    postings = []
    for one in to_post:
        line, rule = lines[one.line_id], rules[one.rule_id]
        day = line.booked_on if closed is None else max(line.booked_on, closed + timedelta(days=1))
        postings.append(bank_posting(line, rule.line_kind, rule.borne_by, day, rule.source))
    done = post_many(claims_account_id=account.claims_account_id, postings=postings, by=by, must_be_funded=False)
    return [
        MatchToBe(
            rule=BankMatch.Rule.POSTED,
            lines=((one.line_id, lines[one.line_id].open_amount),),
            items=((posted.transaction_id, lines[one.line_id].open_amount),),
            because=rules[one.rule_id].source,
        )
        for one, posted in zip(to_post, done, strict=True)
    ]


def bank_posting(line: LineRow, kind: str, borne_by: str, day: date, source: str) -> Posting:
    """A fee or interest of the bank: out of cash or into it, on whose account the agreement says."""
    bearer = BORNE[BankPostingRule.Bearer(borne_by)]
    words = _("Bank fee, %(source)s") if kind == BankPostingRule.LineKind.FEE else _("Interest of the bank, %(source)s")
    return Posting(
        reference=f"bank line:{line.line_id}",
        kind=f"bank_{kind}",
        description=words % {"source": source},
        posted_on=day,
        entries=((Account.CASH, line.open_amount), (bearer, -line.open_amount)),
    )
