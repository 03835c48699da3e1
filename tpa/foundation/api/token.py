"""POST /oauth/token/: a partner's system exchanges its client credentials for a token that lives five minutes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView

from tpa.foundation.access import open_to_anyone


@open_to_anyone
class Token(TokenView):
    """The client-credentials flow of RFC 6749, section 4.4, and no other."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("grant_type") != "client_credentials":
            return JsonResponse({"error": "unsupported_grant_type"}, status=400, headers={"Cache-Control": "no-store"})
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer
