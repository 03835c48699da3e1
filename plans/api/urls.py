"""Addresses of the plans floor, below /api/v1/."""

from django.urls import path

from plans.api.networks import NetworkProviders, Networks
from plans.api.plans import DocumentSchema, Drafts, OnePlan, OneVersion, Plans

app_name = "plans_api"
urlpatterns = [
    path("plan-document-schema", DocumentSchema.as_view(), name="document_schema"),
    path("plans", Plans.as_view(), name="plans"),
    path("plans/<slug:code>", OnePlan.as_view(), name="plan"),
    path("plans/<slug:code>/versions", Drafts.as_view(), name="drafts"),
    path("plans/<slug:code>/versions/<int:number>", OneVersion.as_view(), name="version"),
    path("networks", Networks.as_view(), name="networks"),
    path("networks/<slug:code>/providers", NetworkProviders.as_view(), name="providers"),
]
