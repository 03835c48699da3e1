"""Up to which amount a role, or the engine by itself, may approve a claim: agreed with each employer."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class ApprovalLimit(models.Model):
    """One limit for a period of decision dates. Superseded, never edited. Stands here because claims obey it."""

    ENGINE = "engine"

    employer_id = models.BigIntegerField(help_text=_("employers.Employer"))
    role = models.CharField(max_length=20, help_text=_("a role, or engine"))
    limit_amount = models.DecimalField(max_digits=14, decimal_places=2)
    period = DateRangeField()
    source = models.CharField(max_length=80, help_text=_("contract and section that say so"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_limit_at_a_time",
                expressions=[
                    ("employer_id", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(name="limit_not_negative", condition=Q(limit_amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.role} up to {self.limit_amount}"
