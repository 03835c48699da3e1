"""Who renders care and who is paid for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tpa.foundation.encryption import EncryptedTextField


class Payee(models.Model):
    """Who is paid: a tax identity with an address, and how it takes its money."""

    class Method(models.TextChoices):
        CHECK = "check", _("check")
        ACH = "ach", _("ACH")

    class AccountType(models.TextChoices):
        CHECKING = "checking", _("checking")
        SAVINGS = "savings", _("savings")

    tin = models.CharField(max_length=9, blank=True)
    npi = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=120)
    address_line = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=15, blank=True)
    method = models.CharField(max_length=5, choices=Method, default=Method.CHECK)
    bank_routing_number = models.CharField(max_length=9, blank=True)
    bank_account_number = EncryptedTextField(blank=True, default="")
    bank_account_type = models.CharField(max_length=8, choices=AccountType, default=AccountType.CHECKING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tin", "npi"], name="payee_identity")]

    def __str__(self) -> str:
        return self.name


class FormerAccount(models.Model):
    """An account that a payee had before the one it has now. Only ever added."""

    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="former_accounts")
    bank_routing_number = models.CharField(max_length=9, blank=True)
    bank_account_number = EncryptedTextField(blank=True, default="")
    bank_account_type = models.CharField(max_length=8, choices=Payee.AccountType)
    ended_at = models.DateTimeField()
    because = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"former account of {self.payee_id}"


class Provider(models.Model):
    """A person or organisation that renders or bills care."""

    class Entity(models.TextChoices):
        PERSON = "1", _("person")
        ORGANISATION = "2", _("organisation")

    npi = models.CharField(max_length=10, unique=True)
    entity = models.CharField(max_length=1, choices=Entity)
    name = models.CharField(max_length=120, help_text=_("organisation or last name"))
    first_name = models.CharField(max_length=60, blank=True)
    taxonomy_code = models.CharField(max_length=10, blank=True)
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, null=True, related_name="providers")
    excluded_on = models.DateField(null=True, help_text=_("on a federal exclusion list since"))

    def __str__(self) -> str:
        return f"{self.name} {self.first_name}".strip()
