"""Names this app to Django, and gives every process the Celery application that its tasks are sent through."""

from django.apps import AppConfig


class TpaConfig(AppConfig):
    name = "tpa"
    label = "tpa"

    def ready(self) -> None:
        import tpa.celery  # noqa: F401
