"""The bank's side of payments: how each went out and what became of it, the files that went to banks and came back."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.encryption import EncryptedTextField
from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class AccountType(models.TextChoices):
    """What kind of account a credit goes to: it decides the transaction code."""

    CHECKING = "checking", _("checking")
    SAVINGS = "savings", _("savings")


class BankTerms(models.Model):
    """What was agreed with the bank of a claims account, for a time: who we are there, and which files it takes."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey("employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+")
    period = DateRangeField()
    bank_name = models.CharField(max_length=23)
    immediate_origin = models.CharField(max_length=10, help_text=_("as the bank names the sender of our files"))
    company_name = models.CharField(max_length=16, help_text=_("as the receiver reads it on the statement"))
    company_number = models.CharField(max_length=10, help_text=_("the company identification of our batches"))
    discretionary = models.CharField(
        max_length=20, blank=True, default="", help_text=_("whatever the bank wants there")
    )
    settlement_days = models.SmallIntegerField(default=1, help_text=_("banking days from payment to settlement"))
    has_prenotes = models.BooleanField(default=False, help_text=_("a new account is tried with zero dollars first"))
    positive_pay_layout = models.CharField(max_length=20, blank=True, default="", help_text=_("none: no such file"))
    stale_days = models.SmallIntegerField(default=180, help_text=_("after which a check is void by its print"))
    state_law_applies = models.BooleanField(
        default=True, help_text=_("unclaimed money goes to the state; not where it is the assets of an ERISA plan")
    )
    source = models.CharField(max_length=200, help_text=_("the agreement it stands in"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_set_of_bank_terms",
                expressions=[("claims_account", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="bank_terms_days", condition=Q(settlement_days__range=(1, 5), stale_days__range=(30, 3650))
            ),
        ]

    def __str__(self) -> str:
        return f"terms of account {self.claims_account_id} from {self.period.lower}"


class MemberAccount(models.Model):
    """Where a subscriber wants what is paid to the family. Superseded, never edited."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    routing_number = models.CharField(max_length=9)
    account_number = EncryptedTextField()
    account_type = models.CharField(max_length=8, choices=AccountType, default=AccountType.CHECKING)
    because = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(superseded_at__isnull=True), name="one_account_of_a_member"
            )
        ]

    def __str__(self) -> str:
        return f"account of {self.member_id}"


class AchFile(models.Model):
    """A file of ACH credits as it went to a bank. Its bytes are a document."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey("employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey("claims.PaymentRun", on_delete=models.PROTECT, null=True, related_name="ach_files")
    destination = models.CharField(max_length=9, help_text=_("the routing number of the bank"))
    origin = models.CharField(max_length=10)
    minute = models.CharField(max_length=10, help_text=_("the day and time that its header carries"))
    modifier = models.CharField(max_length=1, help_text=_("tells apart files of one day: A to Z, 0 to 9"))
    effective_on = models.DateField(help_text=_("the banking day on which it asks to be settled"))
    entry_count = models.IntegerField(help_text=_("credits and prenotes"))
    credit_amount = _money()
    document = models.ForeignKey("foundation.Document", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["destination", "origin", "minute", "modifier"], name="ach_file_once")
        ]

    def __str__(self) -> str:
        return f"ACH file {self.minute}{self.modifier}"


class PositivePayFile(models.Model):
    """What a bank was told of checks: which were issued, which are void. Its bytes are a document."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey("employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+")
    layout = models.CharField(max_length=20)
    issue_count = models.IntegerField()
    issue_amount = _money()
    void_count = models.IntegerField()
    void_amount = _money()
    document = models.ForeignKey("foundation.Document", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"positive pay {self.pk}"


class ReceivingAccount(models.Model):
    """What we know of an account that somebody wants money in: tried by a prenote, in use, or refused by its bank.

    An account is told by a fingerprint of its numbers; of one without a row nothing is known and nothing is against it.
    """

    class Status(models.TextChoices):
        TO_TRY = "to_try", _("to be tried")
        TRIED = "tried", _("tried, waits")
        OPEN = "open", _("in use")
        REFUSED = "refused", _("refused")

    MOVES = {
        Status.TO_TRY: {Status.TRIED, Status.OPEN, Status.REFUSED},
        Status.TRIED: {Status.OPEN, Status.REFUSED},
        Status.OPEN: {Status.REFUSED},
        Status.REFUSED: {Status.OPEN},
    }

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, null=True, related_name="+")
    payee = models.ForeignKey("plans.Payee", on_delete=models.PROTECT, null=True, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, null=True, related_name="+")
    claims_account = models.ForeignKey(
        "employers.ClaimsAccount", on_delete=models.PROTECT, null=True, related_name="+", help_text=_("that tries it")
    )
    fingerprint = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=Status)
    status_at = models.DateTimeField()
    ach_trace = models.CharField(max_length=15, blank=True, default="", help_text=_("of its prenote"))
    ach_file = models.ForeignKey(AchFile, on_delete=models.PROTECT, null=True, related_name="prenotes")
    usable_on = models.DateField(null=True, help_text=_("the first day of a credit after the prenote"))
    return_code = models.CharField(max_length=3, blank=True, default="")
    noted_on = models.DateField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payee", "member", "fingerprint"], nulls_distinct=False, name="receiving_account_once"
            ),
            models.CheckConstraint(
                name="receiving_account_of_one",
                condition=Q(payee__isnull=False, member__isnull=True, employer__isnull=True)
                | Q(payee__isnull=True, member__isnull=False, employer__isnull=False),
            ),
            models.CheckConstraint(
                name="tried_account_has_its_day",
                condition=~Q(status="tried") | Q(usable_on__isnull=False, ach_file__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["ach_trace"], condition=~Q(ach_trace=""), name="prenote_trace")]

    def __str__(self) -> str:
        return f"{self.status} account of {self.payee_id or self.member_id}"


class PaymentInstrument(models.Model):
    """The check or ACH credit by which a payment went out, and what became of it. Paid again, it gets a further one."""

    class Status(models.TextChoices):
        ISSUED = "issued", _("issued")
        CLEARED = "cleared", _("cleared")
        RETURNED = "returned", _("returned, owed again")
        STOPPED = "stopped", _("stopped, owed again")
        VOIDED = "voided", _("voided, owed again")
        REISSUED = "reissued", _("paid again")
        CREDITED = "credited", _("claims taken back")
        ESCHEATED = "escheated", _("went to the state")

    MOVES = {
        Status.ISSUED: {Status.CLEARED, Status.RETURNED, Status.STOPPED, Status.VOIDED, Status.ESCHEATED},
        Status.CLEARED: {Status.RETURNED, Status.ISSUED},
        Status.RETURNED: {Status.REISSUED, Status.CREDITED},
        Status.STOPPED: {Status.REISSUED, Status.CREDITED},
        Status.VOIDED: {Status.REISSUED, Status.CREDITED},
    }
    STANDS = (Status.ISSUED, Status.CLEARED, Status.ESCHEATED)
    OWED = (Status.RETURNED, Status.STOPPED, Status.VOIDED)
    ASTRAY = (*OWED, Status.REISSUED, Status.CREDITED)

    payment = models.ForeignKey("claims.Payment", on_delete=models.PROTECT, related_name="instruments")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(
        "employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.SmallIntegerField(help_text=_("1 went out with the payment run, 2 when it was paid again"))
    method = models.CharField(max_length=5, choices=[("check", _("check")), ("ach", _("ACH"))])
    amount = _money()
    check_number = models.CharField(max_length=10, blank=True, default="")
    ach_trace = models.CharField(max_length=15, blank=True, default="", help_text=_("of its entry; returns name it"))
    issued_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ISSUED)
    status_at = models.DateTimeField()
    revision = models.IntegerField(default=0)
    because = models.CharField(max_length=300, blank=True, default="", help_text=_("why it does not stand"))
    return_code = models.CharField(max_length=3, blank=True, default="")
    ach_file = models.ForeignKey(AchFile, on_delete=models.PROTECT, null=True, related_name="instruments")
    issue_file = models.ForeignKey(PositivePayFile, on_delete=models.PROTECT, null=True, related_name="+")
    void_file = models.ForeignKey(PositivePayFile, on_delete=models.PROTECT, null=True, related_name="+")
    credited_by = models.ForeignKey(
        "claims.Payment",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("the payment in which it was set against the claims taken back"),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "number"], name="instrument_once"),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(status__in=["issued", "cleared", "escheated"]),
                name="one_instrument_stands",
            ),
            models.UniqueConstraint(
                fields=["check_number"], condition=~Q(check_number=""), name="instrument_check_number_once"
            ),
            models.CheckConstraint(name="instrument_moves_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="instrument_check_is_numbered",
                condition=(Q(method="check") & ~Q(check_number="")) | (Q(method="ach") & Q(check_number="")),
            ),
            models.CheckConstraint(
                name="instrument_credited_in_a_payment", condition=Q(credited_by__isnull=True) | Q(status="credited")
            ),
        ]
        indexes = [
            models.Index(fields=["ach_trace"], condition=~Q(ach_trace=""), name="instrument_trace"),
            models.Index(fields=["claims_account", "status"], name="instrument_of_account"),
            models.Index(
                fields=["claims_account"],
                condition=Q(method="ach", ach_file__isnull=True, status="issued"),
                name="instrument_not_sent",
            ),
            models.Index(
                fields=["employer"],
                condition=Q(status__in=["returned", "stopped", "voided", "reissued", "credited"]),
                name="instrument_astray",
            ),
        ]

    def __str__(self) -> str:
        return self.check_number or f"{self.payment_id}/{self.number}"


class ReturnFile(models.Model):
    """A file of returns and notifications of change as it came from a bank, byte for byte."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    size_bytes = models.IntegerField()
    origin = models.CharField(max_length=20)
    sent_by_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    again_count = models.IntegerField(default=0, help_text=_("how often the same bytes came again"))
    entry_count = models.IntegerField(default=0)
    open_count = models.IntegerField(default=0, help_text=_("entries that fitted nothing when the file was read"))

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"


class ReturnEntry(models.Model):
    """One entry of a return file, or what of the file could not be read: what it said and what came of it."""

    class Kind(models.TextChoices):
        RETURN = "return", _("return")
        CHANGE = "change", _("notification of change")
        UNREAD = "unread", _("not readable")

    class Status(models.TextChoices):
        APPLIED = "applied", _("applied")
        KNOWN = "known", _("known already")
        OPEN = "open", _("to be looked at")
        CLOSED = "closed", _("looked at")

    MOVES = {Status.OPEN: {Status.CLOSED}}

    file = models.ForeignKey(ReturnFile, on_delete=models.PROTECT, related_name="entries")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, null=True, related_name="+")
    place = models.IntegerField(help_text=_("the record of the file, counted from one"))
    kind = models.CharField(max_length=6, choices=Kind)
    code = models.CharField(max_length=3, blank=True)
    ach_trace = models.CharField(max_length=15, blank=True, help_text=_("of the entry that it is about"))
    amount = _money(null=True)
    name = models.CharField(max_length=22, blank=True)
    corrected = EncryptedTextField(blank=True, default="", help_text=_("the corrected data of a change"))
    status = models.CharField(max_length=8, choices=Status)
    status_at = models.DateTimeField()
    finding = models.CharField(max_length=300, help_text=_("what came of it, or why nothing did"))
    instrument = models.ForeignKey(PaymentInstrument, on_delete=models.PROTECT, null=True, related_name="returns")
    account = models.ForeignKey(ReceivingAccount, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="", help_text=_("what a person made of it"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "place"], name="return_entry_once")]
        indexes = [models.Index(fields=["status"], condition=Q(status="open"), name="return_entry_open")]

    def __str__(self) -> str:
        return f"{self.code} {self.ach_trace}"
