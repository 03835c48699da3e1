"""Addresses of the ground's own screens."""

from django.urls import path

from tpa.foundation.web.styleguide import styleguide

app_name = "foundation"
urlpatterns = [path("styleguide/", styleguide, name="styleguide")]
