"""Work that waits: the truth behind the queue. Redis only rings the bell; a lost bell loses nothing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkChunk(models.Model):
    """A piece of work that one worker takes at a time; its state commits together with what the work wrote."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        QUARANTINED = "quarantined", _("quarantined")

    MOVES = {Status.WAITING: {Status.DONE, Status.QUARANTINED}, Status.QUARANTINED: {Status.WAITING}}

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120, help_text=_("makes the same work asked twice one piece of work"))
    shard = models.SmallIntegerField(default=0)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    attempts = models.SmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True, help_text=_("kind of the failure; never a person's data"))
    created_at = models.DateTimeField()
    status_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="work_asked_once")]
        indexes = [
            models.Index(fields=["kind", "shard", "id"], condition=models.Q(status="waiting"), name="work_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
