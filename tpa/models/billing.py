"""A month becomes an invoice, each line traced to its claims or members exactly once. Rows are only ever added."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class MonthClose(models.Model):
    """The close of one contract's month. That it exists is the lock: the month is closed, once and for good."""

    contract = models.ForeignKey("tpa.Contract", on_delete=models.PROTECT, related_name="closes")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    month_on = models.DateField(help_text=_("first day of the month"))
    known_at = models.DateTimeField(help_text=_("what was recorded later comes with a later month"))
    closed_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "month_on"], name="month_closed_once"),
            models.CheckConstraint(name="month_starts_on_its_first", condition=Q(month_on__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.month_on:%Y-%m}"


class Invoice(models.Model):
    """What the employer owes for a month, or a credit or rebill that corrects one. Only its status ever moves."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT = "credit", _("credit")
        REBILL = "rebill", _("rebill")

    class Status(models.TextChoices):
        ISSUED = "issued", _("issued")
        SETTLED = "settled", _("settled")
        WRITTEN_OFF = "written_off", _("written off")

    # settled -> issued: the bank took the payment back, or a disputed line was credited.
    MOVES = {
        Status.ISSUED: {Status.SETTLED, Status.WRITTEN_OFF},
        Status.SETTLED: {Status.ISSUED},
    }

    number = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.INVOICE)
    close = models.ForeignKey(MonthClose, on_delete=models.PROTECT, related_name="invoices")
    division = models.CharField(max_length=30, blank=True, help_text=_("its code; blank: the employer as a whole"))
    contract = models.ForeignKey("tpa.Contract", on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="credits")
    status = models.CharField(max_length=12, choices=Status, default=Status.ISSUED)
    status_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    due_on = models.DateField()
    total_amount = models.DecimalField(max_digits=14, decimal_places=2)
    own_claims_count = models.IntegerField(default=0, help_text=_("claims drawn on the employer's own account: told"))
    own_claims_amount = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, help_text=_("their sum: told, and no part of the total")
    )
    because = models.CharField(max_length=300, blank=True, help_text=_("for a correction: why"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["close", "division"], condition=Q(kind="invoice"), name="one_invoice_a_close"
            ),
            models.CheckConstraint(
                name="credit_corrects_and_says_why",
                condition=(Q(kind="invoice", corrects__isnull=True))
                | (
                    (Q(kind="credit", total_amount__lt=0) | Q(kind="rebill", total_amount__gt=0))
                    & Q(corrects__isnull=False)
                    & ~Q(because="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line: claims to be reimbursed, a fee, what is passed on or given back, or a correction."""

    class Kind(models.TextChoices):
        CLAIMS = "claims", _("claims paid")
        FEE = "fee", _("fee")
        PREMIUM = "premium", _("stop-loss premium")
        VENDOR = "vendor", _("passed on from vendors")
        RETRO = "retro", _("adjustment of an earlier month")
        RECOVERY = "recovery", _("recovered and given back")
        GUARANTEE = "guarantee", _("credit for a guarantee missed")
        TAX = "tax", _("tax")
        CARRIED = "carried", _("left open by a short payment")
        CREDIT = "credit", _("credit")
        REBILL = "rebill", _("billed again")

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    section = models.CharField(max_length=80, blank=True, help_text=_("of the contract; a tax's citation"))
    for_month_on = models.DateField(help_text=_("the month it is for; earlier than the invoice's for a retro line"))
    quantity_count = models.IntegerField(help_text=_("claims, employees or months; negative when taken back"))
    rate_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    base_amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text=_("what a per cent, or a minimum, is reckoned from")
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    fee = models.ForeignKey("tpa.ContractFee", on_delete=models.PROTECT, null=True, related_name="+")
    charge = models.OneToOneField(
        "tpa.Charge", on_delete=models.PROTECT, null=True, related_name="line", help_text=_("what it takes up, once")
    )
    claims_account = models.ForeignKey(
        "employers.ClaimsAccount",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("for claims: the account that they were paid from"),
    )
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="credits")

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


class Charge(models.Model):
    """What happened beside claims and enrolment and the next invoice takes up, once; negative when it is given back."""

    class Kind(models.TextChoices):
        VENDOR = "vendor", _("a vendor's invoice, passed on")
        RECOVERY = "recovery", _("recovered for the employer")
        GUARANTEE = "guarantee", _("a guarantee missed")
        SHORT_PAYMENT = "short_payment", _("left open by a short payment")

    contract = models.ForeignKey("tpa.Contract", on_delete=models.PROTECT, related_name="charges")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind)
    reference = models.CharField(max_length=80, unique=True, help_text=_("what it is for; a second one is refused"))
    name = models.CharField(max_length=200)
    section = models.CharField(max_length=80, blank=True)
    incurred_on = models.DateField(help_text=_("the first invoice of this month or a later one takes it up"))
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    claims_account = models.ForeignKey("employers.ClaimsAccount", on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="charge_has_its_sign",
                condition=Q(kind__in=["vendor", "short_payment"], amount__gt=0)
                | Q(kind__in=["recovery", "guarantee"], amount__lt=0),
            )
        ]

    def __str__(self) -> str:
        return self.reference


class InvoiceClaim(models.Model):
    """The settled decision behind a claims line or a per-claim fee: once for each."""

    REIMBURSEMENT = "reimbursement"

    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="claims")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=84, help_text=_("reimbursement, or fee: and the fee's name"))
    decision = models.ForeignKey("claims.Decision", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim_number = models.CharField(max_length=14)
    paid_on = models.DateField()
    trace_number = models.CharField(max_length=10, help_text=_("of the payment"))
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "purpose"], name="decision_billed_once")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.decision_id}"


class InvoiceMember(models.Model):
    """The covered employee behind a fee line: billed for a month (+1), or taken back by a later retro line (-1)."""

    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="members")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    fee = models.ForeignKey("tpa.ContractFee", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    for_month_on = models.DateField()
    number = models.SmallIntegerField(help_text=_("1 billed, 2 taken back, 3 billed again …: the two take turns"))
    tier = models.CharField(max_length=3)
    count = models.SmallIntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fee", "for_month_on", "member", "number"], name="member_month_billed_in_turns"
            ),
            models.CheckConstraint(
                name="member_month_turns",
                condition=Q(number__gte=1) & Q(count=(F("number") % 2) * 2 - 1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} for {self.for_month_on:%Y-%m}"
