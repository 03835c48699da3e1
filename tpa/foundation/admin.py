"""Django's admin for set-up staff: users, their roles and keys, legal parameters and code sets. Nothing is deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tpa.foundation import api_keys, audit
from tpa.foundation.access import scope_of
from tpa.foundation.errors import DomainError
from tpa.foundation.grants import grant_role, revoke_role
from tpa.foundation.models import ApiKey, Code, LegalParameter, RoleGrant, User

admin.site.site_header = admin.site.site_title = gettext_lazy("Steward set-up")


class Kept(admin.ModelAdmin):
    """Rows that are looked at, and neither changed nor deleted here."""

    actions_on_bottom = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class UserForm(forms.ModelForm):
    """An address is kept in lower case; without a password the user asks for a link at the entrance."""

    class Meta:
        model = User
        fields = ("email", "full_name", "is_active")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class GrantInline(admin.TabularInline):
    """Roles are added here and revoked in their own list."""

    model = RoleGrant
    fields = ("role", "employer_id", "sees_ssn", "granted_at", "revoked_at")
    readonly_fields = ("granted_at", "revoked_at")
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People and partner systems."""

    form = UserForm
    inlines = (GrantInline,)
    list_display = ("email", "full_name", "is_active", "last_login")
    list_filter = ("is_active", "grants__role")
    search_fields = ("email", "full_name")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        done = "changed" if change else "made"
        audit.record(f"foundation.user.{done}", by=scope_of(request).actor, about=obj, fields=form.changed_data)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for grant in formset.save(commit=False):
            try:
                grant_role(
                    user=form.instance,
                    role=grant.role,
                    employer_id=grant.employer_id,
                    sees_ssn=grant.sees_ssn,
                    by=scope_of(request).actor,
                )
            except DomainError as refusal:
                messages.error(request, str(refusal))


@admin.register(RoleGrant)
class RoleGrantAdmin(Kept):
    """Who holds which role, and held it."""

    list_display = ("user", "role", "employer_id", "sees_ssn", "granted_at", "revoked_at")
    list_filter = ("role", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("user__email",)
    actions = ("revoke",)

    @admin.action(description=gettext_lazy("Revoke the chosen roles"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[RoleGrant]) -> None:
        """From their holders' next request on."""
        for grant in chosen:
            revoke_role(grant=grant, by=scope_of(request).actor, because="set-up")
        messages.success(request, _("Revoked."))


@admin.register(ApiKey)
class ApiKeyAdmin(Kept):
    """Keys are issued with `./run manage issue_api_key`, which shows the secret once, and revoked here."""

    list_display = ("name", "prefix", "user", "created_at", "expires_at", "last_used_at", "revoked_at")
    fields = ("name", "prefix", "user", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    @admin.action(description=gettext_lazy("Revoke the chosen keys"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        """At once."""
        for key in chosen:
            api_keys.revoke(key=key, by=scope_of(request).actor, because="set-up")
        messages.success(request, _("Revoked."))


@admin.register(LegalParameter)
class LegalParameterAdmin(Kept):
    """What the law says in numbers; loaded with `./run manage load_parameters`."""

    list_display = ("name", "value", "unit", "effective", "known_on", "checked", "citation")
    list_filter = ("checked", "unit")
    search_fields = ("name", "citation")


@admin.register(Code)
class CodeAdmin(Kept):
    """Code sets; loaded with `./run manage load_codes`."""

    list_display = ("code_set", "code", "words", "is_billable", "effective", "source")
    list_filter = ("code_set", "is_billable")
    search_fields = ("=code", "words")
    show_full_result_count = False
