"""What we guarantee of our service, what is measured of it, and what a miss costs us."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Guarantee(models.Model):
    """One performance guarantee as the contract words it, with the fee at risk. Never edited."""

    class Measure(models.TextChoices):
        TURNAROUND = "turnaround", _("claims decided within so many days of receipt")
        FINANCIAL_ACCURACY = "financial_accuracy", _("dollars paid right, of the dollars audited")
        PAYMENT_ACCURACY = "payment_accuracy", _("claims paid right, of the claims audited")
        PROCEDURAL_ACCURACY = "procedural_accuracy", _("claims handled right, of the claims audited")
        REPORTS = "reports", _("reports delivered by the day they were due")

    class Cadence(models.TextChoices):
        MONTH = "month", _("month")
        QUARTER = "quarter", _("quarter")
        YEAR = "year", _("year")

    contract = models.ForeignKey("tpa.Contract", on_delete=models.PROTECT, related_name="guarantees")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    measure = models.CharField(max_length=20, choices=Measure)
    cadence = models.CharField(max_length=8, choices=Cadence)
    target_percent = models.DecimalField(max_digits=7, decimal_places=4, help_text=_("met when it is reached"))
    within_days = models.SmallIntegerField(null=True, help_text=_("for turnaround: calendar days from receipt"))
    at_risk_percent = models.DecimalField(
        max_digits=7, decimal_places=4, help_text=_("of the period's administration fees, for all guarantees together")
    )
    weight_percent = models.DecimalField(
        max_digits=7, decimal_places=4, help_text=_("this guarantee's part of what is at risk")
    )
    standard = models.CharField(max_length=300, help_text=_("what is promised"))
    criteria = models.CharField(max_length=300, help_text=_("how it is measured"))
    damages = models.CharField(max_length=300, help_text=_("what a miss costs"))
    population = models.CharField(max_length=300, help_text=_("of what it is measured"))
    sampling = models.CharField(max_length=300, help_text=_("method and confidence; or that all is measured"))
    frequency = models.CharField(max_length=120)
    measured_by = models.CharField(max_length=120)
    section = models.CharField(max_length=40)
    period = DateRangeField(help_text=_("whole months"))
    legal_review_on = models.DateField(null=True, help_text=_("for speed: when counsel looked at the penalty"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="guarantee_percents",
                condition=Q(
                    target_percent__range=(0, 100), at_risk_percent__range=(0, 100), weight_percent__range=(0, 100)
                ),
            ),
            models.CheckConstraint(
                name="guarantee_of_turnaround_says_days",
                condition=Q(measure="turnaround", within_days__gt=0)
                | (~Q(measure="turnaround") & Q(within_days__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GuaranteeResult(models.Model):
    """What a guarantee came to in one period, with its evidence and, when it was missed, the credit. Only added."""

    guarantee = models.ForeignKey(Guarantee, on_delete=models.PROTECT, related_name="results")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text=_("the first day after"))
    good = models.DecimalField(
        max_digits=14, decimal_places=2, help_text=_("claims, reports or dollars that were right")
    )
    measured = models.DecimalField(max_digits=14, decimal_places=2, help_text=_("of so many"))
    reached_percent = models.DecimalField(
        max_digits=7, decimal_places=4, null=True, help_text=_("null: nothing to measure")
    )
    is_met = models.BooleanField()
    fees_amount = models.DecimalField(max_digits=14, decimal_places=2, help_text=_("the period's administration fees"))
    credit_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    evidence = models.JSONField(
        help_text=_("what missed: [[what, when, how], …], the first five hundred, and how many")
    )
    charge = models.OneToOneField("tpa.Charge", on_delete=models.PROTECT, null=True, related_name="guarantee_result")
    recorded_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guarantee", "starts_on"], name="guarantee_measured_once"),
            models.CheckConstraint(
                name="guarantee_result_is_sound",
                condition=Q(good__gte=0, measured__gte=F("good"), ends_on__gt=F("starts_on"))
                & (Q(is_met=False) | Q(credit_amount=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guarantee_id} from {self.starts_on}"


class AuditSample(models.Model):
    """A settled decision that was drawn for audit, and what the auditor found."""

    class Status(models.TextChoices):
        DRAWN = "drawn", _("drawn")
        AUDITED = "audited", _("audited")

    MOVES = {Status.DRAWN: {Status.AUDITED}}

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField("claims.Decision", on_delete=models.PROTECT, related_name="+")
    claim_number = models.CharField(max_length=14)
    paid_on = models.DateField()
    paid_amount = models.DecimalField(max_digits=14, decimal_places=2)
    correct_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    is_handled_right = models.BooleanField(null=True, help_text=_("procedure kept, whatever was paid"))
    finding = models.CharField(max_length=300, blank=True)
    audited_by = models.CharField(max_length=80, blank=True)
    drawn_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAWN)
    status_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audited_says_what_is_right",
                condition=Q(status="drawn")
                | (Q(correct_amount__isnull=False, is_handled_right__isnull=False) & ~Q(audited_by="")),
            )
        ]
        indexes = [models.Index(fields=["employer", "paid_on"], name="audit_of_day")]

    def __str__(self) -> str:
        return self.claim_number


class ReportDelivery(models.Model):
    """A report that the contract wants by a day, and when it was delivered."""

    contract = models.ForeignKey("tpa.Contract", on_delete=models.PROTECT, related_name="reports")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    due_on = models.DateField()
    delivered_on = models.DateField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "name", "due_on"], name="report_due_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.due_on}"
