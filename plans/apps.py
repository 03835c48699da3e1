"""Names this app to Django, and fills the small tables of edits that come with Steward."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlansConfig(AppConfig):
    name = "plans"
    label = "plans"

    def ready(self) -> None:
        from plans.editing.load_edit_rules import load_shipped_rules

        post_migrate.connect(load_shipped_rules, sender=self, dispatch_uid="plans.editing")
