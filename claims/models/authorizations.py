"""Permission given before a service."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Authorization(models.Model):
    number = models.CharField(max_length=50, unique=True)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("plans.Provider", on_delete=models.PROTECT, null=True, related_name="+")
    code_from = models.CharField(max_length=10, help_text=_("first procedure or revenue code it permits"))
    code_to = models.CharField(max_length=10)
    period = DateRangeField()
    units_count = models.DecimalField(max_digits=12, decimal_places=3)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.number
