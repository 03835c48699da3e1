"""Payment runs, payments, and which decisions each payment pays."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class PaymentRun(models.Model):
    """One run over an employer's approved claims."""

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    MOVES = {Status.RUNNING: {Status.DONE}}

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    run_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    status_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    claim_count = models.IntegerField(default=0)
    payment_count = models.IntegerField(default=0)
    paid_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    held_count = models.IntegerField(default=0, help_text=_("approved but not funded"))
    held_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"run {self.pk} of {self.run_on}"


class Payment(models.Model):
    """One check or ACH credit to one payee from one claims account; zero when only information is sent."""

    class Method(models.TextChoices):
        CHECK = "check", _("check")
        ACH = "ach", _("ACH")
        NONE = "none", _("no money moves")

    class Status(models.TextChoices):
        ISSUED = "issued", _("issued")
        VOIDED = "voided", _("voided")

    MOVES = {Status.ISSUED: {Status.VOIDED}}

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="payments")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey("employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey("plans.Payee", on_delete=models.PROTECT, null=True, related_name="+")
    member = models.ForeignKey(
        "employers.Member", on_delete=models.PROTECT, null=True, related_name="+", help_text=_("paid to the member")
    )
    method = models.CharField(max_length=5, choices=Method)
    trace_number = models.CharField(max_length=30, unique=True, help_text=_("ties payment, ACH and remittance"))
    check_number = models.CharField(max_length=12, blank=True)
    paid_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    forward_balance_amount = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, help_text=_("what the payee still owes us, carried to the next 835")
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.ISSUED)
    status_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return self.trace_number


class PaymentItem(models.Model):
    """A decision, paid (or taken back) by a payment: each exactly once."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="items")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField("claims.Decision", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.amount} for {self.claim_id}"
