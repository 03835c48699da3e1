"""What waits for a person, and what the person said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Pend(models.Model):
    """A question the engine leaves to a person."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        RESOLVED = "resolved", _("resolved")

    MOVES = {Status.OPEN: {Status.RESOLVED}}

    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="pends")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.ForeignKey(
        "claims.Decision", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=40, help_text=_("a code of claims.adjudication.engine.reasons"))
    line_number = models.SmallIntegerField(null=True)
    evidence = models.JSONField(default=dict)
    queue = models.CharField(max_length=30)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()
    opened_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["queue", "reason"], condition=Q(status="open"), name="pend_open")]

    def __str__(self) -> str:
        return f"{self.reason} on {self.claim_id}"


class Resolution(models.Model):
    """What a person answered to a pend's question: a fact of the next decision. Only ever added."""

    class Answer(models.TextChoices):
        ALLOW = "allow", _("allow")
        DENY = "deny", _("deny")
        PRICE = "price", _("allow at this price")

    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="resolutions")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=40)
    line_number = models.SmallIntegerField(null=True, help_text=_("null: the whole claim"))
    answer = models.CharField(max_length=10, choices=Answer)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    carc = models.CharField(max_length=5, blank=True)
    because = models.CharField(max_length=300)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=80)
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.answer} {self.reason} on {self.claim_id}"
