"""Files as they came, what stood in their envelopes, and the documents we answer with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class EdiFile(models.Model):
    """One file as it was received, byte for byte: the bytes stand in the store under their SHA-256."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        WORKING = "working", _("working")
        ANSWERED = "answered", _("answered")
        REFUSED = "refused", _("refused")

    MOVES = {
        Status.RECEIVED: {Status.WORKING, Status.REFUSED},
        Status.WORKING: {Status.ANSWERED, Status.REFUSED},
    }

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    origin = models.CharField(max_length=20, help_text=_("api, screen, demo or the partner's drop folder"))
    sent_by_id = models.BigIntegerField(null=True, help_text=_("the user who sent it"))
    received_at = models.DateTimeField()
    received_on = models.DateField(help_text=_("the day of receipt that starts the legal clocks"))
    status = models.CharField(max_length=12, choices=Status, default=Status.RECEIVED)
    status_at = models.DateTimeField()
    problem = models.TextField(blank=True)
    again_count = models.IntegerField(default=0, help_text=_("how often the same bytes came again"))
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-received_at"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"


class Interchange(models.Model):
    """One ISA…IEA of a file, with what its TA1 says."""

    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="interchanges")
    ordinal = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    sender = models.CharField(max_length=20, help_text=_("ISA05/ISA06"))
    receiver = models.CharField(max_length=20, help_text=_("ISA07/ISA08"))
    control_number = models.CharField(max_length=12)
    dated = models.CharField(max_length=12, blank=True, help_text=_("ISA09 and ISA10 as sent"))
    delimiters = models.CharField(
        max_length=4, help_text=_("element, repetition (blank: none), component and segment, as its ISA says")
    )
    is_test = models.BooleanField(default=False)
    ta1_code = models.CharField(max_length=1, blank=True, help_text=_("A, E or R"))
    ta1_note = models.CharField(max_length=3, blank=True)
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "ordinal"], name="interchange_once_per_file"),
            models.UniqueConstraint(
                fields=["sha256"], condition=models.Q(duplicate_of__isnull=True), name="interchange_loaded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"ISA {self.control_number} of {self.sender}"


class TransactionSet(models.Model):
    """One ST…SE of an interchange: where it stands in the file, what the guide says of it, what was loaded."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        LOADED = "loaded", _("loaded")
        REJECTED = "rejected", _("rejected")
        QUARANTINED = "quarantined", _("quarantined")

    MOVES = {Status.RECEIVED: {Status.LOADED, Status.REJECTED, Status.QUARANTINED}}

    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="sets")
    interchange = models.ForeignKey(Interchange, on_delete=models.PROTECT, related_name="sets")
    ordinal = models.IntegerField(help_text=_("counted within the file"))
    group_control_number = models.CharField(max_length=20)
    group_ordinal = models.IntegerField()
    functional_code = models.CharField(max_length=2)
    control_number = models.CharField(max_length=20)
    version = models.CharField(max_length=20, help_text=_("of its group, GS08: the guide it is checked against"))
    convention = models.CharField(max_length=35, blank=True, help_text=_("ST03 as sent"))
    transaction = models.CharField(max_length=5, help_text=_("837P, 837I, 837D, 834 …"))
    byte_offset = models.BigIntegerField()
    byte_length = models.BigIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.RECEIVED)
    status_at = models.DateTimeField()
    ack_code = models.CharField(max_length=1, blank=True, help_text=_("IK501: A or R"))
    codes = models.JSONField(default=list, help_text=_("IK502 to IK506: why the set is refused"))
    findings = models.JSONField(default=list, help_text=_("what the guide's check found, with places"))
    accepted_count = models.IntegerField(default=0)
    rejected_count = models.IntegerField(default=0)
    rejected = models.JSONField(default=list, help_text=_("claims refused one by one: place, code and reason"))
    claims_answer_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("the set's part of the 277CA, in the store until the file is answered")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "ordinal"], name="set_once_per_file")]

    def __str__(self) -> str:
        return f"ST {self.control_number} ({self.transaction})"


class Document(models.Model):
    """Something we wrote for somebody: TA1, 999, 277CA, 835, EOB, invoice. Its bytes stand in the store."""

    class Kind(models.TextChoices):
        TA1 = "TA1", "TA1"
        ACK_999 = "999", "999"
        ACK_277CA = "277CA", "277CA"
        REMITTANCE_835 = "835", "835"
        EOB = "EOB", _("explanation of benefits")
        INVOICE_PDF = "INVOICE_PDF", _("invoice (PDF)")
        INVOICE_XLSX = "INVOICE_XLSX", _("invoice (spreadsheet)")
        CHECK_PDF = "CHECK_PDF", _("checks (PDF)")
        CONTRACT = "CONTRACT", _("signed contract or amendment")
        LICENCE = "LICENCE", _("licence or bond")
        ACH = "ACH", _("ACH file")
        POSITIVE_PAY = "POSITIVE_PAY", _("positive pay file")
        LETTER = "LETTER", _("letter: a reminder, a renewal")
        STOP_LOSS_NOTICE = "SL_NOTICE", _("notice to a stop-loss carrier")
        RECOVERY_LETTER = "REC_LETTER", _("letter about a recovery")
        STOP_LOSS_PACKET = "SL_PACKET", _("reimbursement request to a stop-loss carrier")
        RECONCILIATION_PDF = "BANKREC_PDF", _("bank reconciliation (PDF)")
        RECONCILIATION_XLSX = "BANKREC_XLSX", _("bank reconciliation (spreadsheet)")

    employer_path = "employer_id"

    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=80)
    employer_id = models.BigIntegerField(null=True, db_index=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    answers = models.ForeignKey(EdiFile, on_delete=models.PROTECT, null=True, related_name="answers")
    control_number = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_type", "subject_id", "name"], name="document_once")
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
