"""Names this app to Django; has new database connections told whose rows they may see, and fills the tables we ship."""

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class FoundationConfig(AppConfig):
    name = "tpa.foundation"
    label = "foundation"

    def ready(self) -> None:
        from tpa.foundation.access import tell_new_connection

        connection_created.connect(tell_new_connection, dispatch_uid="tpa.foundation.access")
        post_migrate.connect(load_what_we_ship, sender=self, dispatch_uid="tpa.foundation.data")


def load_what_we_ship(**signal: Any) -> None:
    """After each migrate: legal parameters and our own short code tables, which all else takes for granted."""
    from tpa.foundation.codes import load_shipped
    from tpa.foundation.parameters import load_parameters

    there = connection.introspection.table_names()
    if {"foundation_code", "foundation_legalparameter"} <= set(there):
        load_parameters()
        load_shipped()
