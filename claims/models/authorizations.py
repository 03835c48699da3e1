"""Permission given before a service. Its terms are superseded, never edited; where it stands moves by `MOVES`."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Authorization(models.Model):
    """One authorization in the terms of a time. What is used of it are entries of the claims' accumulators."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("requested")
        APPROVED = "approved", _("approved")
        DENIED = "denied", _("denied")
        CLOSED = "closed", _("closed")

    MOVES = {
        Status.REQUESTED: {Status.APPROVED, Status.DENIED},
        Status.APPROVED: {Status.CLOSED},
    }

    number = models.CharField(max_length=50)
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    family = models.ForeignKey("employers.Family", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(
        "plans.Provider", on_delete=models.PROTECT, null=True, related_name="+", help_text=_("null: whoever renders it")
    )
    code_from = models.CharField(max_length=10, help_text=_("first procedure or revenue code it permits"))
    code_to = models.CharField(max_length=10)
    period = DateRangeField()
    units_count = models.DecimalField(max_digits=12, decimal_places=2)
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    status_at = models.DateTimeField()
    revision = models.IntegerField(default=0)
    is_urgent = models.BooleanField(default=False)
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text=_("by when the law wants it answered"))
    because = models.CharField(max_length=300, help_text=_("why it was asked for, answered or changed, at the last"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(superseded_at__isnull=True), name="authorization_number_once"
            ),
            models.CheckConstraint(name="authorization_has_units", condition=Q(units_count__gt=0)),
            models.CheckConstraint(name="authorization_codes_in_order", condition=Q(code_from__lte=F("code_to"))),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status="requested", superseded_at__isnull=True),
                name="authorization_requested",
            )
        ]

    def __str__(self) -> str:
        return self.number
