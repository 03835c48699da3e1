"""Lists of decided claims that would come out otherwise by what we know now, drawn up before anybody acts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class Reprocessing(models.Model):
    """What a change that reaches back does to an employer's decided claims, in dollars; carried out once approved."""

    class Status(models.TextChoices):
        PREPARING = "preparing", _("being drawn up")
        PROPOSED = "proposed", _("to be approved")
        APPROVED = "approved", _("approved, under way")
        DECLINED = "declined", _("declined")
        DONE = "done", _("done")

    MOVES = {
        Status.PREPARING: {Status.PROPOSED},
        Status.PROPOSED: {Status.APPROVED, Status.DECLINED},
        Status.APPROVED: {Status.DONE},
    }

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(help_text=_("changes recorded from this moment on"))
    because = models.CharField(max_length=300)
    proposed_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PREPARING)
    status_at = models.DateTimeField()
    revision = models.IntegerField(default=0)
    answered_by_id = models.BigIntegerField(null=True, help_text=_("who approved or declined it"))
    answer = models.CharField(max_length=300, blank=True, help_text=_("why it was approved or declined"))
    pieces_due_count = models.IntegerField(default=0, help_text=_("pieces of work that are not done yet"))
    compared_count = models.IntegerField(default=0, help_text=_("claims decided anew in memory"))
    failed_count = models.IntegerField(default=0, help_text=_("families that could not be compared"))
    claim_count = models.IntegerField(default=0, help_text=_("claims that come out otherwise"))
    allowed_change_amount = _money(default=0)
    member_change_amount = _money(default=0)
    plan_paid_change_amount = _money(default=0)
    moved_amount = _money(default=0, help_text=_("the sum of all changes of what the plan pays, up or down"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["employer", "-id"], name="reprocessing_of_employer")]

    def __str__(self) -> str:
        return f"reprocessing {self.pk}"


class ReprocessingClaim(models.Model):
    """One claim of the list: what stands, what it would come to, and which facts are others now."""

    class Status(models.TextChoices):
        OPEN = "open", _("listed")
        DONE = "done", _("decided anew")
        STALE = "stale", _("left: it would come out otherwise by now")

    MOVES = {Status.OPEN: {Status.DONE, Status.STALE}}

    reprocessing = models.ForeignKey(Reprocessing, on_delete=models.PROTECT, related_name="claims")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    family = models.ForeignKey("employers.Family", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="reprocessings")
    place = models.IntegerField(help_text=_("its turn among the family's claims, by the plan's order"))
    why = models.JSONField(help_text=_("the facts that are others now"))
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()
    standing_outcome = models.CharField(max_length=10)
    standing_allowed_amount = _money()
    standing_member_amount = _money()
    standing_plan_paid_amount = _money()
    new_outcome = models.CharField(max_length=10)
    new_allowed_amount = _money()
    new_member_amount = _money()
    new_plan_paid_amount = _money()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reprocessing", "claim"], name="reprocessing_claim_once")]

    def __str__(self) -> str:
        return f"{self.claim_id} in {self.reprocessing_id}"
