"""Rows that belong to one employer, and the filter that shows a person only theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

if TYPE_CHECKING:
    from tpa.foundation.access import Scope

_M = TypeVar("_M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[_M]):
    """A queryset that knows the column that names the employer (`employer_id` unless the model says otherwise)."""

    def visible_to(self, scope: Scope) -> ScopedQuerySet[_M]:
        """Only the rows of the scope's employers; row-level security stands behind it with the same rule."""
        if scope.sees_all_employers:
            return self
        path: str = getattr(self.model, "employer_path", "employer_id")
        lookup: dict[str, Any] = {f"{path}__in": scope.employer_ids}
        return self.filter(**lookup)
