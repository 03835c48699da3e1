"""rotate_field_keys: encrypts anew, under the first key of STEWARD_FIELD_KEY, whatever lies under another."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from tpa.foundation.encryption import EncryptedTextField, blind_index, decrypt, encrypt, is_stale
from tpa.foundation.sign_in import SECRETS

BATCH = 1000


class Command(BaseCommand):
    """Safe to stop and to repeat; the house stays open. Afterwards the old secret may leave the ring."""

    help = "Encrypts stored values anew under the first secret of STEWARD_FIELD_KEY, and their blind indexes with them."

    def handle(self, **options: Any) -> None:
        """A field `ssn` with a neighbour `ssn_index` has that index made anew too."""
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, EncryptedTextField):
                    self.stdout.write(f"{field.context}: {rotate_field(model, field)} values")
        self.stdout.write(f"{SECRETS}: {rotate_second_factors()} values")


def rotate_field(model: type[models.Model], field: EncryptedTextField) -> int:
    """Encrypts the stale values of one field anew, a batch a transaction; returns how many."""
    index = next((one for one in model._meta.concrete_fields if one.name == f"{field.name}_index"), None)
    last, count = 0, 0
    while True:
        with transaction.atomic():
            # As stored: the field itself would decrypt.
            raw = models.functions.Cast(field.attname, models.TextField())
            rows = list(
                model._base_manager.select_for_update(no_key=True)
                .filter(pk__gt=last)
                .order_by("pk")
                .annotate(_stored=raw)
                .values_list("pk", "_stored")[:BATCH]
            )
            if not rows:
                return count
            last = rows[-1][0]
            for pk, stored in rows:
                if stored and is_stale(stored):
                    text = decrypt(stored, context=field.context)
                    values = {field.attname: text}
                    if index is not None:
                        values[index.attname] = blind_index(text, context=field.context)
                    model._base_manager.filter(pk=pk).update(**values)
                    count += 1


def rotate_second_factors() -> int:
    """The seeds of authenticator apps and recovery codes, which allauth keeps in its own table."""
    count = 0
    for authenticator in Authenticator.objects.all():
        stale = {
            name: value
            for name, value in authenticator.data.items()
            if isinstance(value, str) and value.startswith("e1.") and is_stale(value)
        }
        if stale:
            for name, value in stale.items():
                authenticator.data[name] = encrypt(decrypt(value, context=SECRETS), context=SECRETS)
            authenticator.save(update_fields=["data"])
            count += len(stale)
    return count
