"""Takes on an employer or insurer: who it is, how it funds claims, and under which numbers its files name it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from employers.models import Employer, EmployerAlias
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.values.identifiers import is_ein


@dataclass(frozen=True, slots=True)
class EmployerProfile:
    """An employer as a contract names it. `code` is the group number on cards, `aliases` other numbers in its files."""

    code: str
    name: str
    ein: str
    state: str
    funding_mode: str
    address_line: str = ""
    city: str = ""
    postal_code: str = ""
    employee_count: int = 0
    account_manager_id: int | None = None
    aliases: tuple[str, ...] = ()
    kind: str = Employer.Kind.EMPLOYER


def open_employer(*, profile: EmployerProfile, by: Actor) -> int:
    """Take on an employer; returns its id. Raises `Invalid` for numbers that can be none, `Conflict` for taken ones."""
    if not is_ein(profile.ein):
        raise Invalid("employer.ein", _("This can be no employer identification number."))
    if profile.kind not in Employer.Kind.values:
        raise Invalid("employer.kind", _("This is neither an employer nor an insurer."))
    if profile.funding_mode not in Employer.FundingMode.values:
        raise Invalid("employer.funding_mode", _("There is no such way of funding."))
    with transaction.atomic():
        if Employer.objects.filter(code__iexact=profile.code).exists():
            raise Conflict("employer.code_taken", _("Another employer has this group number."))
        if EmployerAlias.objects.filter(value__in=profile.aliases).exists():
            raise Conflict("employer.alias_taken", _("Another employer is known by one of these numbers."))
        employer = Employer.objects.create(
            code=profile.code,
            name=profile.name,
            kind=profile.kind,
            ein=profile.ein,
            state=profile.state,
            funding_mode=profile.funding_mode,
            address_line=profile.address_line,
            city=profile.city,
            postal_code=profile.postal_code,
            employee_count=profile.employee_count,
            account_manager_id=profile.account_manager_id,
        )
        EmployerAlias.objects.bulk_create([EmployerAlias(employer=employer, value=value) for value in profile.aliases])
        record("employers.employer.opened", by=by, about=employer)
    return employer.pk
