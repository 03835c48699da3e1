"""What was answered to a POST, so that the same POST sent again is answered the same and done once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tpa.foundation.encryption import EncryptedTextField


class IdempotentAnswer(models.Model):
    """The first answer given under a caller's key. Kept for a day; written in the transaction of the work itself."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    headers = models.JSONField(default=dict)
    # The answer can hold a patient's data.
    body = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answer_once_per_key")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"
