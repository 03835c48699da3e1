"""What contracts and published tables say beyond prices: terms, localities and their factors, qualifying amounts."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ScheduleTerms(models.Model):
    """What a schedule's contract says beyond its prices, for a period. Superseded, never edited."""

    schedule = models.ForeignKey("plans.FeeSchedule", on_delete=models.PROTECT, related_name="terms")
    document = models.JSONField(help_text=_("the terms, as docs/contracts.md names them"))
    indicators_schedule = models.ForeignKey("plans.FeeSchedule", on_delete=models.PROTECT, null=True, related_name="+")
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="terms_once_at_a_time",
                expressions=[("schedule", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(superseded_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"terms of {self.schedule_id}"


class LocalityFactor(models.Model):
    """What a published table says of a locality: geographic indices, or the factor for anaesthesia."""

    class Kind(models.TextChoices):
        INDICES = "indices", _("geographic indices")
        ANAESTHESIA = "anaesthesia", _("conversion factor of anaesthesia")

    table = models.SlugField(max_length=40, help_text=_("which division of the country, as terms name it"))
    locality = models.CharField(max_length=10)
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120, blank=True)
    work = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    practice = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    malpractice = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    anaesthesia_amount = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_factor_at_a_time",
                expressions=[
                    (F("table"), RangeOperators.EQUAL),
                    (F("locality"), RangeOperators.EQUAL),
                    (F("kind"), RangeOperators.EQUAL),
                    (F("period"), RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="factor_has_its_figure",
                condition=Q(kind="indices", work__isnull=False, practice__isnull=False, malpractice__isnull=False)
                | Q(kind="anaesthesia", anaesthesia_amount__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.locality} in {self.table}"


class LocalityZip(models.Model):
    """In which locality of a table a ZIP code lies."""

    table = models.SlugField(max_length=40)
    postal_code = models.CharField(max_length=5)
    locality = models.CharField(max_length=10)
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_locality_at_a_time",
                expressions=[
                    (F("table"), RangeOperators.EQUAL),
                    (F("postal_code"), RangeOperators.EQUAL),
                    (F("period"), RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.postal_code} in {self.locality}"


class QualifyingAmount(models.Model):
    """The qualifying payment amount of a service for a year: what the median was, by which factor, and what it is."""

    market = models.SlugField(max_length=40, blank=True, help_text=_("the plan; blank for all that are administered"))
    code = models.CharField(max_length=10)
    modifier = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=10, blank=True, help_text=_("the state of the service; blank for any"))
    median_amount = models.DecimalField(max_digits=16, decimal_places=6, help_text=_("of the base year, not rounded"))
    factor = models.DecimalField(max_digits=14, decimal_places=10, help_text=_("of all years since, multiplied"))
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    contract_count = models.IntegerField()
    source = models.CharField(
        max_length=80, blank=True, help_text=_("the database whose median it is, where contracts were too few")
    )
    anaesthesia = models.JSONField(
        null=True, help_text=_("the amount is for a unit: base units, minutes to a unit, units of physical status")
    )
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_qualifying_amount_at_a_time",
                expressions=[
                    (F("market"), RangeOperators.EQUAL),
                    (F("code"), RangeOperators.EQUAL),
                    (F("modifier"), RangeOperators.EQUAL),
                    (F("region"), RangeOperators.EQUAL),
                    (F("period"), RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["code"], condition=Q(superseded_at__isnull=True), name="qualifying_amount_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.modifier} in {self.region or '*'}"
