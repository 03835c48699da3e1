"""What was decided of a claim, line by line, and what it used up. Rows here are only ever added."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: object) -> models.DecimalField[object, object]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)  # type: ignore[arg-type]


class Figures(models.Model):
    """The figures of a claim or line. billed = plan paid + adjusted; a reversal carries them negated."""

    billed_amount = _money()
    allowed_amount = _money()
    not_covered_amount = _money()
    copay_amount = _money()
    deductible_amount = _money()
    coinsurance_amount = _money()
    other_payer_amount = _money()
    member_amount = _money(help_text=_("all the member owes: the adjustments of group PR"))
    plan_paid_amount = _money()
    adjusted_amount = _money(help_text=_("the sum of all adjustments"))

    class Meta:
        abstract = True


class Decision(Figures):
    """One decision of one claim: the facts it stood on, what it says, and its figures. Number 1 is the first."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("approved")
        DENIED = "denied", _("denied")
        PENDED = "pended", _("pended")
        REVERSED = "reversed", _("reversed")

    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="decisions", db_index=False)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    plan_hash = models.CharField(max_length=64, blank=True, help_text=_("content hash of the plan version it applied"))
    engine_version = models.CharField(max_length=12)
    facts = models.BinaryField(help_text=_("all that could influence it, packed"))
    says = models.BinaryField(help_text=_("the decision with every line's trace, packed"))
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80)
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="decision_number"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="reversed_only_once"
            ),
            models.CheckConstraint(
                name="decision_balances", condition=Q(billed_amount=F("plan_paid_amount") + F("adjusted_amount"))
            ),
        ]
        # A payment run looks for the reversals of an employer; few decisions are one.
        indexes = [models.Index(fields=["employer"], condition=Q(reverses__isnull=False), name="reversal_of_employer")]

    def __str__(self) -> str:
        return f"decision {self.number} of {self.claim_id}"


class ClaimLine(Figures):
    """One line of one decision, as submitted and as decided."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="lines")
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+", db_index=False)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    procedure_code = models.CharField(max_length=10, blank=True)
    modifiers = models.CharField(max_length=11, blank=True, help_text=_("in order, with colons"))
    revenue_code = models.CharField(max_length=4, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True)
    service_from = models.DateField()
    service_to = models.DateField()
    rendering_npi = models.CharField(max_length=10, blank=True, default="", help_text=_("who rendered it, if said"))
    tooth_numbers = models.CharField(max_length=60, blank=True, help_text=_("dental, in order, with colons"))
    units_count = models.DecimalField(max_digits=12, decimal_places=3)
    benefit = models.CharField(max_length=40, blank=True, help_text=_("the benefit category of the plan"))
    network_tier = models.CharField(max_length=20, blank=True)
    adjustments = models.JSONField(help_text=_("[group, CARC, amount, [RARC …]] in order"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="line_balances", condition=Q(billed_amount=F("plan_paid_amount") + F("adjusted_amount"))
            )
        ]
        indexes = [models.Index(fields=["member", "service_from"], name="line_of_member")]

    def __str__(self) -> str:
        return f"line {self.number} of {self.claim_id}"


class AccumulatorEntry(models.Model):
    """What a decision used up of a bucket in a plan year, or a prior carrier before us. Balances are sums of entries,
    a family's of its members'."""

    family = models.ForeignKey("employers.Family", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="consumptions", db_index=False
    )
    credit = models.ForeignKey(
        "claims.PriorCredit", on_delete=models.PROTECT, null=True, related_name="entries", db_index=False
    )
    year_on = models.DateField(help_text=_("first day of the plan year, or of the lifetime"))
    bucket = models.CharField(max_length=60, help_text=_("as the plan names it, such as deductible:in"))
    amount = models.DecimalField(max_digits=14, decimal_places=2, help_text=_("dollars applied, or a count"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("accumulator entries")
        constraints = [
            models.CheckConstraint(
                name="entry_of_decision_or_credit",
                condition=Q(decision__isnull=False, credit__isnull=True)
                | Q(decision__isnull=True, credit__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["family", "year_on"], name="accumulator_of_family"),
            models.Index(fields=["decision"], name="accumulator_of_decision"),
            models.Index(fields=["credit"], condition=Q(credit__isnull=False), name="accumulator_of_credit"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.bucket}"
