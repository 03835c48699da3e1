"""Names this app to Django."""

from django.apps import AppConfig


class TpaConfig(AppConfig):
    name = "tpa"
    label = "tpa"
