"""Coverage on two time axes, and the files that changed it."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Coverage(models.Model):
    """A member is covered by a plan for a period. Never edited: believed from `recorded_at` to `superseded_at`."""

    class Tier(models.TextChoices):
        EE = "EE", _("employee")
        ES = "ES", _("employee and spouse")
        EC = "EC", _("employee and children")
        FAM = "FAM", _("family")

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    family = models.ForeignKey("employers.Family", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="coverages")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey("employers.Division", on_delete=models.PROTECT, null=True, related_name="+")
    tier = models.CharField(max_length=3, choices=Tier)
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="covered_once_by_a_plan",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("plan", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["employer", "recorded_at"])]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.plan_id} {self.period}"


class EligibilityFile(models.Model):
    """A CSV or one 834 transaction set that an employer sent, and what became of it. Its bytes stand in the store."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        APPLIED = "applied", _("applied")
        REJECTED = "rejected", _("rejected")

    MOVES = {Status.RECEIVED: {Status.APPLIED, Status.REJECTED}}

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, help_text=_("of the CSV, or of the transaction set without its envelope"))
    transaction_set = models.ForeignKey(
        "foundation.TransactionSet", on_delete=models.PROTECT, null=True, related_name="+"
    )
    layout = models.CharField(max_length=4, choices=[("834", "834"), ("csv", "CSV")])
    is_full = models.BooleanField(default=False, help_text=_("a full file: who is missing from it is reported"))
    received_at = models.DateTimeField()
    sent_by_id = models.BigIntegerField(null=True, help_text=_("the user who sent it"))
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)
    status_at = models.DateTimeField()
    row_count = models.IntegerField(default=0)
    added_count = models.IntegerField(default=0)
    changed_count = models.IntegerField(default=0)
    ended_count = models.IntegerField(default=0)
    same_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "sha256"],
                condition=Q(status="applied"),
                nulls_distinct=False,
                name="eligibility_file_applied_once",
            )
        ]
        indexes = [models.Index(fields=["employer", "-received_at"], name="eligibility_file_latest")]

    def __str__(self) -> str:
        return f"{self.layout} {self.name}"


class EligibilityProblem(models.Model):
    """What an eligibility file and our records do not agree on, with its place in the file."""

    class Kind(models.TextChoices):
        REFUSED = "refused", _("not applied")
        MISSING = "missing", _("missing from a full file")
        DIFFERS = "differs", _("differs, and was changed")

    eligibility_file = models.ForeignKey(EligibilityFile, on_delete=models.CASCADE, related_name="problems")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, null=True, related_name="+")
    row_number = models.IntegerField(null=True, help_text=_("row of the CSV, or which INS of the set"))
    place = models.CharField(max_length=60, blank=True, help_text=_("column or element"))
    code = models.CharField(max_length=40)
    message = models.TextField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["eligibility_file", "row_number"], name="eligibility_problem_row")]

    def __str__(self) -> str:
        return f"{self.row_number}: {self.code}"
