"""A claim as submitted, where it stands, and its history."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Claim(models.Model):
    """One claim. What was submitted never changes; where it stands moves by `MOVES`; decisions are rows apart."""

    class Kind(models.TextChoices):
        PROFESSIONAL = "P", _("professional")
        INSTITUTIONAL = "I", _("institutional")
        DENTAL = "D", _("dental")

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        PENDED = "pended", _("pended")
        APPROVED = "approved", _("approved")
        DENIED = "denied", _("denied")
        PAID = "paid", _("paid")
        REVERSED = "reversed", _("reversed")

    # approved, paid -> received: the decision is reversed and the claim decided anew; to reversed: by void or
    # replacement, before it was decided or after. A void itself ends as reversed, once it has taken back what it names.
    MOVES = {
        Status.RECEIVED: {Status.PENDED, Status.APPROVED, Status.DENIED, Status.REVERSED},
        Status.PENDED: {Status.RECEIVED, Status.APPROVED, Status.DENIED, Status.REVERSED},
        Status.APPROVED: {Status.PAID, Status.RECEIVED, Status.REVERSED},
        Status.DENIED: {Status.PAID, Status.RECEIVED, Status.REVERSED},
        Status.PAID: {Status.RECEIVED, Status.REVERSED},
    }

    claim_number = models.CharField(max_length=14, unique=True)
    # The hot tables carry few indexes: each costs on every claim that is loaded (docs/decisions).
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    family = models.ForeignKey("employers.Family", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=1, choices=Kind)
    origin = models.CharField(max_length=8, choices=[("837", "837"), ("api", "API"), ("paper", _("paper"))])
    transaction_set = models.ForeignKey(
        "foundation.TransactionSet", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    sent_by_id = models.BigIntegerField(null=True, help_text=_("the user or partner system that sent it"))
    patient_control_number = models.CharField(max_length=38)
    frequency_code = models.CharField(max_length=1, default="1")
    original_claim = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    billing_provider = models.ForeignKey("plans.Provider", on_delete=models.PROTECT, related_name="+", db_index=False)
    payee = models.ForeignKey("plans.Payee", on_delete=models.PROTECT, related_name="+", db_index=False)
    service_from = models.DateField()
    service_to = models.DateField(help_text=_("last day, inclusive, as submitted"))
    received_on = models.DateField(help_text=_("the day it was filed: legal clocks start here"))
    received_at = models.DateTimeField()
    billed_amount = models.DecimalField(max_digits=14, decimal_places=2)
    submission = models.BinaryField(help_text=_("claims.facts.Submission, packed"))
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)
    status_at = models.DateTimeField()
    allowed_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    member_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    plan_paid_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    due_on = models.DateField(help_text=_("the day by which the law wants it decided"))
    revision = models.IntegerField(default=0, help_text=_("grows with every move; a stale save is refused"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["employer", "-id"], name="claim_of_employer"),
            models.Index(fields=["member", "service_from"], name="claim_of_member"),
            models.Index(fields=["due_on", "id"], condition=Q(status="pended"), name="claim_pended"),
            models.Index(fields=["employer", "id"], condition=Q(status="pended"), name="claim_pended_of_employer"),
            models.Index(fields=["family", "id"], condition=Q(status="received"), name="claim_received"),
            models.Index(
                fields=["employer", "id"], condition=Q(status__in=["approved", "denied"]), name="claim_to_pay"
            ),
            models.Index(fields=["transaction_set"], name="claim_of_set"),
            models.Index(fields=["patient_control_number"], name="claim_patient_control"),
            models.Index(fields=["original_claim"], condition=Q(original_claim__isnull=False), name="claim_original"),
        ]

    def __str__(self) -> str:
        return self.claim_number


class ClaimEvent(models.Model):
    """One move of a claim, in order: who, when, from, to, why, and through which door."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    origin = models.CharField(max_length=8, help_text=_("engine, screen, api, edi or system"))
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10)
    because = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.from_status} → {self.to_status}"


class ClaimNote(models.Model):
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="notes")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    author_id = models.BigIntegerField()
    text = models.TextField()

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"note on {self.claim_id}"
