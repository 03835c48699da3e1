"""What a stop-loss policy says: windows, limits, factors, lasers, triggers. What is in force stands."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.parameters import Unit
from tpa.foundation.models.scoped import ScopedQuerySet


class StopLossPolicy(models.Model):
    """One carrier's policy for an employer and a term. Its coverages hold windows, never what people call them."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_FORCE = "in_force", _("in force")
        ENDED = "ended", _("ended early")

    MOVES = {Status.DRAFT: {Status.IN_FORCE}, Status.IN_FORCE: {Status.ENDED}}

    class Priority(models.TextChoices):
        CARRIER = "carrier", _("the carrier first")
        SHARED = "shared", _("carrier and plan, each its part")
        PLAN = "plan", _("the plan first")

    class Reissued(models.TextChoices):
        REISSUE = "reissue", _("the day it was made again")
        FIRST = "first", _("the day it first went out")

    number = models.CharField(max_length=40, unique=True, help_text=_("the carrier's"))
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    carrier_name = models.CharField(max_length=120)
    carrier_address_line = models.CharField(max_length=120, blank=True)
    carrier_place = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    status_at = models.DateTimeField()
    period = DateRangeField(help_text=_("the term"))
    ends_early_on = models.DateField(null=True, help_text=_("ended early: the first day without it"))
    terminal_months_count = models.SmallIntegerField(
        help_text=_("terminal liability: how much longer payments count when it ends early; 0: not bought")
    )
    notice_percent = models.DecimalField(
        max_digits=5, decimal_places=2, help_text=_("of the specific deductible, from which the carrier is told")
    )
    stay_days = models.SmallIntegerField(help_text=_("a longer stay in hospital is told"))
    follow_up_days = models.SmallIntegerField(help_text=_("how often the carrier is told again"))
    follow_up_amount = models.DecimalField(
        max_digits=14, decimal_places=2, help_text=_("told again, or filed, as soon as it is so much more")
    )
    proof_days = models.SmallIntegerField(help_text=_("proof of loss: after the payment that made it"))
    proof_unit = models.CharField(
        max_length=15, choices=[(unit.value, unit.label) for unit in (Unit.DAYS, Unit.BUSINESS_DAYS)]
    )
    is_advance_funded = models.BooleanField(help_text=_("the carrier pays before we do"))
    least_advance_amount = models.DecimalField(
        max_digits=14, decimal_places=2, help_text=_("an advance is asked for above it")
    )
    advance_lead_days = models.SmallIntegerField(help_text=_("an advance is asked for so long before the window ends"))
    pay_within_days = models.SmallIntegerField(help_text=_("business days in which an advance is paid on"))
    radar_days = models.SmallIntegerField(help_text=_("claims are paid first when their window ends so soon"))
    recovery_priority = models.CharField(
        max_length=7,
        choices=Priority,
        default=Priority.CARRIER,
        help_text=_("whose it is first, when a third party or a payee gives back what both had paid"),
    )
    reissued_counts_from = models.CharField(
        max_length=7,
        choices=Reissued,
        default=Reissued.REISSUE,
        help_text=_("when a payment counts that did not arrive and was made again"),
    )
    paid_section = models.CharField(
        max_length=40, blank=True, default="", help_text=_("where the policy says when a claim is paid")
    )
    benefit_names = models.JSONField(
        default=dict, help_text=_("the plan's benefits that are drugs or vision: name and which")
    )
    signed_on = models.DateField(null=True)
    counted_run_id = models.BigIntegerField(default=0, help_text=_("the last payment run that its standings count"))
    watched_claim_id = models.BigIntegerField(default=0, help_text=_("the last claim looked at for triggers"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("stop-loss policies")
        constraints = [
            models.CheckConstraint(
                name="policy_signed_before_force", condition=Q(status="draft") | Q(signed_on__isnull=False)
            ),
            models.CheckConstraint(
                name="policy_has_an_end",
                condition=Q(period__startswith__isnull=False) & Q(period__endswith__isnull=False),
            ),
            models.CheckConstraint(
                name="policy_ended_early_says_when", condition=~Q(status="ended") | Q(ends_early_on__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["employer", "-id"], name="stoploss_policy_of_employer")]

    def __str__(self) -> str:
        return self.number


class StopLossCoverage(models.Model):
    """The specific or the aggregate coverage of a policy, with windows and benefits of its own."""

    class Kind(models.TextChoices):
        SPECIFIC = "specific", _("specific")
        AGGREGATE = "aggregate", _("aggregate")

    policy = models.ForeignKey(StopLossPolicy, on_delete=models.PROTECT, related_name="coverages")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    section = models.CharField(max_length=40, help_text=_("where the policy says so"))
    incurred = DateRangeField(help_text=_("when a claim must have been incurred"))
    paid = DateRangeField(help_text=_("when it must have been paid"))
    benefits = ArrayField(
        models.CharField(max_length=10), help_text=_("medical, drug, dental, vision; none named: all of them")
    )
    reimburse_percent = models.DecimalField(max_digits=5, decimal_places=2)
    most_amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text=_("reimbursed at most; of specific: for one person")
    )
    attachment_amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text=_("of specific: the deductible of each person")
    )
    corridor_amount = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, help_text=_("aggregating specific: excess that stays with employer")
    )
    corridor_percent = models.DecimalField(
        max_digits=6, decimal_places=2, default=100, help_text=_("of aggregate: raises factors of expected claims")
    )
    minimum_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    minimum_floor_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    quoted_month_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    person_limit_amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text=_("of aggregate: how much of one person counts")
    )
    counts_lasers = models.BooleanField(default=False, help_text=_("of aggregate: a laser raises that"))
    has_accommodation = models.BooleanField(default=False, help_text=_("of aggregate: advances month by month"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "kind"], name="one_coverage_of_a_kind"),
            models.CheckConstraint(
                name="specific_has_a_deductible",
                condition=Q(kind="aggregate", attachment_amount__isnull=True)
                | Q(kind="specific", attachment_amount__gt=0),
            ),
            models.CheckConstraint(name="coverage_percent", condition=Q(reimburse_percent__range=(0, 100))),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.policy_id}"


class StopLossFactor(models.Model):
    """What one life of a tier adds to the aggregate attachment point each month."""

    coverage = models.ForeignKey(StopLossCoverage, on_delete=models.PROTECT, related_name="factors")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    tier = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coverage", "tier"], name="one_factor_a_tier"),
            models.CheckConstraint(name="factor_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.amount}"


class StopLossLaser(models.Model):
    """A person with a specific deductible of their own, or (no amount) left out."""

    coverage = models.ForeignKey(StopLossCoverage, on_delete=models.PROTECT, related_name="lasers")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coverage", "member"], name="one_laser_a_person")]

    def __str__(self) -> str:
        return f"laser of {self.member_id}"


class StopLossTrigger(models.Model):
    """A range of diagnoses of which the carrier wants to hear, whatever was paid: ICD-10-CM without dots, inclusive."""

    policy = models.ForeignKey(StopLossPolicy, on_delete=models.PROTECT, related_name="triggers")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    code_from = models.CharField(max_length=7)
    code_to = models.CharField(max_length=7)
    name = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="trigger_range", condition=Q(code_from__lte=F("code_to")))]

    def __str__(self) -> str:
        return f"{self.code_from}-{self.code_to}"
