"""Roles given and taken away. Rows are revoked, never deleted; who did it and why stands in the audit trail."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation import audit
from tpa.foundation.audit import Actor, Subjects
from tpa.foundation.errors import Conflict, Invalid
from tpa.foundation.models.users import EMPLOYER_ROLES, TPA_ROLES, Role, RoleGrant, User


@transaction.atomic
def grant_role(
    *, user: User, role: str, by: Actor, employer_id: int | None = None, sees_ssn: bool = False, because: str = ""
) -> RoleGrant:
    """Gives a user a role: an employer role for one employer, a TPA role for all, a partner for one or all.

    Counts at the user's next request. Raises `Invalid` where role and employer do not fit, `Conflict` where it is held.
    """
    if (role in TPA_ROLES and employer_id is not None) or (role in EMPLOYER_ROLES and employer_id is None):
        raise Invalid("role.employer", _("Employer roles name one employer; roles at the TPA name none."))
    # Of two who give the same role at once the second waits here and then sees the first one's row.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.grants.in_force().filter(role=role, employer_id=employer_id).exists():
        raise Conflict("role.held", _("This user holds that role already."))
    grant = RoleGrant.objects.create(
        user=user, role=Role(role), employer_id=employer_id, sees_ssn=sees_ssn, granted_at=timezone.now()
    )
    _record("granted", grant, by, because)
    return grant


@transaction.atomic
def revoke_role(*, grant: RoleGrant, by: Actor, because: str) -> None:
    """Takes a role away from the user's next request on. Revoking what is revoked changes nothing."""
    if RoleGrant.objects.in_force().filter(pk=grant.pk).update(revoked_at=timezone.now()):
        _record("revoked", grant, by, because)


def _record(what: str, grant: RoleGrant, by: Actor, because: str) -> None:
    audit.record(
        f"foundation.rolegrant.{what}",
        by=by,
        about=Subjects("foundation.user", (grant.user_id,), grant.employer_id),
        because=because,
        detail={"role": str(grant.role), "sees_ssn": grant.sees_ssn, "grant": grant.pk},
    )
