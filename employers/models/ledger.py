"""The employer's claims account: a double-entry ledger that only grows and that the database keeps balanced."""

from __future__ import annotations

from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.encryption import EncryptedTextField
from tpa.foundation.models.scoped import ScopedQuerySet


class ClaimsAccount(models.Model):
    """The account a plan's claims are paid from. One plan's money never pays another's claims."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="claims_accounts")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    bank_routing_number = models.CharField(max_length=9, blank=True)
    bank_account_number = EncryptedTextField(blank=True, default="")
    overdraft_limit_amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text=_("how far payments may draw below zero; null: no limit")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "plan"], nulls_distinct=False, name="one_claims_account_a_plan")
        ]

    def __str__(self) -> str:
        return self.name


class LedgerAccount(models.Model):
    """An account of the chart: debit positive, credit negative."""

    class Kind(models.TextChoices):
        CASH = "cash", _("cash in the claims account")
        EMPLOYER_FUNDS = "employer_funds", _("funds held for the employer")
        CLAIMS_PAID = "claims_paid", _("claims paid")
        PAYMENTS_OUT = "payments_out", _("payments issued, not yet cleared")
        DUE_FROM_EMPLOYER = "due_from_employer", _("to be reimbursed by the employer")
        TPA_FUNDS = "tpa_funds", _("advanced from TPA funds")
        FEES = "fees", _("administrative fees")
        RECOVERIES = "recoveries", _("recoveries due from payees")
        PASS_THROUGH = "pass_through", _("collected for others: premium, vendors, taxes")
        STOP_LOSS = "stop_loss", _("reimbursed by stop-loss carriers")
        RESERVE = "reserve", _("kept for the run-out of a level-funded term")
        RECOVERED = "recovered", _("recovered for the plan, less what was given up")
        RECOVERY_SHARES = "recovery_shares", _("shares of recoveries owed to others")

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(ClaimsAccount, on_delete=models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=20, choices=Kind)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claims_account", "kind"], name="one_account_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.claims_account_id}"


class LedgerTransaction(models.Model):
    """One posting: its entries sum to zero, stay within one claims account, and never change."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(ClaimsAccount, on_delete=models.PROTECT, related_name="transactions")
    reference = models.CharField(max_length=80, unique=True, help_text=_("what it posts; a second posting is refused"))
    kind = models.CharField(max_length=30)
    description = models.CharField(max_length=200)
    posted_on = models.DateField()
    recorded_at = models.DateTimeField()
    # txid_current(): the same through all savepoints of a transaction.
    booked_in = models.BigIntegerField(
        db_default=Func(function="txid_current"),
        editable=False,
        help_text=_("the database transaction that booked it: no other adds entries"),
    )
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reverses"], condition=Q(reverses__isnull=False), name="reversed_once")
        ]
        indexes = [models.Index(fields=["claims_account", "posted_on"])]

    def __str__(self) -> str:
        return self.reference


class LedgerEntry(models.Model):
    """One side of a posting: debit positive, credit negative."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_money")]
        # A balance is a sum over one account: read from the index alone.
        indexes = [models.Index(fields=["account", "transaction"], include=["amount"], name="ledger_entry_of_account")]

    def __str__(self) -> str:
        return f"{self.amount} on {self.account_id}"
