"""Agreements of the TPA with employers and insurers: terms in versions, fees by period. (Approval limits: `foundation.
ApprovalLimit`.)"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Contract(models.Model):
    """One agreement, for a period of whole months. What it says stands in its versions, fees and guarantees."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_FORCE = "in_force", _("in force")
        ENDED = "ended", _("ended")

    MOVES = {Status.DRAFT: {Status.IN_FORCE}, Status.IN_FORCE: {Status.ENDED}}

    number = models.CharField(max_length=20, unique=True)
    employer = models.ForeignKey(
        "employers.Employer", on_delete=models.PROTECT, related_name="+", help_text=_("or insurer: the other party")
    )
    period = DateRangeField(help_text=_("whole months"))
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    status_at = models.DateTimeField()
    signed_on = models.DateField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_contract_at_a_time",
                expressions=[("employer", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=~Q(status="draft"),
            ),
            models.CheckConstraint(
                name="contract_signed_before_force", condition=Q(status="draft") | Q(signed_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ContractVersion(models.Model):
    """The terms of a contract from a month on: as signed (number 1), or by an amendment. Never edited once signed."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    starts_on = models.DateField(help_text=_("first day of a month"))
    scope = models.JSONField(default=list, help_text=_("services agreed: [[service, contract section] …]"))
    governance = models.JSONField(
        default=dict,
        help_text=_("reports, committees, audit rights, termination: each [[what, when, section] …]"),
    )
    lookback_months_count = models.SmallIntegerField(default=3, help_text=_("how far back enrolment is re-billed"))
    starts_until_day = models.SmallIntegerField(
        default=1, help_text=_("who is covered from this day of the month or before counts for the whole month")
    )
    ends_from_day = models.SmallIntegerField(
        default=1, help_text=_("who is covered up to this day of the month or after counts for the whole month")
    )
    invoice_due_days = models.SmallIntegerField(default=15)
    reminder_days = models.JSONField(default=list, help_text=_("a reminder so many days after an invoice was due"))
    by_division = models.BooleanField(default=False, help_text=_("one invoice a division, else one for all"))
    run_out_months_count = models.SmallIntegerField(default=0, help_text=_("services go on so long after the end"))
    renewal_notice_days = models.SmallIntegerField(default=90, help_text=_("notice wanted before the end"))
    renews_itself = models.BooleanField(default=False)
    write_off_limit_amount = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, help_text=_("what is written off above it wants two people")
    )
    because = models.CharField(max_length=300, blank=True, help_text=_("for an amendment: why"))
    signed_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="contract_version_number"),
            models.UniqueConstraint(fields=["contract", "starts_on"], name="one_version_a_month"),
            models.CheckConstraint(name="version_starts_with_a_month", condition=Q(starts_on__day=1)),
            models.CheckConstraint(
                name="version_counts_are_sound",
                condition=Q(
                    lookback_months_count__gte=0, invoice_due_days__gte=0, run_out_months_count__gte=0,
                    renewal_notice_days__gte=0, write_off_limit_amount__gte=0, starts_until_day__range=(1, 28),
                    ends_from_day__range=(1, 28),
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.contract_id}/{self.number}"


class ContractFee(models.Model):
    """A fee term: an amount or a per cent, of what its kind says, for a period. Never edited; ended once."""

    class Kind(models.TextChoices):
        PEPM = "pepm", _("per employee per month")
        PER_CLAIM = "per_claim", _("per claim settled")
        FLAT = "flat", _("flat per month")
        ONE_OFF = "one_off", _("once, in its first month")
        MINIMUM = "minimum", _("the month's administration fees are at least")
        OF_SAVINGS = "of_savings", _("per cent of what was billed and not allowed")
        OF_RECOVERIES = "of_recoveries", _("per cent of what was recovered")
        RUN_OUT = "run_out", _("per cent of the last months' administration fees, once, at the end")

    class Purpose(models.TextChoices):
        ADMINISTRATION = "administration", _("the administrator's fee")
        CLAIMS_FUND = "claims_fund", _("paid into the employer's claims account (level funding)")
        STOP_LOSS = "stop_loss", _("stop-loss premium, passed on to the carrier")
        VENDOR = "vendor", _("a vendor's fee, passed on")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="fees")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind)
    purpose = models.CharField(max_length=14, choices=Purpose, default=Purpose.ADMINISTRATION)
    name = models.CharField(max_length=80)
    payee_name = models.CharField(max_length=120, blank=True, help_text=_("carrier or vendor it is passed on to"))
    plan = models.ForeignKey(
        "plans.Plan",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("for who is enrolled in this plan; null: whoever is enrolled in any, once"),
    )
    tier = models.CharField(max_length=3, blank=True, help_text=_("blank: every coverage tier"))
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    months_count = models.SmallIntegerField(null=True, help_text=_("for a run-out fee: of how many last months"))
    in_run_out = models.BooleanField(default=False, help_text=_("for the months after the contract's end only"))
    is_taxable = models.BooleanField(default=False, help_text=_("the employer's state levies its tax on it"))
    period = DateRangeField(help_text=_("whole months"))
    section = models.CharField(max_length=40, help_text=_("where the contract says so"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_fee_at_a_time",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (Coalesce("plan", 0), RangeOperators.EQUAL),
                    ("tier", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="fee_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="fee_tier_is_for_pepm", condition=Q(kind="pepm") | Q(tier="", plan__isnull=True)
            ),
            models.CheckConstraint(
                name="fee_is_an_amount_or_a_percent",
                condition=Q(kind__in=["of_savings", "of_recoveries", "run_out"], percent__gte=0, amount=0)
                | (~Q(kind__in=["of_savings", "of_recoveries", "run_out"]) & Q(percent__isnull=True)),
            ),
            models.CheckConstraint(
                name="fee_of_run_out_says_of_what",
                condition=(Q(kind="run_out", in_run_out=True, months_count__gte=1))
                | (~Q(kind="run_out") & Q(months_count__isnull=True)),
            ),
            models.CheckConstraint(
                name="fee_whole_months",
                condition=Q(period__startswith__day=1)
                & (Q(period__endswith__isnull=True) | Q(period__endswith__day=1)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
