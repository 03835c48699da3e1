"""Agreements between the TPA and an employer: scope, fees by period, authority."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Contract(models.Model):
    """One administrative-services agreement, for a period."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_FORCE = "in_force", _("in force")
        ENDED = "ended", _("ended")

    MOVES = {Status.DRAFT: {Status.IN_FORCE}, Status.IN_FORCE: {Status.ENDED}}

    number = models.CharField(max_length=20, unique=True)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    period = DateRangeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    status_at = models.DateTimeField()
    scope = models.JSONField(default=list, help_text=_("services agreed, each with its contract section"))
    lookback_months_count = models.SmallIntegerField(default=3, help_text=_("how far back enrolment is re-billed"))
    invoice_due_days = models.SmallIntegerField(default=15)
    signed_on = models.DateField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_contract_at_a_time",
                expressions=[("employer", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(status="in_force"),
            )
        ]

    def __str__(self) -> str:
        return self.number


class ContractFee(models.Model):
    """A fee term: so much per employee and month, or per claim, for a period."""

    class Kind(models.TextChoices):
        PEPM = "pepm", _("per employee per month")
        PER_CLAIM = "per_claim", _("per claim decided")
        FLAT = "flat", _("flat per month")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="fees")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=80)
    tier = models.CharField(max_length=3, blank=True, help_text=_("blank: every coverage tier"))
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    period = DateRangeField()
    section = models.CharField(max_length=40, help_text=_("where the contract says so"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_fee_at_a_time",
                expressions=[
                    (F("contract"), RangeOperators.EQUAL),
                    (F("name"), RangeOperators.EQUAL),
                    (F("tier"), RangeOperators.EQUAL),
                    (F("period"), RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.name


class AuthorityLimit(models.Model):
    """Up to which amount a role (or the engine by itself) may approve a claim under the contract."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="authority_limits")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, help_text=_("a role of the foundation, or engine"))
    limit_amount = models.DecimalField(max_digits=14, decimal_places=2)
    period = DateRangeField()
    section = models.CharField(max_length=40)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_limit_at_a_time",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} up to {self.limit_amount}"
