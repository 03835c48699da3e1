"""A plan and its versions; a published version never changes."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _


class Plan(models.Model):
    """A self-funded plan as its sponsor names it; what it says stands in its versions."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """One wording of a plan: the YAML document, its hash, and the dates of service it governs."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        SUPERSEDED = "superseded", _("superseded")

    MOVES = {Status.DRAFT: {Status.PUBLISHED}, Status.PUBLISHED: {Status.SUPERSEDED}}

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    status_at = models.DateTimeField()
    effective = DateRangeField(help_text=_("dates of service this version governs"))
    source = models.TextField(help_text=_("the YAML document as written"))
    document = models.JSONField(help_text=_("the same document, parsed and checked"))
    content_hash = models.CharField(max_length=64, db_index=True, help_text=_("SHA-256 of the canonical document"))
    scenarios = models.TextField(blank=True, help_text=_("claims in words that it must pass: docs/scenarios.md"))
    published_at = models.DateTimeField(null=True)
    published_by_id = models.BigIntegerField(null=True)
    superseded_at = models.DateTimeField(null=True, help_text=_("when another version took over these dates"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number"),
            ExclusionConstraint(
                name="plan_versions_do_not_overlap",
                expressions=[("plan", RangeOperators.EQUAL), ("effective", RangeOperators.OVERLAPS)],
                condition=models.Q(status="published"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} v{self.number}"


class ScenarioProof(models.Model):
    """A version's scenarios were run: on which wording, by which engine, with what result. Only ever added."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="proofs")
    content_hash = models.CharField(max_length=64, help_text=_("of the document that was tried"))
    scenarios_hash = models.CharField(max_length=64, help_text=_("SHA-256 of the scenarios' text"))
    engine_version = models.CharField(max_length=12)
    ran_at = models.DateTimeField()
    ran_by_id = models.BigIntegerField(null=True)
    passed_count = models.IntegerField()
    failed_count = models.IntegerField()
    results = models.JSONField(help_text=_("per scenario: name, clauses, and what differs, line by line"))

    def __str__(self) -> str:
        return f"proof of {self.version_id}"
