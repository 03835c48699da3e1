"""Where an employer's members may not be served: set by the contracts' floor, obeyed by payment runs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class ServiceBar(models.Model):
    """A state in which we serve an employer without a licence or an exemption: what its members are owed waits.
    Superseded when it is lifted, never edited. Stands here because claims obey it."""

    employer_id = models.BigIntegerField(help_text=_("employers.Employer"))
    state = models.CharField(max_length=2)
    because = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employer_id", "state"], condition=Q(superseded_at__isnull=True), name="one_bar_a_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.because}"
