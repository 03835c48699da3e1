"""The employer, its divisions, and the plans it offers."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Employer(models.Model):
    """Whose money pays the claims: an employer with its own plan, or an insurer with business that we administer (its
    groups are divisions then)."""

    class Kind(models.TextChoices):
        EMPLOYER = "employer", _("employer")
        INSURER = "insurer", _("insurer")

    class FundingMode(models.TextChoices):
        PAY_AS_PRESENTED = "pay_as_presented", _("own account, pay as presented")
        PREFUND = "prefund", _("paid in before")
        LEVEL = "level", _("level-funded")
        TPA_ADVANCE = "tpa_advance", _("paid from TPA funds, reimbursed monthly")

    employer_path = "id"

    code = models.CharField(max_length=30, unique=True, help_text=_("group number on cards and in X12"))
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.EMPLOYER)
    ein = models.CharField(max_length=9)
    state = models.CharField(max_length=2)
    address_line = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=15, blank=True)
    employee_count = models.IntegerField(default=0, help_text=_("for the size tests of Medicare secondary payer"))
    funding_mode = models.CharField(max_length=20, choices=FundingMode)
    account_manager_id = models.BigIntegerField(null=True, help_text=_("the TPA user to reach"))

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_insurer(self) -> bool:
        """Does an insurer carry the cost, and no plan of an employer?"""
        return self.kind == self.Kind.INSURER


class EmployerAlias(models.Model):
    """Another number by which files name the employer: a member company's EIN, a policy or an old group number."""

    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="aliases")
    value = models.CharField(max_length=80, unique=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("employer aliases")

    def __str__(self) -> str:
        return self.value


class Division(models.Model):
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="divisions")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=120)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employer", "code"], name="division_code")]

    def __str__(self) -> str:
        return self.name


class PlanOffering(models.Model):
    """An employer offers a plan for a period."""

    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="offerings")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="+")
    period = DateRangeField()
    file_names = ArrayField(
        models.CharField(max_length=60),
        default=list,
        help_text=_("what the employer's files call the plan: names (HD04) or lines of coverage (HD03)"),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="offering_once_at_a_time",
                expressions=[
                    ("employer", RangeOperators.EQUAL),
                    ("plan", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.employer_id} offers {self.plan_id}"
