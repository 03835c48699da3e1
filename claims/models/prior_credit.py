"""What a carrier before us said that a member had used up. Rows here are only ever added."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class PriorCredit(models.Model):
    """One statement about one bucket of a member in a plan year. The last one holds; its entry is the difference."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    family = models.ForeignKey("employers.Family", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier_name = models.CharField(max_length=80)
    year_on = models.DateField(help_text=_("first day of the plan year"))
    bucket = models.CharField(max_length=60, help_text=_("as the plan names it, such as deductible:in"))
    stated_amount = models.DecimalField(max_digits=14, decimal_places=2)
    added_amount = models.DecimalField(
        max_digits=14, decimal_places=2, help_text=_("what it adds to the statement before it, or takes from it")
    )
    file_hash = models.CharField(max_length=64, help_text=_("SHA-256 of the file"))
    row_number = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="stated_credit_is_no_debt", condition=Q(stated_amount__gte=0)),
            models.UniqueConstraint(fields=["file_hash", "employer", "row_number"], name="credit_of_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stated_amount} of {self.bucket} in {self.year_on}"
