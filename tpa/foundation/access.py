"""Who may do what, and which rows exist for whom.

*May this role do this?* is declared at the door with `requires`; a door that declares nothing stays shut
(`web.middleware`). *Which rows exist for this person?* is the `Scope`, made once per request by `scope_for` and handed
to selectors; `scoped` tells it to Postgres, whose row-level security stands behind (`guards.employer_isolation`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db import connection
from django.utils.translation import gettext as _
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from tpa.foundation.audit import Actor
from tpa.foundation.errors import Refused
from tpa.foundation.models.users import EMPLOYER_ROLES, TPA_ROLES, Role, RoleGrant

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from tpa.foundation.models.users import User

_Door = TypeVar("_Door", bound=Callable[..., Any])

ANYONE: Final = frozenset({"anyone"})
"""Declared by the few doors that need no sign-in."""

EVERY_ROLE: Final = frozenset(Role)
STAFF: Final = TPA_ROLES
"""The roles of people who work at the TPA."""
CLAIMS_STAFF: Final = TPA_ROLES - {Role.SETUP}
"""The roles of people who may see claims."""
EMPLOYER_PEOPLE: Final = EMPLOYER_ROLES


@dataclass(frozen=True, slots=True)
class Scope:
    """What exists for one person (or system) during one request.

    `employer_ids` counts only where `sees_all_employers` is false. `sees_claims`: may see whose claims and diagnoses;
    employers never do (45 CFR 164.504(f)). `sees_ssn`: may see whole Social Security and bank numbers.
    """

    actor: Actor
    user_id: int | None = None
    roles: frozenset[str] = frozenset()
    sees_all_employers: bool = False
    employer_ids: frozenset[int] = frozenset()
    sees_claims: bool = False
    sees_ssn: bool = False
    # Which roles are held for which employer, for people who hold different ones.
    roles_at: frozenset[tuple[str, int]] = field(default=frozenset(), repr=False)

    def sees(self, employer_id: int) -> bool:
        """Do this employer's rows exist for the person?"""
        return self.sees_all_employers or employer_id in self.employer_ids

    def has_any(self, *roles: str) -> bool:
        """Does the person hold one of these roles?"""
        return not self.roles.isdisjoint(roles)

    def narrowed_to(self, roles: frozenset[str]) -> Scope:
        """The same person, with the employers for whom one of these roles is held: HR of one employer who is finance
        of another sees the first one's members only."""
        if self.sees_all_employers:
            return self
        held_for = frozenset(employer_id for role, employer_id in self.roles_at if role in roles)
        return replace(self, employer_ids=held_for)

    @property
    def setting(self) -> str:
        """The scope as row-level security reads it: '*', '3,17' or ''."""
        return "*" if self.sees_all_employers else ",".join(map(str, sorted(self.employer_ids)))


NOBODY: Final = Scope(actor=Actor.system("nobody"))


def system_scope(name: str) -> Scope:
    """The scope of our own work, that sees everything: `system_scope("payments")`."""
    return Scope(actor=Actor.system(name), sees_all_employers=True, sees_claims=True, sees_ssn=True)


