"""What a bank says of a claims account: files, statements and their lines; and what of the book each of them is."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.encryption import EncryptedTextField
from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class BankAccount(models.Model):
    """A claims account as its bank keeps it: how statements find it, and from which day on it is reconciled."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.OneToOneField("employers.ClaimsAccount", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    number = EncryptedTextField(help_text=_("letters and digits, without leading zeros"))
    number_index = models.CharField(max_length=64, unique=True, help_text=_("the keyed index of the account's number"))
    number_end = models.CharField(max_length=4, help_text=_("the number's last four characters"))
    starts_on = models.DateField(help_text=_("the first day of which a statement is wanted"))
    opening_amount = _money(help_text=_("the bank's balance before that day"))
    window_days = models.IntegerField(help_text=_("within how many days book and bank may speak of the same money"))
    csv_layout = models.JSONField(null=True, help_text=_("how its CSV is read; null: it sends none"))
    opened_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="bank_window_sensible", condition=Q(window_days__gte=0, window_days__lte=60))
        ]

    def __str__(self) -> str:
        return f"{self.name} …{self.number_end}"


class BankPostingRule(models.Model):
    """What the bank books by itself and we post without asking: agreed, dated, superseded and never edited."""

    class LineKind(models.TextChoices):
        FEE = "fee", _("fee")
        INTEREST = "interest", _("interest")

    class Bearer(models.TextChoices):
        EMPLOYER = "employer", _("the employer's funds")
        TPA = "tpa", _("the TPA's fees")

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="rules")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    line_kind = models.CharField(max_length=10, choices=LineKind)
    words = models.CharField(max_length=60, blank=True, help_text=_("stand in the line's type or text; blank: any"))
    limit_amount = _money(help_text=_("more than that a person looks at"))
    borne_by = models.CharField(max_length=10, choices=Bearer)
    source = models.CharField(max_length=120, help_text=_("contract and section that say so"))
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="bank_rule_has_limit", condition=Q(limit_amount__gt=0)),
            ExclusionConstraint(
                name="one_bank_rule_at_a_time",
                expressions=[
                    ("bank_account", RangeOperators.EQUAL),
                    ("line_kind", RangeOperators.EQUAL),
                    ("words", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_kind} up to {self.limit_amount}"


class BankFile(models.Model):
    """A bank's file as it came, byte for byte under its hash. Loaded whole or not at all."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        LOADED = "loaded", _("loaded")
        REFUSED = "refused", _("refused")

    class Format(models.TextChoices):
        BAI2 = "BAI2", "BAI2"
        CAMT053 = "camt.053", "camt.053"
        CSV = "CSV", "CSV"

    MOVES = {Status.RECEIVED: {Status.LOADED, Status.REFUSED}, Status.REFUSED: {Status.RECEIVED}}

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    format = models.CharField(max_length=8, choices=Format)
    origin = models.CharField(max_length=20, help_text=_("api, screen or demo"))
    sent_by_id = models.BigIntegerField(null=True, help_text=_("the user who sent it"))
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, null=True, related_name="+", help_text=_("of a CSV: whose it is")
    )
    said = models.JSONField(default=dict, help_text=_("balances that were said with it"))
    received_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)
    status_at = models.DateTimeField()
    problem = models.TextField(blank=True, help_text=_("why it was refused"))
    problem_line = models.IntegerField(default=0, help_text=_("where; 0: no line is to blame"))
    again_count = models.IntegerField(default=0, help_text=_("how often the same bytes came again"))

    class Meta:
        indexes = [models.Index(fields=["-received_at"], name="bank_file_of_time")]

    def __str__(self) -> str:
        return self.name


class BankStatement(models.Model):
    """The bank's account of some days: two balances and what lies between. Of each day one that stands."""

    class Status(models.TextChoices):
        STANDING = "standing", _("stands")
        WITHDRAWN = "withdrawn", _("withdrawn")

    MOVES = {Status.STANDING: {Status.WITHDRAWN}}

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="statements")
    number = models.CharField(max_length=80, blank=True, help_text=_("the bank's name for it"))
    period = DateRangeField(help_text=_("its days"))
    ends_on = models.DateField()
    opening_amount = _money()
    in_amount = _money(help_text=_("what came"))
    out_amount = _money(help_text=_("what went"))
    closing_amount = _money()
    opening_is_told = models.BooleanField(help_text=_("false: reckoned from the closing balance"))
    line_count = models.IntegerField()
    fingerprint = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.STANDING)
    status_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bank_statement_adds_up",
                condition=Q(closing_amount=F("opening_amount") + F("in_amount") - F("out_amount")),
            ),
            ExclusionConstraint(
                name="one_bank_statement_a_day",
                expressions=[("bank_account", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(status="standing"),
            ),
        ]
        indexes = [models.Index(fields=["bank_account", "ends_on"], name="bank_statement_of_day")]

    def __str__(self) -> str:
        return f"{self.bank_account_id} to {self.ends_on}"


class BankLine(models.Model):
    """One movement, as the bank told it: what came is positive. Only added."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("balance at the start")
        DEPOSIT = "deposit", _("deposit")
        ACH = "ach", _("ACH")
        CHECK = "check", _("check")
        WIRE = "wire", _("wire")
        TRANSFER = "transfer", _("transfer")
        RETURNED = "returned", _("returned")
        CORRECTION = "correction", _("correction")
        FEE = "fee", _("fee")
        INTEREST = "interest", _("interest")
        OTHER = "other", _("other")

    statement = models.ForeignKey(
        BankStatement,
        on_delete=models.PROTECT,
        null=True,
        related_name="lines",
        help_text=_("null: the balance at the start"),
    )
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines", db_index=False)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.IntegerField(help_text=_("its line in the file"))
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    amount = _money()
    kind = models.CharField(max_length=10, choices=Kind)
    type_code = models.CharField(max_length=35, blank=True, help_text=_("the bank's word for it"))
    bank_reference = models.CharField(max_length=80, blank=True)
    customer_reference = models.CharField(max_length=80, blank=True)
    check_number = models.CharField(max_length=15, blank=True)
    text = models.CharField(max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="bank_line_moves_money", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="bank_line_of_statement",
                condition=Q(kind="opening", statement__isnull=True) | (~Q(kind="opening") & Q(statement__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["bank_account", "booked_on"], name="bank_line_of_day")]

    def __str__(self) -> str:
        return f"{self.amount} on {self.booked_on}"


class BankMatch(models.Model):
    """That some of the bank's lines and some of the book's postings are the same money. Superseded, never deleted."""

    class Rule(models.TextChoices):
        CHECK = "check", _("check number and amount")
        TRACE = "trace", _("trace number")
        REFERENCE = "reference", _("reference and amount")
        RETURNED = "returned", _("what was returned")
        BATCH = "batch", _("an ACH file together")
        GROUP = "group", _("several of one reference")
        VOID = "void", _("taken back before the bank saw it")
        CORRECTION = "correction", _("corrected by the bank")
        CHECK_AMOUNT = "check_amount", _("check number, another amount")
        AMOUNT = "amount", _("the only one of its amount")
        POSTED = "posted", _("posted by a rule")
        HAND = "hand", _("by hand")

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="matches")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(max_length=12, choices=Rule)
    because = models.CharField(max_length=300, blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    cleared_amount = _money(help_text=_("of payments in it: what the bank has paid, as the ledger has it"))
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"match {self.pk} by {self.rule}"


class BankMatchPart(models.Model):
    """So much of one line, or of one posting, in a match. Lines and postings of a match come to the same."""

    match = models.ForeignKey(BankMatch, on_delete=models.PROTECT, related_name="parts")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, null=True, related_name="parts")
    transaction = models.ForeignKey(
        "employers.LedgerTransaction", on_delete=models.PROTECT, null=True, related_name="+"
    )
    amount = _money()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="bank_part_moves_money", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="bank_part_of_one_side",
                condition=Q(line__isnull=True, transaction__isnull=False)
                | Q(line__isnull=False, transaction__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of match {self.match_id}"


class BankException(models.Model):
    """A check that the bank paid with another amount than it was written for: followed up until it is put right."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        TOLD = "told", _("the bank was told")
        SETTLED = "settled", _("put right")

    MOVES = {Status.OPEN: {Status.TOLD, Status.SETTLED}, Status.TOLD: {Status.SETTLED}, Status.SETTLED: {Status.OPEN}}

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="exceptions")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    match = models.OneToOneField(BankMatch, on_delete=models.PROTECT, related_name="exception")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="+")
    transaction = models.ForeignKey("employers.LedgerTransaction", on_delete=models.PROTECT, related_name="+")
    difference_amount = _money(help_text=_("the line less the posting: negative, the bank took too much"))
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="bank_exception_differs", condition=~Q(difference_amount=0))]

    def __str__(self) -> str:
        return f"{self.difference_amount} on line {self.line_id}"


