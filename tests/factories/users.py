"""Invented people with roles, and the database role under which the web runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from allauth.mfa.models import Authenticator
from django.db import connection

from tpa.foundation.access import Scope, scope_for, scoped
from tpa.foundation.models import Role, RoleGrant, User

_number = count(1)


def make_user(
    *roles: str,
    employer_id: int | None = None,
    sees_ssn: bool = False,
    email: str | None = None,
    password: str | None = None,
    second_factor: bool = True,
) -> User:
    """A user who holds these roles; employer roles for the employer given. With a second factor that opens nothing, or
    every door would send them to make one."""
    number = next(_number)
    user = User.objects.create_user(email or f"person{number}@example.org", password, full_name=f"Person {number}")
    if second_factor:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    for role in roles:
        of_employer = employer_id if role in (Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE, Role.PARTNER) else None
        RoleGrant.objects.create(user=user, role=role, employer_id=of_employer, sees_ssn=sees_ssn)
    return user


def make_scope(*roles: str, employer_id: int | None = None, sees_ssn: bool = False) -> Scope:
    """The scope of such a user."""
    return scope_for(make_user(*roles, employer_id=employer_id, sees_ssn=sees_ssn))


@contextmanager
def as_web(scope: Scope) -> Iterator[None]:
    """As a web process serves this scope: under the role `steward_web`, which row-level security binds."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE steward_web")
    try:
        with scoped(scope):
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
