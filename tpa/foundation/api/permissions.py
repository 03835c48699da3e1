"""May this caller pass this door of the API? Stands apart from `views`, which REST framework can only import later."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tpa.foundation import access
from tpa.foundation.api.authentication import granted_scopes
from tpa.foundation.sign_in import has_second_factor


class RolePermission(BasePermission):
    """Lets pass who holds a role that the view declares, with a credential whose scopes cover it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        roles = access.required_roles(type(view))
        if roles == access.ANYONE:
            return True
        if roles is None or not request.user.is_authenticated:
            return False
        if request.auth is None and settings.STEWARD_REQUIRE_MFA and not has_second_factor(request.user):
            return False
        scopes = granted_scopes(request.auth)
        wanted = getattr(view, "scope_name", "")
        if scopes is not None and wanted:
            verb = "read" if request.method in SAFE_METHODS else "write"
            if f"{wanted}:{verb}" not in scopes:
                return False
        return not access.scope_of(request).roles.isdisjoint(roles)
