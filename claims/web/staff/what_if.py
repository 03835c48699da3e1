"""One what-if: how far it is, then who bears what before and after, by clause, category and member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from psycopg2.extras import DateRange

from claims.models import WhatIf
from claims.trials.selectors import what_ifs_of
from claims.trials.tried import StopLossTerms, Tried
from claims.trials.work_what_if import tried_of
from claims.words.rules import figure_words, reason_words
from plans.design.selectors import version_words
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.templatetags.steward import plain_money
from tpa.foundation.web.screens import screen

_BARS: Final = 12
PARTIES: Final = {
    "plan": gettext_lazy("Plan"),
    "stop_loss": gettext_lazy("Stop-loss carrier"),
    "member": gettext_lazy("Members"),
    "provider": gettext_lazy("Providers"),
    "others": gettext_lazy("Others"),
}


@requires(*CLAIMS_STAFF)
@require_safe
def what_if(request: HttpRequest, what_if_id: int) -> HttpResponse:
    """The page follows the work by itself."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    row = get_object_or_404(what_ifs_of(scope), pk=what_if_id)
    tried = tried_of(row)
    context: dict[str, Any] = {
        "row": row,
        "is_working": row.status == WhatIf.Status.ASKED,
        "tried": _words(tried),
        "period": DateRange(tried.starts_on, tried.ends_on),
    }
    if row.answer:
        context |= _laid_out(row.answer)
    return screen(request, "claims/what_if.html", context, fragments={"answer": "answer"})


def _laid_out(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer's rows with words and figures for the tables and bars."""
    parties = _rows(answer["parties"], lambda row: str(PARTIES.get(row["party"], row["party"])))
    clauses = _rows(
        answer["clauses"],
        lambda row: f"{row['clause']} {row['title']} · {figure_words(row['figure'])}",
    )
    categories = _rows(
        [row for row in answer["categories"] if Decimal(row["difference"])],
        lambda row: row["category"].replace("_", " ") or _("none"),
    )
    worst = _rows(answer["worst_members"], lambda row: row["member"])
    return {
        "answer": answer,
        "tables": [
            _table("parties", _("Who bears what was billed"), parties),
            _table("clauses", _("By clause of the plan"), clauses),
            _table("categories", _("By category: what the plan pays"), categories),
            _table("worst", _("The members who would pay most more"), worst),
        ],
        "outcomes": answer["outcomes"].items(),
        "questions": [(reason_words(reason), count) for reason, count in answer["left_out"]["questions"].items()],
        "left_out_amount": Decimal(answer["left_out"]["billed_amount"]),
        "helped_amount": Decimal(answer["members"]["helped_amount"]),
        "hurt_amount": Decimal(answer["members"]["hurt_amount"]),
    }


def _table(key: str, title: str, rows: list[tuple[str, Decimal, Decimal, Decimal]]) -> dict[str, Any]:
    return {
        "key": key,
        "title": title,
        "rows": rows,
        "bars": [(Truncator(row[0]).chars(28), row[3]) for row in rows[:_BARS]],
    }


def _rows(rows: Iterable[Mapping[str, str]], words: Any) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    return [(words(row), Decimal(row["before"]), Decimal(row["after"]), Decimal(row["difference"])) for row in rows]


def _words(tried: Tried) -> list[tuple[str, str]]:
    """What is tried, as facts."""
    said = [(_("Plan version"), version_words(tried.plan_hash))] if tried.plan_hash else []
    said += [(_("In the place of network %(code)s") % {"code": one}, other) for one, other in tried.networks.items()]
    said += [(_("Fee schedule of %(code)s") % {"code": one}, other) for one, other in tried.schedules.items()]
    for title, terms in ((_("Stop-loss"), tried.stop_loss), (_("Stop-loss now"), tried.stop_loss_now)):
        if terms is not None:
            said.append((title, _of_terms(terms)))
    return said or [(_("Otherwise"), _("nothing: the claims as they are"))]


def _of_terms(terms: StopLossTerms) -> str:
    words = _("specific %(amount)s") % {"amount": plain_money(terms.specific_amount)}
    if terms.lasers:
        words += " · " + _("%(count)s lasers") % {"count": len(terms.lasers)}
    if terms.aggregate_amount is not None:
        words += " · " + _("aggregate %(amount)s") % {"amount": plain_money(terms.aggregate_amount)}
    return words
