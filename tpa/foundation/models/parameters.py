"""What the law says in numbers, with when it applies, since when it is known, and where it stands."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    """What a parameter's value counts."""

    USD = "usd", _("dollars")
    PERCENT = "percent", _("per cent")
    FACTOR = "factor", _("factor")
    HOURS = "hours", _("hours")
    DAYS = "days", _("calendar days")
    BUSINESS_DAYS = "business_days", _("business days")
    MONTHS = "months", _("months")
    COUNT = "count", _("count")


class LegalParameter(models.Model):
    """One value for one period as it was known from one day on. A restatement is a further row, never an edit."""

    class Checked(models.TextChoices):
        READ = "read", _("read in a source")
        MEMORY = "memory", _("from memory: check before it decides")
        DERIVED = "derived", _("derived from a rule that was read")

    name = models.CharField(max_length=80, help_text=_("aca.oop_max.self"))
    value = models.DecimalField(max_digits=20, decimal_places=10)
    unit = models.CharField(max_length=15, choices=Unit)
    effective = DateRangeField()
    known_on = models.DateField(help_text=_("the day it was issued"))
    citation = models.CharField(max_length=300)
    checked = models.CharField(max_length=8, choices=Checked)

    class Meta:
        constraints = [
            models.UniqueConstraint("name", Lower("effective"), "known_on", name="parameter_known_once"),
            models.CheckConstraint(condition=~models.Q(citation=""), name="parameter_cites"),
        ]

    def __str__(self) -> str:
        return f"{self.name} known {self.known_on}"
