"""A month becomes an invoice, each line of it traced to its claims or members exactly once."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class MonthClose(models.Model):
    """The close of one contract's month; once closed the month is locked."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    MOVES = {Status.OPEN: {Status.CLOSED}}

    contract = models.ForeignKey("tpa.Contract", on_delete=models.PROTECT, related_name="closes")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    month_on = models.DateField(help_text=_("first day of the month"))
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()
    known_at = models.DateTimeField(null=True, help_text=_("what was recorded later comes with a later month"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "month_on"], name="month_closed_once")]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.month_on:%Y-%m}"


class Invoice(models.Model):
    """What the employer owes for a month, or a credit that corrects an earlier invoice. Never edited."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT = "credit", _("credit")

    class Status(models.TextChoices):
        ISSUED = "issued", _("issued")
        SETTLED = "settled", _("settled")

    MOVES = {Status.ISSUED: {Status.SETTLED}}

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.INVOICE)
    close = models.ForeignKey(MonthClose, on_delete=models.PROTECT, related_name="invoices")
    contract = models.ForeignKey("tpa.Contract", on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="credits")
    status = models.CharField(max_length=10, choices=Status, default=Status.ISSUED)
    status_at = models.DateTimeField()
    issued_on = models.DateField()
    due_on = models.DateField()
    total_amount = models.DecimalField(max_digits=14, decimal_places=2)
    because = models.CharField(max_length=300, blank=True, help_text=_("for a credit: why"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["close"], condition=Q(kind="invoice"), name="one_invoice_a_close")
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line: claims to be reimbursed, a fee, or a retro adjustment."""

    class Kind(models.TextChoices):
        CLAIMS = "claims", _("claims paid")
        FEE = "fee", _("fee")
        RETRO = "retro", _("adjustment of an earlier month")
        CREDIT = "credit", _("credit")

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=160)
    section = models.CharField(max_length=40, blank=True)
    for_month_on = models.DateField(help_text=_("the month it is for; earlier than the invoice's for a retro line"))
    quantity_count = models.IntegerField()
    rate_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    fee = models.ForeignKey("tpa.ContractFee", on_delete=models.PROTECT, null=True, related_name="+")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "number"], name="invoice_line_number"),
            models.CheckConstraint(
                name="fee_line_multiplies",
                condition=Q(rate_amount__isnull=True) | Q(amount=F("quantity_count") * F("rate_amount")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.number}"


class InvoiceClaim(models.Model):
    """The paid (or reversed) decision behind a claims line or a per-claim fee: once for each."""

    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="claims")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=80, help_text=_("reimbursement, or the fee's name"))
    decision = models.ForeignKey("claims.Decision", on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "purpose"], name="decision_billed_once")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.decision_id}"


class InvoiceMember(models.Model):
    """The covered employee behind a fee line of a month: +1 billed, -1 taken back by a retro line."""

    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="members")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    fee = models.ForeignKey("tpa.ContractFee", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    for_month_on = models.DateField()
    tier = models.CharField(max_length=3)
    count = models.SmallIntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "member", "for_month_on", "fee"], name="member_once_a_line")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} for {self.for_month_on:%Y-%m}"
