"""Every address of the house, one line per floor."""

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

FLOORS = ("tpa.foundation", "plans", "employers", "claims", "tpa")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("tpa.foundation.web.account_urls")),
    path("oauth/token/", Token.as_view(), name="oauth-token"),
    path("oauth/revoke/", RevokeTokenView.as_view(), name="oauth-revoke"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/problems/<slug:name>", problem_page, name="problem"),
    *(path("", include(f"{floor}.web.urls")) for floor in FLOORS),
    *(path("api/v1/", include(f"{floor}.api.urls")) for floor in FLOORS),
]
