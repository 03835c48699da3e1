"""Networks, who takes part in them when, and what they are paid."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Network(models.Model):
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class FeeSchedule(models.Model):
    """A list of prices; a reference schedule is one that others are expressed in per cent of."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    is_reference = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class NetworkParticipation(models.Model):
    """A provider takes part in a network for a period, paid by a schedule. Superseded, never edited."""

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="participations")
    provider = models.ForeignKey("plans.Provider", on_delete=models.PROTECT, related_name="participations")
    schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT, related_name="+")
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="participation_once_at_a_time",
                expressions=[
                    ("network", RangeOperators.EQUAL),
                    ("provider", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} in {self.network_id}"


class FeeRate(models.Model):
    """One price of a schedule. The most specific match wins: code, modifier, place, each may be blank for any."""

    class Method(models.TextChoices):
        FEE = "fee", _("amount per unit")
        PERCENT_OF_BILLED = "percent_of_billed", _("per cent of billed")
        PERCENT_OF_REFERENCE = "percent_of_reference", _("per cent of a reference schedule")
        PER_DIEM = "per_diem", _("amount per day")
        CASE_RATE = "case_rate", _("amount per case")
        RELATIVE_VALUE = "relative_value", _("relative value units")
        ANAESTHESIA = "anaesthesia", _("base and time units")
        DRG_WEIGHT = "drg_weight", _("weight of a DRG")
        PERCENTILES = "percentiles", _("percentiles of charges")

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT, related_name="rates")
    code = models.CharField(max_length=10, blank=True, help_text=_("procedure, revenue or DRG code; blank for any"))
    code_kind = models.CharField(
        max_length=10,
        default="procedure",
        choices=[("procedure", _("procedure")), ("revenue", _("revenue")), ("drg", "DRG"), ("any", _("any"))],
    )
    modifier = models.CharField(max_length=2, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True)
    locality = models.CharField(
        max_length=10, blank=True, help_text=_("as the schedule's terms find it; blank for any")
    )
    method = models.CharField(max_length=22, choices=Method)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    percent = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    reference_schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT, null=True, related_name="+")
    values = models.JSONField(null=True, help_text=_("what is published beside a price, as plans.facts.ValuesFact"))
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_rate_at_a_time",
                expressions=[
                    (F("schedule"), RangeOperators.EQUAL),
                    (F("code_kind"), RangeOperators.EQUAL),
                    (F("code"), RangeOperators.EQUAL),
                    (F("modifier"), RangeOperators.EQUAL),
                    (F("place_of_service"), RangeOperators.EQUAL),
                    (F("locality"), RangeOperators.EQUAL),
                    (F("period"), RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rate_has_its_figure",
                condition=Q(method__in=["fee", "per_diem", "case_rate"], amount__isnull=False)
                | Q(method="percent_of_billed", percent__isnull=False)
                | Q(method="percent_of_reference", percent__isnull=False, reference_schedule__isnull=False)
                | Q(
                    method__in=["relative_value", "anaesthesia", "drg_weight", "percentiles"],
                    amount__isnull=True,
                    values__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["schedule", "code"], condition=Q(superseded_at__isnull=True), name="rate_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.code or '*'} in {self.schedule_id}"
