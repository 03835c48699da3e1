"""What employers paid on invoices, what is left open, and what is given up. Rows of money are only ever added."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Receipt(models.Model):
    """Money that came in from an employer, or (negative, `reverses`) that the bank took back."""

    class Method(models.TextChoices):
        CHECK = "check", _("check")
        ACH = "ach", _("ACH")
        WIRE = "wire", _("wire")
        NONE = "none", _("no money moves: invoices and credits set off")

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    method = models.CharField(max_length=5, choices=Method)
    bank_reference = models.CharField(max_length=60, help_text=_("check, trace or wire number; once an employer"))
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    file_id = models.BigIntegerField(null=True, help_text=_("the 820 that told it: foundation.EdiFile"))
    because = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "bank_reference"], name="receipt_booked_once"),
            models.CheckConstraint(
                name="receipt_has_its_sign",
                condition=Q(reverses__isnull=True, amount__gte=0) | Q(reverses__isnull=False, amount__lte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference


class ShortPayment(models.Model):
    """What was left of an invoice that was closed short: tracked until it is carried to a later one or given up."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        CARRIED = "carried", _("carried to a later invoice")
        WRITTEN_OFF = "written_off", _("written off")

    MOVES = {Status.OPEN: {Status.CARRIED, Status.WRITTEN_OFF}}

    invoice = models.ForeignKey("tpa.Invoice", on_delete=models.PROTECT, related_name="short_payments")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    charge = models.OneToOneField(
        "tpa.Charge", on_delete=models.PROTECT, related_name="short_payment", help_text=_("by which it is carried")
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    because = models.CharField(max_length=300)
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="short_payment_is_more_than_zero", condition=Q(amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice_id}"


class WriteOff(models.Model):
    """What somebody asks to give up of an invoice or short payment, with the approvals that it wants."""

    class Status(models.TextChoices):
        ASKED = "asked", _("asked")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    MOVES = {Status.ASKED: {Status.DONE, Status.REFUSED}}

    invoice = models.ForeignKey("tpa.Invoice", on_delete=models.PROTECT, related_name="write_offs")
    short_payment = models.ForeignKey(ShortPayment, on_delete=models.PROTECT, null=True, related_name="write_offs")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    because = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    wanted_count = models.SmallIntegerField(help_text=_("approvals wanted: two above the contract's limit"))
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    status_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="write_off_is_sound", condition=Q(amount__gt=0, wanted_count__in=[1, 2]) & ~Q(because="")
            ),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(status="asked", short_payment__isnull=True),
                name="one_write_off_asked_an_invoice",
            ),
            models.UniqueConstraint(
                fields=["short_payment"], condition=Q(status="asked"), name="one_write_off_asked_a_short_payment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice_id}"


class WriteOffApproval(models.Model):
    """One person's approval: never the one's who asked, and each person's once."""

    write_off = models.ForeignKey(WriteOff, on_delete=models.PROTECT, related_name="approvals")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    approved_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["write_off", "approved_by"], name="approved_once_a_person")]

    def __str__(self) -> str:
        return f"{self.approved_by} for {self.write_off_id}"


class InvoiceSettlement(models.Model):
    """What took some of an invoice's open amount, by claims account: a receipt, a short payment, or a write-off."""

    invoice = models.ForeignKey("tpa.Invoice", on_delete=models.PROTECT, related_name="settlements")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey("employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="settlements")
    short_payment = models.ForeignKey(ShortPayment, on_delete=models.PROTECT, null=True, related_name="settlements")
    write_off = models.ForeignKey(WriteOff, on_delete=models.PROTECT, null=True, related_name="settlements")
    amount = models.DecimalField(max_digits=14, decimal_places=2, help_text=_("negative when it is taken back"))
    recorded_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settled_by_one_thing",
                condition=Q(receipt__isnull=False, short_payment__isnull=True, write_off__isnull=True)
                | Q(receipt__isnull=True, short_payment__isnull=False, write_off__isnull=True)
                | Q(receipt__isnull=True, short_payment__isnull=True, write_off__isnull=False),
            ),
            models.CheckConstraint(name="settlement_is_something", condition=~Q(amount=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.invoice_id}"


class Reminder(models.Model):
    """That an employer was reminded of an invoice: once for each of the contract's days after it was due."""

    invoice = models.ForeignKey("tpa.Invoice", on_delete=models.PROTECT, related_name="reminders")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    after_days = models.SmallIntegerField()
    sent_on = models.DateField()
    open_amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "after_days"], name="reminded_once_a_day_count")]

    def __str__(self) -> str:
        return f"{self.invoice_id} after {self.after_days}"