def scope_for(user: User | AnonymousUser) -> Scope:
    """The scope of a user, from the grants in force at this moment (one query). Nobody's, for who is not signed in."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    grants = list(RoleGrant.objects.in_force().filter(user_id=user.pk).values_list("role", "employer_id", "sees_ssn"))
    roles = frozenset(role for role, _employer_id, _sees_ssn in grants)
    return Scope(
        actor=Actor.user(user.pk),
        user_id=user.pk,
        roles=roles,
        sees_all_employers=any(employer_id is None for _role, employer_id, _sees_ssn in grants),
        employer_ids=frozenset(employer_id for _role, employer_id, _sees_ssn in grants if employer_id is not None),
        sees_claims=not roles.isdisjoint(CLAIMS_STAFF | {Role.PARTNER}),
        sees_ssn=any(sees_ssn for _role, _employer_id, sees_ssn in grants),
        roles_at=frozenset((role, employer_id) for role, employer_id, _sees_ssn in grants if employer_id is not None),
    )


def requires(*roles: str) -> Callable[[_Door], _Door]:
    """Declares, on a view function, view class or API view class, the roles that may pass: one of them is enough.

    It only declares; `web.middleware.RoleMiddleware` and `api.views.RolePermission` check.
    """
    if not roles:
        raise ValueError("name the roles, or say open_to_anyone")
    unknown = set(roles) - set(Role)
    if unknown:
        raise ValueError(f"no such roles: {sorted(unknown)}")
    return _declare(frozenset(Role(role) for role in roles))


def open_to_anyone(view: _Door) -> _Door:
    """Declares that a door needs no sign-in."""
    return _declare(ANYONE)(view)


def required_roles(view: Callable[..., Any]) -> frozenset[str] | None:
    """What a view (as the URL resolver has it) declares: roles, `ANYONE`, or None when nothing is declared."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        declared: frozenset[str] | None = getattr(holder, "steward_roles", None)
        if declared is not None:
            return declared
    if hasattr(view, "model_admin") or hasattr(view, "admin_site"):
        return _SETUP
    package = next((name for name in _NOT_OURS if f"{view.__module__}.".startswith(f"{name}.")), None)
    return _NOT_OURS[package] if package else None


def check_role(scope: Scope, *roles: str) -> None:
    """Raises `Refused` unless the person holds one of the roles: for verbs that only some may call on some rows."""
    if not scope.has_any(*roles):
        raise Refused("access.role", _("Your role does not allow this."))


@contextmanager
def scoped(scope: Scope) -> Iterator[None]:
    """Inside, the database session shows the rows of this scope, and what follows in the audit trail is in its name.

    May be nested; restores what was before. A connection that is opened anew inside gets the setting too.
    """
    before = _current.get()
    token = _current.set(scope)
    _tell_postgres(scope)
    try:
        yield
    finally:
        _current.reset(token)
        _tell_postgres(before)


def scope_of(request: Any) -> Scope:
    """The scope of a request, plain or of the API."""
    scope: Scope = request.scope
    return scope


def become(scope: Scope, roles: frozenset[str]) -> Scope:
    """Inside `scoped(...)`, for a door that knows only now who came, and by which roles: from here to the end of that
    block it is this scope, with the employers for whom one of the roles is held. Returns it."""
    narrower = scope.narrowed_to(roles)
    if narrower.setting != _current.get().setting:
        _tell_postgres(narrower)
    _current.set(narrower)
    return narrower


def current_scope() -> Scope:
    """The scope inside which we are; `NOBODY` outside of any."""
    return _current.get()


def tell_new_connection(connection: Any, **_signal: Any) -> None:
    """Signal receiver: a connection opened inside a scope starts with that scope."""
    scope = _current.get()
    if scope.setting:
        with connection.cursor() as cursor:
            cursor.execute(_SET, [scope.setting])


_SETUP: Final = frozenset({Role.SETUP})
# Doors that other packages bring and that can not be marked.
_NOT_OURS: Final[dict[str, frozenset[str]]] = {
    "allauth": ANYONE,
    "oauth2_provider.views.base": ANYONE,
    "drf_spectacular": ANYONE,
    "django.contrib.staticfiles": ANYONE,
    "django.views.i18n": ANYONE,
    "django.views.static": ANYONE,
    "django.contrib.admin": _SETUP,
    "django.contrib.contenttypes": _SETUP,
}
_current: ContextVar[Scope] = ContextVar("scope", default=NOBODY)
_SET: Final = "SELECT set_config('steward.employers', %s, false)"


def _declare(roles: frozenset[str]) -> Callable[[_Door], _Door]:
    def mark(view: _Door) -> _Door:
        view.steward_roles = roles  # type: ignore[attr-defined]
        return view

    return mark


def _tell_postgres(scope: Scope) -> None:
    if connection.connection is None and not scope.setting:
        return
    if connection.connection is not None and _is_aborted():
        # The rollback that must follow puts the setting back to what it was when the transaction began.
        return
    with connection.cursor() as cursor:
        cursor.execute(_SET, [scope.setting])


def _is_aborted() -> bool:
    return bool(
        connection.connection.closed or connection.connection.get_transaction_status() == TRANSACTION_STATUS_INERROR
    )
