"""Reads the employers that exist for a person: plain facts for screens of other floors."""

from __future__ import annotations

from dataclasses import dataclass

from employers.models import Employer
from tpa.foundation.access import Scope


@dataclass(frozen=True, slots=True)
class EmployerSeen:
    """An employer as lists and headings show one. `account_manager_id` is a user of the TPA."""

    employer_id: int
    name: str
    code: str
    funding_mode: str
    account_manager_id: int | None


def employers_seen(scope: Scope) -> list[EmployerSeen]:
    """By name; one query."""
    rows = Employer.objects.visible_to(scope).order_by("name", "pk")
    return [
        EmployerSeen(row.pk, row.name, row.code, str(row.get_funding_mode_display()), row.account_manager_id)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class PayerWords:
    """An employer as a bank's file names one."""

    name: str
    code: str
    ein: str


def payer_words(scope: Scope, employer_id: int) -> PayerWords | None:
    """How the employer is named where it pays; None for a person for whom there is none such."""
    row = Employer.objects.visible_to(scope).filter(pk=employer_id).first()
    return PayerWords(row.name, row.code, row.ein) if row is not None else None


def employer_id_of(code: str) -> int | None:
    """The employer that we call so, for commands; None for nobody."""
    return Employer.objects.filter(code=code).values_list("pk", flat=True).first()
