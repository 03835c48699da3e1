"""Tables of edits as they were published, by quarter: rows are superseded, never edited."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_NOW = Q(superseded_at__isnull=True)


class EditTable(models.TextChoices):
    """Of whom a published table speaks."""

    PRACTITIONER = "practitioner", _("practitioners and surgery centres")
    OUTPATIENT = "outpatient", _("outpatient hospital")
    DME = "dme", _("suppliers of equipment")


class EditRelease(models.Model):
    """One loading of a table's files for a quarter; the last one of a quarter is what it says."""

    class Kind(models.TextChoices):
        PAIRS = "pairs", _("procedure pairs (NCCI)")
        UNITS = "units", _("units (MUE)")
        ADD_ONS = "add_ons", _("add-on procedures")
        RULES = "rules", _("small tables of rules")

    kind = models.CharField(max_length=8, choices=Kind)
    table = models.CharField(max_length=12, choices=EditTable, blank=True)
    quarter_on = models.DateField(null=True, help_text=_("first day of the quarter; none for rules"))
    files = models.JSONField(help_text=_("names of the files"))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of their bytes"))
    row_count = models.IntegerField()
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.table} {self.quarter_on or ''}".strip()


class ProcedurePair(models.Model):
    """With column one, column two is not paid; `indicator` 0 never, 1 unless a modifier tells them apart."""

    table = models.CharField(max_length=12, choices=EditTable)
    column_one = models.CharField(max_length=5)
    column_two = models.CharField(max_length=5)
    indicator = models.CharField(max_length=1)
    period = DateRangeField(help_text=_("days of service on which it holds"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["column_one", "column_two"], condition=_NOW, name="pair_in_force")]

    def __str__(self) -> str:
        return f"{self.column_one} > {self.column_two}"


class UnitMaximum(models.Model):
    """The most units of a procedure; `adjudication` 1 a line, 2 a day by policy, 3 a day by clinical experience."""

    table = models.CharField(max_length=12, choices=EditTable)
    code = models.CharField(max_length=5)
    most = models.IntegerField()
    adjudication = models.CharField(max_length=1)
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["code"], condition=_NOW, name="unit_maximum_in_force")]

    def __str__(self) -> str:
        return f"{self.most} of {self.code}"


class AddOnCode(models.Model):
    """A procedure that only adds to another; `primary_code` blank where the payer says what will do."""

    code = models.CharField(max_length=5)
    primary_code = models.CharField(max_length=5, blank=True)
    kind = models.CharField(max_length=1, help_text=_("1 to those listed, 2 to any, 3 to those listed or any"))
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["code"], condition=_NOW, name="add_on_in_force")]

    def __str__(self) -> str:
        return f"{self.code} to {self.primary_code or '*'}"


class EditRule(models.Model):
    """A row of the small tables: whom a code fits, what a modifier means, what a bill must say."""

    part = models.CharField(
        max_length=9,
        choices=[("codes", _("codes")), ("modifiers", _("modifiers")), ("bills", _("bills"))],
    )
    rule = models.JSONField(help_text=_("as in plans.facts: CodeRule, ModifierRule, BillRule"))
    source = models.CharField(max_length=60, help_text=_("the file it came with"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.part} of {self.source}"
