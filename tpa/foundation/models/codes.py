"""Code sets: what a code means and when it was in force."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _


class CodeSet(models.TextChoices):
    """Whose codes. Codes are facts; the words beside them are the publisher's where they are free, else our own."""

    ICD10CM = "icd10cm", _("diagnosis (ICD-10-CM)")
    HCPCS = "hcpcs", _("procedure (HCPCS level II)")
    PROCEDURE = "procedure", _("procedure (other)")
    DENTAL = "dental", _("dental procedure")
    MODIFIER = "modifier", _("procedure modifier")
    REVENUE = "revenue", _("revenue code")
    TAXONOMY = "taxonomy", _("provider taxonomy (NUCC)")
    PLACE_OF_SERVICE = "place_of_service", _("place of service")
    CLAIM_FREQUENCY = "claim_frequency", _("claim frequency")
    BILL_TYPE = "bill_type", _("type of bill")
    ADJUSTMENT_GROUP = "adjustment_group", _("adjustment group")
    CARC = "carc", _("claim adjustment reason")
    RARC = "rarc", _("remittance advice remark")


class Code(models.Model):
    """One code of a set for a period. A new release closes what it drops or rewords; nothing is overwritten."""

    code_set = models.CharField(max_length=20, choices=CodeSet)
    code = models.CharField(max_length=12, help_text=_("as it stands in X12: no dot"))
    words = models.TextField(blank=True, help_text=_("empty where only the code is free"))
    is_billable = models.BooleanField(default=True, help_text=_("false for a heading that no claim may carry"))
    effective = DateRangeField(help_text=_("open at its start: since before our first release"))
    source = models.CharField(max_length=60, help_text=_("the release it came with"))

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="code_once_at_a_time",
                expressions=[
                    ("code_set", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("effective", RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [models.Index(fields=["code_set", "code"], name="code_of_set")]

    def __str__(self) -> str:
        return f"{self.code_set} {self.code}"
