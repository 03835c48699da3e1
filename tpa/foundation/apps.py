"""Names this app to Django."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "tpa.foundation"
    label = "foundation"
