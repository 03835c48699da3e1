"""What prior payers told us themselves of our claims, by their remittances, and what waits for its claim."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class PriorRemittance(models.Model):
    """What one prior payer's 835 says of one claim of ours; a later one of that payer stands in its place.

    Rows are only added.
    """

    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="prior_remittances")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    transaction_set = models.ForeignKey(
        "foundation.TransactionSet", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    sha256 = models.CharField(max_length=64, blank=True, help_text=_("of the file, where a person attached it"))
    payer_name = models.CharField(max_length=80)
    trace_number = models.CharField(max_length=50, blank=True)
    paid_on = models.DateField()
    paid_amount = models.DecimalField(max_digits=14, decimal_places=2)
    is_reversal = models.BooleanField(default=False, help_text=_("takes back what that payer told before"))
    says = models.BinaryField(help_text=_("claims.adjudication.engine.facts.RemittanceFact, packed"))
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.payer_name} on {self.claim_id}"


class WaitingRemittance(models.Model):
    """What a prior payer's 835 says of a claim that we had not when it came; tried again when such a claim comes.

    Nobody's employer is known by then: only who sees all employers sees it.
    """

    transaction_set = models.ForeignKey("foundation.TransactionSet", on_delete=models.PROTECT, related_name="+")
    patient_control_number = models.CharField(max_length=38)
    payer_name = models.CharField(max_length=80)
    paid_on = models.DateField()
    paid_amount = models.DecimalField(max_digits=14, decimal_places=2)
    says = models.BinaryField(help_text=_("claims.edi.x835.Remittance with this one claim, packed"))
    received_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, help_text=_("when its claim was there"))
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["patient_control_number"], condition=Q(taken_at__isnull=True), name="remittance_waits")
        ]
        constraints = [
            models.CheckConstraint(
                name="remittance_taken_by_a_claim",
                condition=Q(taken_at__isnull=True, claim__isnull=True) | Q(taken_at__isnull=False, claim__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.payer_name} on {self.patient_control_number}"
