"""Reads what was agreed about funding an account: in force on a day, and all that stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Min
from django.utils.translation import gettext as _

from employers.funding.occasions import run_out_ends_on
from employers.models import FundingTerms
from tpa.foundation.errors import NotFound


def terms_on(claims_account_id: int, on: date) -> FundingTerms | None:
    """The terms in force for an account on a day; None: nothing is asked. One query."""
    return terms_of_accounts([claims_account_id], on).get(claims_account_id)


def terms_of_accounts(claims_account_ids: Collection[int], on: date) -> dict[int, FundingTerms]:
    """The same of many accounts; one query."""
    rows = FundingTerms.objects.filter(
        claims_account__in=list(claims_account_ids), superseded_at__isnull=True, period__contains=on
    )
    return {row.claims_account_id: row for row in rows}


def asked_since(claims_account_id: int) -> date | None:
    """The day from which an account has been under terms: what was paid before it is in its opening balance."""
    return FundingTerms.objects.filter(claims_account=claims_account_id, superseded_at__isnull=True).aggregate(
        first=Min("period__startswith")
    )["first"]


def level_terms_to_settle(on: date) -> list[FundingTerms]:
    """Level-funded terms that are over and not settled, the oldest first."""
    rows = FundingTerms.objects.filter(
        mode=FundingTerms.Mode.LEVEL, superseded_at__isnull=True, period__endswith__lte=on, settlement__isnull=True
    )
    return list(rows.select_related("claims_account", "employer").order_by("period", "pk"))


def accounts_to_ask(on: date) -> list[int]:
    """Claims accounts that a sweep looks at on a day: with terms in force, or level-funded ones not settled yet."""
    rows = FundingTerms.objects.filter(superseded_at__isnull=True)
    running = rows.filter(period__contains=on)
    over = rows.filter(mode=FundingTerms.Mode.LEVEL, period__endswith__lte=on, settlement__isnull=True)
    return sorted({*running.values_list("claims_account", flat=True), *over.values_list("claims_account", flat=True)})


@dataclass(frozen=True, slots=True)
class LevelTerm:
    """A level-funded term: from its first day to before `ends_on`, settled from `run_out_ends_on` on."""

    terms_id: int
    employer_id: int
    claims_account_id: int
    starts_on: date
    ends_on: date
    run_out_ends_on: date


def terms_to_settle(claims_account_id: int, on: date) -> list[LevelTerm]:
    """An account's level-funded terms that are over and not settled."""
    return [level_term(one.pk) for one in level_terms_to_settle(on) if one.claims_account_id == claims_account_id]


def level_term(terms_id: int) -> LevelTerm:
    """A level-funded term that stands. Raises NotFound."""
    row = FundingTerms.objects.filter(pk=terms_id, mode=FundingTerms.Mode.LEVEL, superseded_at__isnull=True).first()
    if row is None:
        raise NotFound("funding.no_such_terms", _("There are no such funding terms."))
    return LevelTerm(
        row.pk, row.employer_id, row.claims_account_id, row.period.lower, row.period.upper, run_out_ends_on(row)
    )
