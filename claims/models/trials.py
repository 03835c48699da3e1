"""What somebody asked to try on an employer's claims, and what came of it. No claim stands in here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class WhatIf(models.Model):
    """A what-if: the claims of a period decided again as if something were otherwise, and the answer."""

    class Status(models.TextChoices):
        ASKED = "asked", _("asked")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    MOVES = {Status.ASKED: {Status.DONE, Status.FAILED}}

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, help_text=_("what it is about, in the words of who asked"))
    tried = models.JSONField(help_text=_("claims.trials.tried.Tried"))
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    status_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    piece_count = models.IntegerField(help_text=_("pieces of work, some families each"))
    answer = models.JSONField(null=True, help_text=_("once it is done: dollars before and after, members masked"))

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class WhatIfPiece(models.Model):
    """A piece that is done: sums of some families, which the last one merges."""

    what_if = models.ForeignKey(WhatIf, on_delete=models.CASCADE, related_name="pieces")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    tally = models.JSONField(help_text=_("claims.trials.tally.Tally"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what_if", "number"], name="what_if_piece_once")]

    def __str__(self) -> str:
        return f"{self.what_if_id}, piece {self.number}"
