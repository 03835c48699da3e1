"""What was paid too much, to whom, and what became of each dollar. Cases move by `MOVES`; their money only grows."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class RecoveryTerms(models.Model):
    """Whether and when money owed back may be taken from payments: what a contract, a network or a state says for some
    days. Superseded, never edited. The narrowest that fits decides: payee, then state, then plan, then employer."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    payee = models.ForeignKey("plans.Payee", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=2, blank=True, help_text=_("of the payee; blank: any"))
    period = DateRangeField()
    offset_allowed = models.BooleanField(help_text=_("may be taken from later payments of the same plan and payee"))
    notice_days = models.IntegerField(help_text=_("after the letter; 0: taken back at once"))
    answer_days = models.IntegerField(help_text=_("how long the payee has to pay or dispute"))
    follow_up_days = models.IntegerField(help_text=_("until it is asked again"))
    follows_state_law = models.BooleanField(help_text=_("waits as long as the payee's state wants, if that is longer"))
    source = models.CharField(max_length=120, help_text=_("the agreement and section that say so"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("recovery terms")
        constraints = [
            models.CheckConstraint(
                name="recovery_terms_days",
                condition=Q(notice_days__gte=0, answer_days__gte=1, follow_up_days__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.source


class Overpayment(models.Model):
    """What one recipient was paid too much out of one claims account. What is owed is the sum of its entries."""

    class Reason(models.TextChoices):
        REVERSED = "reversed", _("the claim was reversed or decided anew")
        AUDIT = "audit", _("found by an audit")
        DUPLICATE = "duplicate", _("paid twice")
        RETRO_TERMINATION = "retro_term", _("coverage had ended")
        OTHER_COVERAGE = "other_cover", _("another payer was first")

    class Status(models.TextChoices):
        OPEN = "open", _("found, not asked for yet")
        REQUESTED = "requested", _("asked for")
        DISPUTED = "disputed", _("disputed by the payee")
        SETTLED = "settled", _("settled")

    MOVES = {
        Status.OPEN: {Status.REQUESTED, Status.SETTLED},
        Status.REQUESTED: {Status.DISPUTED, Status.SETTLED},
        Status.DISPUTED: {Status.REQUESTED, Status.SETTLED},
        Status.SETTLED: {Status.OPEN},
    }

    number = models.CharField(max_length=12, unique=True)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(
        "employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    payee = models.ForeignKey("plans.Payee", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    member = models.ForeignKey(
        "employers.Member", on_delete=models.PROTECT, null=True, related_name="+", db_index=False,
        help_text=_("the subscriber, when benefits were not assigned"),
    )  # fmt: skip
    reason = models.CharField(max_length=12, choices=Reason)
    because = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()
    revision = models.IntegerField(default=0)
    opened_at = models.DateTimeField()
    terms = models.ForeignKey(RecoveryTerms, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    answer_by_on = models.DateField(null=True, help_text=_("by when the payee is to pay or dispute"))
    offset_from_on = models.DateField(null=True, help_text=_("from when it is taken from payments; null: it is not"))
    next_action_on = models.DateField(help_text=_("when somebody is to look at it again"))
    has_more_to_tell = models.BooleanField(
        default=False, help_text=_("the recipient's next remittance has to tell of it")
    )
    write_off_amount = _money(null=True, help_text=_("asked to be given up, by one; another decides"))
    write_off_asked_by_id = models.BigIntegerField(null=True)
    write_off_because = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="overpayment_has_one_recipient",
                condition=Q(payee__isnull=True, member__isnull=False) | Q(payee__isnull=False, member__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["employer", "status", "id"], name="overpayment_of_employer"),
            models.Index(
                fields=["claims_account", "payee"],
                condition=~Q(status="settled") | Q(has_more_to_tell=True),
                name="overpayment_of_payee",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OverpaymentLine(models.Model):
    """A claim's part of an overpayment: how much of what a decision paid was too much."""

    overpayment = models.ForeignKey(Overpayment, on_delete=models.PROTECT, related_name="lines")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey("claims.Decision", on_delete=models.PROTECT, related_name="+")
    line_number = models.SmallIntegerField(null=True, help_text=_("of the claim; null: the whole of it"))
    amount = _money()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="overpayment_line_is_something", condition=Q(amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.amount} of {self.claim_id}"


class OverpaymentEntry(models.Model):
    """What happened to the money: `amount` changes what is owed, `forward_amount` what of it stands in the balance
    that the recipient's payments carry forward (PLB FB)."""

    class Kind(models.TextChoices):
        FOUND = "found", _("found")
        CALLED = "called", _("told on a remittance")
        OFFSET = "offset", _("taken from a payment")
        REFUND = "refund", _("refund received")
        BOUNCED = "bounced", _("refund taken back by the bank")
        RETURNED = "returned", _("given back: more came than was owed")
        WRITE_OFF = "write_off", _("given up")
        REPLACED = "replaced", _("the whole claim was taken back")

    overpayment = models.ForeignKey(Overpayment, on_delete=models.PROTECT, related_name="entries")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    amount = _money()
    forward_amount = _money(default=0)
    posted_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    payment = models.ForeignKey("claims.Payment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    check_number = models.CharField(max_length=30, blank=True, help_text=_("of the refund"))
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    because = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("overpayment entries")
        constraints = [
            models.CheckConstraint(
                name="overpayment_entry_sign",
                condition=Q(kind__in=["found", "returned", "bounced"], amount__gt=0)
                | Q(kind__in=["offset", "refund", "write_off", "replaced"], amount__lt=0)
                | Q(kind="called", amount=0),
            ),
            models.CheckConstraint(
                name="overpayment_refund_is_numbered",
                condition=~Q(kind="refund") | ~Q(check_number=""),
            ),
            models.CheckConstraint(
                name="overpayment_offset_has_payment",
                condition=~Q(kind__in=["offset", "called", "returned", "replaced"]) | Q(payment__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["overpayment", "id"], name="overpayment_entry_in_order"),
            models.Index(fields=["employer", "posted_on"], name="overpayment_entry_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class PaymentAdjustment(models.Model):
    """Money beside the claims of a payment (PLB): positive reduces it."""

    class Reason(models.TextChoices):
        OVERPAYMENT = "WO", _("overpayment recovery")
        REFUND = "72", _("refund received")
        OTHER = "CS", _("adjustment")
        INTEREST = "L6", _("interest")

    payment = models.ForeignKey("claims.Payment", on_delete=models.PROTECT, related_name="adjustments")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    overpayment = models.ForeignKey(Overpayment, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.OneToOneField(OverpaymentEntry, on_delete=models.PROTECT, null=True, related_name="told_by")
    reason = models.CharField(max_length=2, choices=Reason)
    reference = models.CharField(max_length=50)
    amount = _money()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="payment_adjustment_is_something", condition=~Q(amount=0))]

    def __str__(self) -> str:
        return f"{self.reason} {self.amount}"
