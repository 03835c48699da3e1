"""The audit trail: what was changed or read, by whom, why. It only grows; each row carries the hash of the last."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class ExactJSONField(models.JSONField):
    """JSON kept as the very text that was written (Postgres `json`, not `jsonb`), so that it can be hashed again."""

    def db_type(self, connection: Any) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value


class AuditEvent(models.Model):
    """One change, or one reading of protected data, of one subject or of a batch. Written by `audit.record` only.

    Rows form chains (`lane`), each counted without gaps (`position`) and linked by hashes: see `audit.verify_chain`.
    Holds names of fields, never a person's data.
    """

    lane = models.SmallIntegerField()
    position = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=120, help_text=_("user:7, system:adjudication"))
    action = models.CharField(max_length=60, help_text=_("claims.claim.moved"))
    subject_type = models.CharField(max_length=60, blank=True)
    subject_ids = ArrayField(models.BigIntegerField(), default=list)
    employer_id = models.BigIntegerField(null=True, db_index=True)
    because = models.TextField(blank=True)
    purpose = models.CharField(max_length=60, blank=True, help_text=_("for a reading: what it was for"))
    request_id = models.CharField(max_length=64, blank=True)
    fields = ArrayField(
        models.CharField(max_length=60), default=list, help_text=_("names of what changed or was shown")
    )
    detail = ExactJSONField(default=dict, help_text=_("statuses, counts and the like; never a person's data"))
    previous_hash = models.BinaryField()
    hash = models.BinaryField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lane", "position"], name="audit_position_once")]
        indexes = [
            GinIndex(fields=["subject_ids"], name="audit_of_subject"),
            models.Index(fields=["actor", "-at"], name="audit_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"
