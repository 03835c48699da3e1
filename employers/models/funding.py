"""Money asked for a claims account: requests with the register behind them, approvals, receipts, settlements."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from employers.models.funding_terms import FundingTerms
from employers.models.ledger import ClaimsAccount, LedgerTransaction
from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class FundingRequest(models.Model):
    """Money asked of an employer for one claims account; its items, the register, add up to it. Only status moves."""

    class Kind(models.TextChoices):
        CLAIMS = "claims", _("for claims")
        DEPOSIT = "deposit", _("monthly deposit")
        DEFICIT = "deficit", _("deficit of a settled term")

    class Status(models.TextChoices):
        RAISED = "raised", _("waits for approval")
        APPROVED = "approved", _("approved")
        PARTLY = "partly", _("received in part")
        RECEIVED = "received", _("received")
        CLOSED = "closed", _("closed short")
        REJECTED = "rejected", _("rejected")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("lapsed")

    MOVES = {
        Status.RAISED: {Status.APPROVED, Status.REJECTED, Status.CANCELLED, Status.EXPIRED},
        Status.APPROVED: {Status.PARTLY, Status.RECEIVED, Status.CANCELLED},
        Status.PARTLY: {Status.RECEIVED, Status.CLOSED, Status.APPROVED},
        # The bank takes a receipt back.
        Status.RECEIVED: {Status.PARTLY, Status.APPROVED},
    }
    OPEN = (Status.RAISED, Status.APPROVED, Status.PARTLY)
    LIVE = (*OPEN, Status.RECEIVED, Status.CLOSED)

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(ClaimsAccount, on_delete=models.PROTECT, related_name="funding_requests")
    terms = models.ForeignKey(FundingTerms, on_delete=models.PROTECT, related_name="requests")
    number = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    month_on = models.DateField(null=True, help_text=_("of a monthly deposit: the month's first day"))
    amount = _money()
    goal_amount = _money(default=0, help_text=_("what the account shall hold"))
    balance_amount = _money(default=0, help_text=_("what it held when this was raised, payments issued deducted"))
    awaited_amount = _money(default=0, help_text=_("of earlier requests, what was still awaited"))
    raised_on = models.DateField()
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=80)
    due_on = models.DateField(help_text=_("the bank day by which the money is wanted"))
    expires_on = models.DateField(null=True, help_text=_("lapses after it if not approved"))
    wanted_count = models.SmallIntegerField(help_text=_("approvals wanted"))
    because = models.CharField(max_length=300, blank=True, help_text=_("why it was turned down or closed"))
    status = models.CharField(max_length=10, choices=Status, default=Status.RAISED)
    status_at = models.DateTimeField()
    booked_in = models.BigIntegerField(
        db_default=Func(function="txid_current"), editable=False, help_text=_("the transaction that wrote its items")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="funding_request_is_sound", condition=Q(amount__gt=0, wanted_count__in=[1, 2]) & ~Q(number="")
            ),
            models.CheckConstraint(
                name="funding_request_reaches_its_goal",
                condition=~Q(kind="claims") | Q(amount=F("goal_amount") - F("balance_amount") - F("awaited_amount")),
            ),
            models.CheckConstraint(
                name="deposit_has_its_month",
                condition=Q(kind="deposit", month_on__isnull=False) | (~Q(kind="deposit") & Q(month_on__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["claims_account", "month_on"],
                condition=Q(kind="deposit") & ~Q(status__in=["rejected", "cancelled", "expired"]),
                name="one_deposit_a_month",
            ),
        ]
        indexes = [models.Index(fields=["claims_account", "-id"], name="funding_request_of_account")]

    def __str__(self) -> str:
        return self.number


class FundingItem(models.Model):
    """A piece of a request's register. A decision's dollars, or a posting's, stand on one live request at most.

    Claims and decisions are the floor's above: their ids, handed down, as facts.
    """

    class Kind(models.TextChoices):
        PAID = "paid", _("claims paid")
        APPROVED = "approved", _("approved claims to be paid")
        NETTED = "netted", _("set off with what payees owe")
        VOIDED = "voided", _("payments voided, stopped or returned")
        REFUNDED = "refunded", _("refunds and recoveries")
        OTHER = "other", _("other money in or out")
        BALANCE = "balance", _("to bring the account to what it shall hold")
        DEPOSIT = "deposit", _("monthly deposit")
        DEFICIT = "deficit", _("the employer's part of a deficit")

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    claims_account = models.ForeignKey(ClaimsAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=8, choices=Kind)
    claim_id = models.BigIntegerField(null=True, help_text=_("claims.Claim"))
    claim_number = models.CharField(max_length=20, blank=True)
    decision_id = models.BigIntegerField(null=True, help_text=_("claims.Decision"))
    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    pay_by_on = models.DateField(null=True, help_text=_("the last day on which a payment still counts"))
    due_on = models.DateField(null=True)
    amount = _money()
    superseded_at = models.DateTimeField(null=True, help_text=_("when its request was turned down"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="funding_item_is_something", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="funding_item_names_its_claim",
                condition=Q(kind__in=["paid", "approved"], claim_id__isnull=False, decision_id__isnull=False)
                | (~Q(kind__in=["paid", "approved"]) & Q(claim_id__isnull=True, decision_id__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["decision_id"],
                condition=Q(superseded_at__isnull=True, decision_id__isnull=False),
                name="a_decision_is_funded_once",
            ),
            models.UniqueConstraint(
                fields=["transaction"],
                condition=Q(superseded_at__isnull=True, transaction__isnull=False),
                name="a_posting_is_funded_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.request_id}"


class FundingApproval(models.Model):
    """One person's approval: each person's once."""

    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, related_name="approvals")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    approved_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "approved_by"], name="funding_approved_once_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.approved_by} for {self.request_id}"


class FundingReceipt(models.Model):
    """Money that came in on a request, or (negative, `reverses`) that the bank took back."""

    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, related_name="receipts")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(ClaimsAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    transaction = models.OneToOneField(LedgerTransaction, on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField()
    amount = _money()
    bank_reference = models.CharField(max_length=50, help_text=_("once an account"))
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    because = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claims_account", "bank_reference"], name="funding_received_once"),
            models.CheckConstraint(
                name="funding_receipt_has_its_sign",
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference


class FundingSettlement(models.Model):
    """How a level-funded term ended, once its run-out was over: surplus or deficit, and whose it is."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(ClaimsAccount, on_delete=models.PROTECT, related_name="+")
    terms = models.OneToOneField(FundingTerms, on_delete=models.PROTECT, related_name="settlement")
    request = models.OneToOneField(FundingRequest, on_delete=models.PROTECT, null=True, related_name="+")
    settled_on = models.DateField()
    deposits_amount = _money()
    reimbursed_amount = _money(help_text=_("by stop-loss carriers"))
    claims_amount = _money(help_text=_("incurred in the term, paid until the end of its run-out"))
    surplus_amount = _money(help_text=_("below zero: a deficit"))
    employer_amount = _money(help_text=_("of it, the employer's"))
    other_amount = _money(help_text=_("of it, the administrator's or carrier's"))
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="funding_settlement_adds_up",
                condition=Q(surplus_amount=F("deposits_amount") + F("reimbursed_amount") - F("claims_amount"))
                & Q(surplus_amount=F("employer_amount") + F("other_amount")),
            )
        ]

    def __str__(self) -> str:
        return f"settlement of {self.terms_id}"
