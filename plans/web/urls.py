"""Addresses of the screens of plans."""

from django.urls import path

from plans.web.staff.draft_plan_version import draft_plan_version
from plans.web.staff.plan_version import plan_version
from plans.web.staff.plans import plans

app_name = "plans"
urlpatterns = [
    path("plans/", plans, name="plans"),
    path("plans/draft/", draft_plan_version, name="draft_plan_version"),
    path("plans/<int:version_id>/", plan_version, name="plan_version"),
]
