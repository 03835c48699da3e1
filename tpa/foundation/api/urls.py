"""Addresses of the ground's own endpoints, below /api/v1/."""

from django.urls import path

from tpa.foundation.api.me import Me

app_name = "foundation_api"
urlpatterns = [path("me", Me.as_view(), name="me")]
