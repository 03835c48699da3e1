"""Reads what was asked to try, and how far it is."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from claims.models import WhatIf
from tpa.foundation.access import Scope


def what_ifs_of(scope: Scope) -> QuerySet[WhatIf]:
    """The what-ifs that exist for a person, each with `done_count`, how many of its pieces are done."""
    return WhatIf.objects.visible_to(scope).select_related("employer").annotate(done_count=Count("pieces"))
