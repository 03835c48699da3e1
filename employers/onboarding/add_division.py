"""Adds a division of an employer: a part of it that reports and invoices show apart."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from employers.models import Division, Employer
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict, NotFound


def add_division(*, employer_id: int, code: str, name: str, by: Actor) -> int:
    """Add it under the code that the employer's files use; returns its id."""
    with transaction.atomic():
        if not Employer.objects.filter(pk=employer_id).exists():
            raise NotFound("employer.unknown", _("There is no such employer."))
        if Division.objects.filter(employer=employer_id, code=code).exists():
            raise Conflict("division.code_taken", _("The employer has a division of this code."))
        division = Division.objects.create(employer_id=employer_id, code=code, name=name)
        record("employers.division.added", by=by, about=division)
    return division.pk
