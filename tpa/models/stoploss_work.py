"""What is done under a stop-loss policy: standings, notices to the carrier, requests and what it paid."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet
from tpa.models.stoploss_terms import StopLossCoverage, StopLossPolicy


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class StopLossStanding(models.Model):
    """Where a person stands under a coverage, or (no member) the group: reckoned anew after each payment run."""

    coverage = models.ForeignKey(StopLossCoverage, on_delete=models.PROTECT, related_name="standings")
    policy = models.ForeignKey(StopLossPolicy, on_delete=models.PROTECT, related_name="standings")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, null=True, related_name="+")
    eligible_amount = _money(help_text=_("paid in both windows; of the group: as far as it counts"))
    attachment_amount = _money(null=True, help_text=_("above it the carrier pays; null: left out by a laser"))
    corridor_amount = _money(default=0, help_text=_("of the excess, what stays with the employer first"))
    reimbursable_amount = _money(help_text=_("what the carrier owes"))
    used_percent = models.IntegerField(help_text=_("of the attachment, in whole per cent"))
    owed_on = models.DateField(null=True, help_text=_("the payment's day that made the carrier owe"))
    reckoned_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coverage", "member"], nulls_distinct=False, name="one_standing_a_person")
        ]
        indexes = [models.Index(fields=["policy", "-used_percent"], name="stoploss_standing_highest")]

    def __str__(self) -> str:
        return f"{self.member_id or 'group'} under {self.coverage_id}"


class StopLossNotice(models.Model):
    """What the carrier must hear of a person: half the deductible, a trigger diagnosis, a long stay, how it went."""

    class Kind(models.TextChoices):
        PERCENT = "percent", _("share of the deductible reached")
        DIAGNOSIS = "diagnosis", _("trigger diagnosis")
        STAY = "stay", _("long stay in hospital")
        FOLLOW_UP = "follow_up", _("follow-up")

    class Status(models.TextChoices):
        DUE = "due", _("due")
        SENT = "sent", _("sent")
        WAIVED = "waived", _("waived")

    MOVES = {Status.DUE: {Status.SENT, Status.WAIVED}}

    policy = models.ForeignKey(StopLossPolicy, on_delete=models.PROTECT, related_name="notices")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.DUE)
    status_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, null=True, related_name="+")
    because = models.CharField(max_length=200, help_text=_("what was found"))
    eligible_amount = _money(help_text=_("paid by then"))
    attachment_amount = _money(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "member", "kind"],
                condition=~Q(kind="follow_up"),
                name="noticed_once",
            ),
            models.UniqueConstraint(
                fields=["policy", "member"], condition=Q(kind="follow_up", status="due"), name="one_follow_up_due"
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="stoploss_notice_open")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_id}"


class StopLossRequest(models.Model):
    """A request for reimbursement with its packet. Its figures stand; its status moves. Below zero: to be paid back."""

    class Kind(models.TextChoices):
        SPECIFIC = "specific", _("specific")
        ADVANCE = "advance", _("specific, in advance")
        AGGREGATE = "aggregate", _("aggregate")
        ACCOMMODATION = "accommodation", _("monthly accommodation")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        FILED = "filed", _("filed")
        PAID = "paid", _("paid")
        SHORT_PAID = "short_paid", _("paid short")
        DENIED = "denied", _("denied")
        APPEALED = "appealed", _("appealed")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    MOVES = {
        Status.OPEN: {Status.FILED, Status.WITHDRAWN},
        Status.FILED: {Status.PAID, Status.SHORT_PAID, Status.DENIED, Status.WITHDRAWN},
        Status.SHORT_PAID: {Status.APPEALED, Status.CLOSED},
        Status.DENIED: {Status.APPEALED, Status.CLOSED},
        Status.APPEALED: {Status.PAID, Status.SHORT_PAID, Status.DENIED, Status.CLOSED},
    }

    number = models.CharField(max_length=60, unique=True)
    policy = models.ForeignKey(StopLossPolicy, on_delete=models.PROTECT, related_name="requests")
    coverage = models.ForeignKey(StopLossCoverage, on_delete=models.PROTECT, related_name="requests")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()
    assembled_at = models.DateTimeField()
    filed_on = models.DateField(null=True)
    prove_by_on = models.DateField(null=True, help_text=_("proof of loss must be with the carrier by then"))
    eligible_amount = _money()
    attachment_amount = _money()
    corridor_amount = _money(default=0)
    reimbursable_amount = _money(help_text=_("what the carrier owes in all"))
    filed_before_amount = _money(help_text=_("of it, what earlier requests ask"))
    requested_amount = _money()
    facts = models.JSONField(default=dict, help_text=_("eligibility and other payers as they stood, for the packet"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="request_is_the_rest",
                condition=Q(requested_amount=models.F("reimbursable_amount") - models.F("filed_before_amount")),
            ),
            models.CheckConstraint(name="request_asks_something", condition=~Q(requested_amount=0)),
            models.CheckConstraint(
                name="request_filed_on_a_day", condition=Q(status__in=["open", "withdrawn"]) | Q(filed_on__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["coverage", "member"],
                condition=Q(status="open"),
                nulls_distinct=False,
                name="one_open_request",
            ),
        ]
        indexes = [models.Index(fields=["policy", "-id"], name="stoploss_request_of_policy")]

    def __str__(self) -> str:
        return self.number


class StopLossRequestClaim(models.Model):
    """What a payment paid of a claim for one day, in the packet that told it; or that it was taken back since."""

    class Purpose(models.TextChoices):
        PAID = "paid", _("paid")
        TO_PAY = "to_pay", _("approved, to be paid with the advance")
        TAKEN_BACK = "taken_back", _("taken back")
        PAID_AGAIN = "paid_again", _("paid again")

    request = models.ForeignKey(StopLossRequest, on_delete=models.PROTECT, related_name="claims")
    coverage = models.ForeignKey(StopLossCoverage, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    decision = models.ForeignKey("claims.Decision", on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim_number = models.CharField(max_length=14)
    incurred_on = models.DateField()
    benefit = models.CharField(max_length=10)
    paid_on = models.DateField(null=True)
    trace_number = models.CharField(max_length=10, blank=True)
    claims_account = models.ForeignKey("employers.ClaimsAccount", on_delete=models.PROTECT, null=True, related_name="+")
    amount = _money()
    is_withdrawn = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coverage", "decision", "incurred_on", "benefit", "purpose"],
                condition=Q(is_withdrawn=False, purpose__in=["paid", "to_pay"]),
                name="told_in_one_packet",
            ),
            # What comes back comes in parts: refunds, checks of third parties; and may be paid again.
            models.UniqueConstraint(
                fields=["request", "decision", "incurred_on", "benefit", "purpose"], name="told_once_in_a_packet"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_number} in {self.request_id}"


class StopLossReceipt(models.Model):
    """What the carrier paid on a request, or (below zero) what was paid back to it: posted to the ledger."""

    request = models.ForeignKey(StopLossRequest, on_delete=models.PROTECT, related_name="receipts")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    amount = _money()
    received_on = models.DateField()
    bank_reference = models.CharField(max_length=60)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "bank_reference"], name="received_once"),
            models.CheckConstraint(name="receipt_moves_money", condition=~Q(amount=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.request_id}"
