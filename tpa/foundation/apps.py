"""Names this app to Django, and has each new database connection told whose rows it may see."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class FoundationConfig(AppConfig):
    name = "tpa.foundation"
    label = "foundation"

    def ready(self) -> None:
        from tpa.foundation.access import tell_new_connection

        connection_created.connect(tell_new_connection, dispatch_uid="tpa.foundation.access")
