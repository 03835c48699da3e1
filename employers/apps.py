"""Names this app to Django."""

from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "employers"
    label = "employers"
