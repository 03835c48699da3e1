"""Agreements between the TPA and an employer: scope, fees by period. (Approval limits: `foundation.ApprovalLimit`.)"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Contract(models.Model):
    """One administrative-services agreement, for a period of whole months."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_FORCE = "in_force", _("in force")
        ENDED = "ended", _("ended")

    MOVES = {Status.DRAFT: {Status.IN_FORCE}, Status.IN_FORCE: {Status.ENDED}}

    number = models.CharField(max_length=20, unique=True)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    period = DateRangeField(help_text=_("whole months"))
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    status_at = models.DateTimeField()
    scope = models.JSONField(default=list, help_text=_("services agreed: [[service, contract section] …]"))
    lookback_months_count = models.SmallIntegerField(default=3, help_text=_("how far back enrolment is re-billed"))
    invoice_due_days = models.SmallIntegerField(default=15)
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


class ContractFee(models.Model):
    """A fee term: so much per employee and month, per claim, or a month, for a period. Never edited; ended once."""

    class Kind(models.TextChoices):
        PEPM = "pepm", _("per employee per month")
        PER_CLAIM = "per_claim", _("per claim settled")
        FLAT = "flat", _("flat per month")

    class Purpose(models.TextChoices):
        ADMINISTRATION = "administration", _("the administrator's fee")
        CLAIMS_FUND = "claims_fund", _("paid into the employer's claims account (level funding)")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="fees")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    purpose = models.CharField(max_length=14, choices=Purpose, default=Purpose.ADMINISTRATION)
    name = models.CharField(max_length=80)
    plan = models.ForeignKey(
        "plans.Plan",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("for who is enrolled in this plan; null: whoever is enrolled in any, once"),
    )
    tier = models.CharField(max_length=3, blank=True, help_text=_("blank: every coverage tier"))
    amount = models.DecimalField(max_digits=14, decimal_places=2)
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
                name="fee_whole_months",
                condition=Q(period__startswith__day=1)
                & (Q(period__endswith__isnull=True) | Q(period__endswith__day=1)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
