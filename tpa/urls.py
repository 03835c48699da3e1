"""Every address of the house, one line per floor."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from oauth2_provider.views import RevokeTokenView

from tpa.foundation.api.problems import problem_page
from tpa.foundation.api.token import Token
from tpa.foundation.web.health import healthz

handler400 = "tpa.foundation.web.errors.bad_request"
handler403 = "tpa.foundation.web.errors.refused"
handler404 = "tpa.foundation.web.errors.not_found"
handler500 = "tpa.foundation.web.errors.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("tpa.foundation.web.account_urls")),
    path("oauth/token/", Token.as_view(), name="oauth-token"),
    path("oauth/revoke/", RevokeTokenView.as_view(), name="oauth-revoke"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/problems/<slug:name>", problem_page, name="problem"),
]
for floor in ("tpa.foundation", "plans", "employers", "claims", "tpa"):
    for door, prefix in (("web", ""), ("api", "api/v1/")):
        if find_spec(f"{floor}.{door}") and find_spec(f"{floor}.{door}.urls"):
            urlpatterns.append(path(prefix, include(f"{floor}.{door}.urls")))
