"""Lines of invoices that an employer disputes, what was said about them, and how each came out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class InvoiceDispute(models.Model):
    """That an employer disputes so much of a line, and the answer: the line is upheld, or credited."""

    class Status(models.TextChoices):
        OPEN = "open", _("disputed")
        UPHELD = "upheld", _("line upheld")
        CREDITED = "credited", _("credited")
        WITHDRAWN = "withdrawn", _("withdrawn")

    MOVES = {Status.OPEN: {Status.UPHELD, Status.CREDITED, Status.WITHDRAWN}}

    invoice = models.ForeignKey("tpa.Invoice", on_delete=models.PROTECT, related_name="disputes")
    line = models.ForeignKey("tpa.InvoiceLine", on_delete=models.PROTECT, related_name="disputes")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2, help_text=_("what of the line is disputed"))
    because = models.CharField(max_length=300)
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()
    answer = models.CharField(max_length=300, blank=True)
    answered_by = models.CharField(max_length=80, blank=True)
    credit = models.OneToOneField(
        "tpa.Invoice", on_delete=models.PROTECT, null=True, related_name="dispute", help_text=_("the credit given")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="dispute_says_why", condition=Q(amount__gt=0) & ~Q(because="")),
            models.CheckConstraint(
                name="dispute_is_answered",
                condition=Q(status__in=["open", "withdrawn"])
                | (Q(status="upheld", credit__isnull=True) & ~Q(answer="") & ~Q(answered_by=""))
                | (Q(status="credited", credit__isnull=False) & ~Q(answer="") & ~Q(answered_by="")),
            ),
            models.UniqueConstraint(fields=["line"], condition=Q(status="open"), name="one_open_dispute_a_line"),
        ]
        indexes = [models.Index(fields=["invoice", "status"], name="dispute_of_invoice")]

    def __str__(self) -> str:
        return f"{self.amount} of line {self.line_id}"


class DisputeNote(models.Model):
    """What one side wrote to the other about a dispute. Only added."""

    dispute = models.ForeignKey(InvoiceDispute, on_delete=models.PROTECT, related_name="notes")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    is_from_employer = models.BooleanField()
    text = models.CharField(max_length=1000)
    written_by = models.CharField(max_length=80)
    written_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="dispute_note_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.text[:40]}"
