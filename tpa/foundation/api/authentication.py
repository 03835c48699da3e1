"""How systems come in: with an API key, or with a token that they got for their client credentials (OAuth 2)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tpa.foundation import api_keys
from tpa.foundation.models.users import ApiKey, User


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer stw_…`: an API key. Anything else is left to the next."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        secret = _bearer(request)
        if not secret.startswith(api_keys.MARK):
            return None
        key = api_keys.find(secret)
        if key is None or not key.user.is_active:
            raise AuthenticationFailed
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class ClientAuthentication(OAuth2Authentication):
    """A token of the client-credentials flow: the user is the one for whom the application was registered."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        if not _bearer(request):
            return None
        found = super().authenticate(request)
        if found is None:
            raise AuthenticationFailed
        user, token = found
        user = user or token.application.user
        if user is None or not user.is_active:
            raise AuthenticationFailed
        return user, token


def granted_scopes(credential: Any) -> frozenset[str] | None:
    """What a credential may be used for; None for a person's session, that is bound by roles alone."""
    if credential is None:
        return None
    if isinstance(credential, ApiKey):
        return frozenset(credential.scopes)
    return frozenset(credential.scope.split())


def _bearer(request: Request) -> str:
    kind, _, credential = get_authorization_header(request).decode("latin-1").partition(" ")
    return credential.strip() if kind.lower() == "bearer" else ""


class KeyScheme(OpenApiAuthenticationExtension):
    """How the schema names API keys."""

    target_class = KeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An API key: `Authorization: Bearer stw_…`."}


class ClientScheme(OpenApiAuthenticationExtension):
    """How the schema names tokens of client credentials."""

    target_class = ClientAuthentication
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        from django.conf import settings

        flow = {"tokenUrl": "/oauth/token/", "scopes": settings.OAUTH2_PROVIDER["SCOPES"]}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}
