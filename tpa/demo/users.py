"""The people who sign in to the demonstration world."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.hashers import make_password

from tpa.demo.cast import PASSWORD, USERS, DemoUser
from tpa.foundation.audit import Actor
from tpa.foundation.grants import grant_role
from tpa.foundation.models import Role, User


@cache
def _hash() -> str:
    """Of the common password, made once: a dozen of them would take seconds."""
    return make_password(PASSWORD)


def add_user(one: DemoUser) -> User:
    """A user with the common password (a partner's system has none: it comes with a key)."""
    user = User.objects.create_user(one.email, None, full_name=one.name)
    if one.role != Role.PARTNER:
        user.password = _hash()
        user.save(update_fields=["password"])
    return user


def build_users(employer_ids: dict[str, int], by: Actor) -> None:
    """Everybody with the role; employer roles at the employer with the code."""
    there = set(User.objects.values_list("email", flat=True))
    for one in USERS:
        user = User.objects.get(email=one.email) if one.email in there else add_user(one)
        grant_role(
            user=user,
            role=one.role,
            employer_id=employer_ids[one.employer_code] if one.employer_code else None,
            sees_ssn=one.sees_ssn,
            by=by,
            because="demonstration",
        )