class Reconciliation(models.Model):
    """An account as of a day: bank and book, and what lies between. Signed by a second person, the days are closed."""

    class Status(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        SIGNED = "signed", _("signed")
        DROPPED = "dropped", _("dropped")

    MOVES = {Status.PREPARED: {Status.SIGNED, Status.DROPPED}}

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="reconciliations")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    as_of_on = models.DateField()
    bank_amount = _money(help_text=_("the bank's balance at the day's end"))
    in_transit_amount = _money(help_text=_("came by the book, not yet by the bank"))
    outstanding_amount = _money(help_text=_("went by the book, not yet by the bank"))
    unexplained_amount = _money(help_text=_("lines of the bank that the book does not know, and missing statements"))
    book_amount = _money(help_text=_("what may be spent, by the ledger"))
    prepared_by = models.CharField(max_length=80)
    prepared_at = models.DateTimeField()
    signed_by = models.CharField(max_length=80, blank=True)
    signed_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PREPARED)
    status_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reconciliation_sums_to_zero",
                condition=Q(
                    book_amount=F("bank_amount")
                    + F("in_transit_amount")
                    - F("outstanding_amount")
                    - F("unexplained_amount")
                ),
            ),
            models.CheckConstraint(
                name="reconciliation_by_two",
                condition=Q(signed_at__isnull=True, signed_by="")
                | (Q(signed_at__isnull=False) & ~Q(signed_by="") & ~Q(signed_by=F("prepared_by"))),
            ),
            models.UniqueConstraint(
                fields=["bank_account", "as_of_on"], condition=~Q(status="dropped"), name="reconciliation_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_account_id} as of {self.as_of_on}"
