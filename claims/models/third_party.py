"""Accidents for which somebody else may answer: the case, who is in it, its claims, what was said, and what came in."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class SubrogationTerms(models.Model):
    """What a plan says of money that a third party pays, for some days. Superseded, never edited; of a plan before its
    employer."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    period = DateRangeField()
    made_whole_applies = models.BooleanField(help_text=_("the plan is paid only after the member is made whole"))
    common_fund_applies = models.BooleanField(help_text=_("the plan bears its part of the attorney's fee"))
    fee_percent = models.DecimalField(
        max_digits=5, decimal_places=2, help_text=_("kept by the TPA from what comes in; 0 where the contract bills it")
    )
    clause = models.CharField(max_length=120, help_text=_("of the plan document"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("subrogation terms")
        constraints = [
            models.CheckConstraint(
                name="subrogation_fee_is_a_part", condition=Q(fee_percent__gte=0, fee_percent__lte=100)
            )
        ]

    def __str__(self) -> str:
        return self.clause


class ThirdPartyCase(models.Model):
    """One accident of one member. What came in stands in its receipts; the lien is what its claims paid, less that."""

    class Kind(models.TextChoices):
        AUTO = "auto", _("motor vehicle")
        WORK = "work", _("at work")
        PREMISES = "premises", _("on somebody's premises")
        PRODUCT = "product", _("a product")
        MALPRACTICE = "malpractice", _("malpractice")
        OTHER = "other", _("other")

    class Status(models.TextChoices):
        ASKED = "asked", _("the member was asked")
        OPEN = "open", _("somebody may answer for it")
        NOTICED = "noticed", _("the lien was told")
        SETTLED = "settled", _("agreed, money is due")
        CLOSED = "closed", _("closed")

    MOVES = {
        Status.ASKED: {Status.OPEN, Status.CLOSED},
        Status.OPEN: {Status.NOTICED, Status.CLOSED},
        Status.NOTICED: {Status.SETTLED, Status.CLOSED},
        Status.SETTLED: {Status.NOTICED, Status.CLOSED},
        Status.CLOSED: {Status.OPEN},
    }

    number = models.CharField(max_length=12, unique=True)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    accident_on = models.DateField()
    because = models.CharField(max_length=300, help_text=_("what made us ask"))
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    status_at = models.DateTimeField()
    revision = models.IntegerField(default=0)
    opened_at = models.DateTimeField()
    next_action_on = models.DateField()
    terms = models.ForeignKey(SubrogationTerms, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    settlement_amount = _money(null=True, help_text=_("what the member gets in all"))
    attorney_amount = _money(null=True, help_text=_("of it, fees and costs of the attorney"))
    damages_amount = _money(null=True, help_text=_("the member's whole loss, care included, where it is known"))
    agreed_amount = _money(null=True, help_text=_("of it, what is paid to the plan"))
    agreed_on = models.DateField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_is_whole",
                condition=Q(settlement_amount__isnull=True, attorney_amount__isnull=True, agreed_amount__isnull=True)
                | Q(
                    settlement_amount__gte=F("attorney_amount"),
                    attorney_amount__gte=0,
                    agreed_amount__gte=0,
                    agreed_amount__lte=F("settlement_amount"),
                ),
            )
        ]
        indexes = [models.Index(fields=["employer", "status", "id"], name="third_party_of_employer")]

    def __str__(self) -> str:
        return self.number


class ThirdParty(models.Model):
    """Somebody in a case: the member's attorney, the other side, its carrier, the carrier's adjuster."""

    class Role(models.TextChoices):
        ATTORNEY = "attorney", _("the member's attorney")
        LIABLE = "liable", _("who may answer for it")
        CARRIER = "carrier", _("their carrier")
        ADJUSTER = "adjuster", _("the carrier's adjuster")

    case = models.ForeignKey(ThirdPartyCase, on_delete=models.PROTECT, related_name="parties")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=10, choices=Role)
    name = models.CharField(max_length=120)
    address_line = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    reference = models.CharField(max_length=60, blank=True, help_text=_("their number for it"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("third parties")

    def __str__(self) -> str:
        return self.name


class ThirdPartyClaim(models.Model):
    """A claim that belongs to the accident, or was looked at and does not, and why."""

    case = models.ForeignKey(ThirdPartyCase, on_delete=models.PROTECT, related_name="claims")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+")
    is_related = models.BooleanField()
    because = models.CharField(max_length=300)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "claim"], name="third_party_claim_once"),
            models.UniqueConstraint(
                fields=["claim"], condition=Q(is_related=True), name="claim_in_one_third_party_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} of {self.case_id}"


class ThirdPartyStep(models.Model):
    """What was said in a case, and sums that were demanded, offered, agreed: only ever added."""

    class Kind(models.TextChoices):
        NOTE = "note", _("note")
        LETTER = "letter", _("letter written")
        ANSWER = "answer", _("the member answered")
        DEMAND = "demand", _("demanded")
        OFFER = "offer", _("offered")
        AGREED = "agreed", _("agreed")

    case = models.ForeignKey(ThirdPartyCase, on_delete=models.PROTECT, related_name="steps")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    amount = _money(null=True)
    because = models.CharField(max_length=500)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} in {self.case_id}"


class ThirdPartyReceipt(models.Model):
    """Money of a third party, and to whom it belongs: member, TPA, plan. Only ever added."""

    case = models.ForeignKey(ThirdPartyCase, on_delete=models.PROTECT, related_name="receipts")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    check_number = models.CharField(max_length=30)
    received_on = models.DateField()
    amount = _money()
    member_amount = _money(help_text=_("beyond what is due to the plan: to be passed on"))
    fee_amount = _money(help_text=_("kept by the TPA"))
    plan_amount = _money()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="third_party_receipt_adds_up",
                condition=Q(amount=F("member_amount") + F("fee_amount") + F("plan_amount")),
            ),
            models.CheckConstraint(
                name="third_party_receipt_not_negative",
                condition=Q(amount__gt=0, member_amount__gte=0, fee_amount__gte=0, plan_amount__gte=0),
            ),
            models.UniqueConstraint(fields=["case", "check_number"], name="third_party_receipt_once"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.case_id}"


class ThirdPartyShare(models.Model):
    """What of a receipt belongs to the plan for one paid decision: what it had paid is that much less."""

    receipt = models.ForeignKey(ThirdPartyReceipt, on_delete=models.PROTECT, related_name="shares")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(
        "employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey("claims.Decision", on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = _money()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="third_party_share_is_something", condition=Q(amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.amount} for {self.claim_id}"
