"""Families and their members."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.encryption import EncryptedTextField
from tpa.foundation.models.scoped import ScopedQuerySet


class Family(models.Model):
    """A subscriber and the dependents: what shares a deductible, and the row that is locked when claims are decided."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="families")
    subscriber_number = models.CharField(max_length=80, help_text=_("the number on the card"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("families")
        constraints = [
            models.UniqueConstraint(fields=["employer", "subscriber_number"], name="subscriber_number_in_employer")
        ]
        indexes = [models.Index(fields=["subscriber_number"])]

    def __str__(self) -> str:
        return self.subscriber_number


class Member(models.Model):
    """A subscriber or dependent."""

    class Relationship(models.TextChoices):
        SELF = "18", _("subscriber")
        SPOUSE = "01", _("spouse")
        CHILD = "19", _("child")
        OTHER = "G8", _("other")

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="members")
    person_number = models.CharField(max_length=3, help_text=_("01 the subscriber, then the dependents"))
    relationship = models.CharField(max_length=2, choices=Relationship)
    last_name = models.CharField(max_length=60)
    first_name = models.CharField(max_length=35, blank=True)
    middle_name = models.CharField(max_length=25, blank=True)
    birth_on = models.DateField(null=True)
    sex = models.CharField(max_length=1, choices=[("F", _("female")), ("M", _("male")), ("U", _("unknown"))])
    own_number = models.CharField(max_length=80, blank=True, help_text=_("a dependent's own number, where one exists"))
    ssn = EncryptedTextField(blank=True, default="")
    ssn_index = models.CharField(max_length=64, blank=True, db_index=True)
    address_line = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=15, blank=True)
    email = models.EmailField(blank=True)
    is_disabled = models.BooleanField(default=False, help_text=_("a child whose coverage does not end by age"))
    hired_on = models.DateField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["family", "person_number"], name="person_number_in_family")]
        indexes = [
            models.Index(fields=["employer", "last_name", "first_name"]),
            models.Index(fields=["own_number"], condition=~Q(own_number=""), name="member_own_number"),
            GinIndex(fields=["last_name"], name="member_last_name_trgm", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
