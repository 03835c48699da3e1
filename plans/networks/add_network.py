"""Adds a network of providers."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from plans.models import Network
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import Conflict


def add_network(*, code: str, name: str, by: Actor) -> int:
    """Add a network under the code by which plans name it; returns its id. Raises `Conflict` when the code is taken."""
    with transaction.atomic():
        if Network.objects.filter(code=code).exists():
            raise Conflict("network.code_taken", _("There is a network of this code."))
        network = Network.objects.create(code=code, name=name)
        record("plans.network.added", by=by, about=network)
    return network.pk
