"""The desk of one bank account: what the bank has without the book beside what the book has without the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import BankAccount, BankException
from claims.reconciliation.follow_exception import follow_exception
from claims.reconciliation.match_account import match_account
from claims.reconciliation.match_by_hand import book_line, match_by_hand
from claims.reconciliation.matching.facts import reference_of
from claims.reconciliation.matching.suggest import Suggestion, suggest
from claims.reconciliation.open_facts import ItemRow, LineRow, open_items, open_lines
from claims.reconciliation.report_words import item_reference, item_words, line_reference, line_words
from claims.reconciliation.selectors import bank_accounts_of, reconciliations_of, statements_of
from claims.reconciliation.sign_reconciliation import prepare_reconciliation
from claims.reconciliation.standing import standing
from claims.web.staff.bank_forms import READERS, WORKERS, amount_or_none, day_of, done, id_of, ids_of
from tpa.foundation.access import Scope, check_role, requires
from tpa.foundation.errors import Invalid
from tpa.foundation.web.screens import screen

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One thing that is open, on either side, in words."""

    pk: int
    on: date
    what: str
    reference: str
    kind: str
    amount: Decimal
    is_part: bool
    suggestions: tuple[tuple[Suggestion, str, bool], ...] = ()


@requires(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_account(request: HttpRequest, bank_account_id: int) -> HttpResponse:
    """GET shows what is open, `?q=` of it what has this amount, number or word; POST does what `do` says."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    account = bank_accounts_of(scope).filter(pk=bank_account_id).first()
    if account is None:
        raise Http404
    if request.method == "POST":
        return _do(request, scope, account)
    lines, items = open_lines(account), open_items(account)
    statements = list(statements_of(scope, account)[:12])
    last_on = max((one.ends_on for one in statements if one.status == "standing"), default=account.starts_on)
    wanted = request.GET.get("q", "").strip()[:60]
    desk_lines = _lines(lines, items, wanted)
    context: dict[str, Any] = {
        "account": account,
        "stands": standing(account, last_on),
        "lines": desk_lines[:_AT_ONCE],
        "items": _items(items, wanted)[:_AT_ONCE],
        "line_count": len(lines),
        "item_count": len(items),
        "wanted": wanted,
        "statements": statements,
        "reconciliations": list(reconciliations_of(scope, account)[:12]),
        "exceptions": _exceptions(account),
        "may_work": scope.has_any(*WORKERS),
        "last_on": last_on,
        "today": timezone.localdate(),
        "is_empty": not statements,
    }
    return screen(request, "claims/bank_account.html", context)


def _lines(lines: Sequence[LineRow], items: Sequence[ItemRow], wanted: str) -> list[DeskRow]:
    chosen = [row for row in lines if _fits(wanted, row.open_amount, line_words(row), line_reference(row))][:_AT_ONCE]
    facts = [row.fact() for row in items]
    names = {row.transaction_id: _name(row) for row in items}
    told = suggest([row.fact() for row in chosen], facts)
    return [
        DeskRow(
            row.line_id,
            row.booked_on,
            line_words(row),
            line_reference(row),
            row.kind,
            row.open_amount,
            row.open_amount != row.amount,
            tuple(
                (
                    one,
                    names[one.item_ids[0]] if len(one.item_ids) == 1 else _("%(n)d items") % {"n": len(one.item_ids)},
                    one.amount == row.open_amount,
                )
                for one in told[row.line_id]
            ),
        )
        for row in chosen
    ]


def _name(row: ItemRow) -> str:
    """What it is with its reference, where the words do not hold that already."""
    words, reference = item_words(row), item_reference(row)
    return words if reference in words else f"{words} {reference}"


def _items(items: Sequence[ItemRow], wanted: str) -> list[DeskRow]:
    return [
        DeskRow(
            row.transaction_id,
            row.posted_on,
            item_words(row),
            item_reference(row),
            row.kind,
            row.open_amount,
            row.open_amount != row.amount,
        )
        for row in items
        if _fits(wanted, row.open_amount, item_words(row), item_reference(row))
    ]


def _fits(wanted: str, amount: Decimal, *words: str) -> bool:
    """An amount is found with or without its sign, anything else by letters and digits alone."""
    if not wanted:
        return True
    plain = wanted.replace("$", "").replace(",", "").lstrip("-")
    return f"{abs(amount)}" == plain or reference_of(wanted) in reference_of(" ".join(words))


def _exceptions(account: BankAccount) -> list[BankException]:
    rows = account.exceptions.filter(match__superseded_at__isnull=True).exclude(status=BankException.Status.SETTLED)
    return list(rows.select_related("line", "transaction").order_by("pk")[:_AT_ONCE])


def _do(request: HttpRequest, scope: Scope, account: BankAccount) -> HttpResponse:
    check_role(scope, *WORKERS)
    actions = {
        "match": (_match, _("Matched.")),
        "book": (_book, _("Booked and matched.")),
        "rules": (_rules, _("The rules went over everything that is open.")),
        "told": (_told, _("Noted.")),
        "prepare": (_prepare, _("Prepared. Another person signs.")),
    }
    what = request.POST.get("do", "")
    if what in actions:
        action, words = actions[what]
        done(request, lambda: action(request, scope, account), words)
    return HttpResponseRedirect(reverse("claims:bank_account", args=[account.pk]))


def _match(request: HttpRequest, scope: Scope, account: BankAccount) -> None:
    lines, items = ids_of(request, "line"), ids_of(request, "item")
    part = amount_or_none(request, "part")
    if part is not None and (len(lines), len(items)) != (1, 1):
        raise Invalid("bank.part_of_one", _("A part is taken of one line and one item."))
    signed = None if part is None else abs(part) * _side(account, lines[0])
    match_by_hand(
        bank_account_id=account.pk,
        lines=dict.fromkeys(lines, signed),
        items=dict.fromkeys(items, signed),
        because=request.POST.get("because", ""),
        scope=scope,
    )


def _side(account: BankAccount, line_id: int) -> int:
    amounts = account.lines.filter(pk=line_id).values_list("amount", flat=True)
    return -1 if any(amount < 0 for amount in amounts) else 1


def _book(request: HttpRequest, scope: Scope, account: BankAccount) -> None:
    book_line(
        bank_account_id=account.pk,
        line_id=id_of(request, "line"),
        booking=request.POST.get("booking", ""),
        because=request.POST.get("because", ""),
        scope=scope,
    )


def _rules(request: HttpRequest, scope: Scope, account: BankAccount) -> None:
    match_account(bank_account_id=account.pk, by=scope.actor)


def _told(request: HttpRequest, scope: Scope, account: BankAccount) -> None:
    follow_exception(exception_id=id_of(request, "exception"), note=request.POST.get("because", ""), scope=scope)


def _prepare(request: HttpRequest, scope: Scope, account: BankAccount) -> None:
    prepare_reconciliation(bank_account_id=account.pk, as_of_on=day_of(request, "as_of_on"), scope=scope)
