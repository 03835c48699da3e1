"""Payment runs, payments, and which decisions each payment pays. Payments and their items are only ever added."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class PaymentRun(models.Model):
    """One run over an employer's decided claims. Its payments stand at once; what is written about them follows."""

    class Status(models.TextChoices):
        ISSUED = "issued", _("issued, documents due")
        DONE = "done", _("done")

    MOVES = {Status.ISSUED: {Status.DONE}}

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    run_on = models.DateField(help_text=_("the day its payments carry"))
    issued_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ISSUED)
    status_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    claim_count = models.IntegerField(help_text=_("decisions settled, reversals among them"))
    payment_count = models.IntegerField()
    paid_amount = _money()
    held_count = models.IntegerField(help_text=_("approved, but more than the account could fund"))
    held_amount = _money()
    documents_due_count = models.IntegerField(help_text=_("pieces of document work that are not done yet"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["employer", "-id"], name="payment_run_of_employer"),
            models.Index(fields=["employer", "issued_at"], name="payment_run_of_time"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.run_on}"


class Payment(models.Model):
    """One check or ACH credit to one recipient from one claims account; zero when only information is sent."""

    class Method(models.TextChoices):
        CHECK = "check", _("check")
        ACH = "ach", _("ACH")
        NONE = "none", _("no money moves")

    class Funds(models.TextChoices):
        OWN = "own", _("the employer's own account")
        TPA = "tpa", _("advanced from TPA funds, to be reimbursed")

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="payments")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(
        "employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    payee = models.ForeignKey("plans.Payee", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    member = models.ForeignKey(
        "employers.Member",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text=_("the subscriber, when benefits are not assigned"),
    )
    method = models.CharField(max_length=5, choices=Method)
    funds = models.CharField(max_length=3, choices=Funds, help_text=_("whose money it is"))
    trace_number = models.CharField(max_length=10, unique=True, help_text=_("ties payment, ACH and remittance"))
    check_number = models.CharField(max_length=10, blank=True)
    paid_on = models.DateField()
    items_amount = _money(help_text=_("the sum of its items, reversals negative"))
    brought_forward_amount = _money(default=0, help_text=_("what the recipient still owed us before, now recovered"))
    forward_balance_amount = _money(default=0, help_text=_("what the recipient owes us now, for the next payment"))
    undelivered_amount = _money(
        default=0, help_text=_("of earlier payments that never arrived, set against their claims taken back")
    )
    adjustments_amount = _money(default=0, help_text=_("the sum of what stands beside its claims: positive reduces it"))
    amount = _money()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="payment_adds_up",
                condition=Q(
                    amount=F("items_amount")
                    + F("undelivered_amount")
                    - F("brought_forward_amount")
                    + F("forward_balance_amount")
                    - F("adjustments_amount")
                ),
            ),
            models.CheckConstraint(
                name="payment_not_negative",
                condition=Q(
                    amount__gte=0,
                    brought_forward_amount__gte=0,
                    forward_balance_amount__gte=0,
                    undelivered_amount__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="payment_pays_before_it_owes", condition=Q(amount=0) | Q(forward_balance_amount=0)
            ),
            models.CheckConstraint(
                name="payment_has_one_recipient",
                condition=Q(payee__isnull=True, member__isnull=False) | Q(payee__isnull=False, member__isnull=True),
            ),
            models.CheckConstraint(
                name="payment_moves_money_or_not",
                condition=Q(method="none", amount=0) | (~Q(method="none") & Q(amount__gt=0)),
            ),
            models.CheckConstraint(
                name="payment_check_is_numbered",
                condition=(Q(method="check") & ~Q(check_number="")) | (~Q(method="check") & Q(check_number="")),
            ),
            models.UniqueConstraint(fields=["check_number"], condition=~Q(check_number=""), name="check_number_once"),
        ]
        indexes = [
            models.Index(fields=["claims_account", "payee", "-id"], name="payment_of_payee"),
            models.Index(
                fields=["claims_account", "member", "-id"], condition=Q(member__isnull=False), name="payment_of_member"
            ),
            models.Index(fields=["employer", "paid_on"], name="payment_of_day"),
        ]

    def __str__(self) -> str:
        return self.trace_number


class PaymentItem(models.Model):
    """A decision, paid (or taken back) by a payment: each exactly once."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="items")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="payment_items")
    decision = models.OneToOneField("claims.Decision", on_delete=models.PROTECT, related_name="payment_item")
    amount = _money()

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.amount} for {self.claim_id}"


class PaymentInstruction(models.Model):
    """What an agreement asks of a claim's payment: by which day, or not before its money has come. One a claim."""

    claim = models.OneToOneField("claims.Claim", on_delete=models.PROTECT, related_name="payment_instruction")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    pay_by_on = models.DateField(null=True, help_text=_("the last day on which a payment still counts"))
    is_held = models.BooleanField(default=False, help_text=_("not paid until this is lifted"))
    because = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="instruction_says_something", condition=Q(is_held=True) | Q(pay_by_on__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} by {self.pay_by_on}"
