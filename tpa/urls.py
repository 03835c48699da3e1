"""Every address of the house, one line per floor."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from tpa.foundation.web.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("oauth/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api-docs"),
]
for floor in ("tpa.foundation", "plans", "employers", "claims", "tpa"):
    for door, prefix in (("web", ""), ("api", "api/v1/")):
        if find_spec(f"{floor}.{door}") and find_spec(f"{floor}.{door}.urls"):
            urlpatterns.append(path(prefix, include(f"{floor}.{door}.urls")))
