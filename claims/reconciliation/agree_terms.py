"""What is agreed of a bank account: how its CSV is read, and what of its fees and interest is posted without asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.edi.banks.bank_csv import CsvLayout
from claims.edi.banks.statement import KINDS
from claims.models import BankAccount, BankPostingRule
from claims.reconciliation.hold_account import hold_account
from tpa.foundation.access import Scope
from tpa.foundation.audit import record
from tpa.foundation.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule to be. `words` stand in the line's type or text, blank: any. Above `limit_amount` a person looks."""

    line_kind: str
    limit_amount: Decimal
    borne_by: str
    source: str
    starts_on: date
    ends_on: date | None = None
    words: str = ""


def set_csv_layout(*, bank_account_id: int, layout: Mapping[str, Any], scope: Scope) -> BankAccount:
    """Say how the account's CSV is read, and return the account. Raises Invalid, in the layout's words."""
    try:
        CsvLayout.of(layout)
    except (ValueError, TypeError) as error:
        raise Invalid("bank.layout", _("This is no layout: %(why)s.") % {"why": error}) from None
    if any(kind not in KINDS for _begins, kind in layout.get("kinds", ())):
        raise Invalid("bank.layout", _("A kind of line is one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)})
    with transaction.atomic():
        account = hold_account(bank_account_id, scope=scope)
        account.csv_layout = dict(layout)
        account.save(update_fields=["csv_layout"])
        record("claims.bankaccount.changed", by=scope.actor, about=account, fields=("csv_layout",), detail=dict(layout))
    return account


def agree_posting_rule(*, bank_account_id: int, words: RuleWords, scope: Scope) -> BankPostingRule:
    """Add a rule and return it. Raises Invalid without source or limit, Conflict where one of its words holds."""
    if not words.source.strip() or words.limit_amount <= 0:
        raise Invalid("bank.rule_words", _("A rule has a limit and says where it was agreed."))
    if words.line_kind not in BankPostingRule.LineKind.values or words.borne_by not in BankPostingRule.Bearer.values:
        raise Invalid("bank.rule_words", _("There is no such kind of line, or nobody who bears it."))
    if words.ends_on is not None and words.ends_on <= words.starts_on:
        raise Invalid("bank.rule_words", _("The rule ends before it starts."))
    with transaction.atomic():
        account = hold_account(bank_account_id, scope=scope)
        try:
            with transaction.atomic():
                rule = BankPostingRule.objects.create(
                    bank_account=account,
                    employer_id=account.employer_id,
                    line_kind=words.line_kind,
                    words=words.words.strip().upper()[:60],
                    limit_amount=words.limit_amount,
                    borne_by=words.borne_by,
                    source=words.source.strip()[:120],
                    period=(words.starts_on, words.ends_on),
                    recorded_at=timezone.now(),
                )
        except IntegrityError:
            raise Conflict("bank.rule_overlaps", _("A rule of these words holds in that time already.")) from None
        record("claims.bankpostingrule.agreed", by=scope.actor, about=rule, detail={"limit": str(words.limit_amount)})
    return rule


def end_posting_rule(*, rule_id: int, ends_on: date, because: str, scope: Scope) -> BankPostingRule | None:
    """The rule no longer holds from a day on: it is superseded by one that ends then (returned), or by none."""
    if not because.strip():
        raise Invalid("bank.reason_wanted", _("Say why."))
    with transaction.atomic():
        found = BankPostingRule.objects.visible_to(scope).filter(pk=rule_id).first()
        if found is None:
            raise NotFound("bank.no_such_rule", _("There is no such rule."))
        hold_account(found.bank_account_id, scope=scope)
        rule = BankPostingRule.objects.select_for_update(no_key=True).get(pk=rule_id)
        last = rule.period.upper
        if rule.superseded_at is not None or (last is not None and last <= ends_on):
            raise Conflict("bank.rule_ended", _("This rule has ended."))
        now = timezone.now()
        BankPostingRule.objects.filter(pk=rule.pk).update(superseded_at=now)
        record("claims.bankpostingrule.ended", by=scope.actor, about=rule, because=because)
        if ends_on <= rule.period.lower:
            return None
        rule.pk, rule.recorded_at, rule.period = None, now, (rule.period.lower, ends_on)
        rule._state.adding = True
        rule.save()
    return rule
