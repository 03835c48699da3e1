"""People and partner systems that act, the roles they hold, and the keys with which systems come in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does here. What a role may do is declared at each door (`access.requires`)."""

    EXAMINER = "examiner", _("examiner")
    SENIOR_EXAMINER = "senior_examiner", _("senior examiner")
    TPA_MANAGER = "tpa_manager", _("TPA manager")
    AUDITOR = "auditor", _("auditor")
    SETUP = "setup", _("set-up")
    EMPLOYER_HR = "employer_hr", _("employer HR")
    EMPLOYER_FINANCE = "employer_finance", _("employer finance")
    PARTNER = "partner", _("partner system")


TPA_ROLES = frozenset({Role.EXAMINER, Role.SENIOR_EXAMINER, Role.TPA_MANAGER, Role.AUDITOR, Role.SETUP})
EMPLOYER_ROLES = frozenset({Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE})


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail address is kept in lower case, for people do not know how they once wrote it."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user without any role. Without a password nobody can sign in with one (partner systems)."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user with the set-up role: Django's admin and nothing else."""
        user = self.create_user(email, password, **fields)
        RoleGrant.objects.create(user=user, role=Role.SETUP, granted_at=timezone.now())
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in by e-mail, or a partner's system. Rights come from `RoleGrant` only, at each request."""

    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("name"), max_length=120, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case")]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        return str(self)

    @property
    def is_staff(self) -> bool:
        """May enter Django's admin: that is set-up staff only."""
        return self.has_role(Role.SETUP)

    @property
    def is_superuser(self) -> bool:
        """Nobody is above the roles."""
        return False

    def has_role(self, role: str) -> bool:
        """Does the user hold this role now, for any employer?"""
        return self.is_active and self.grants.in_force().filter(role=role).exists()

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Django's admin asks this: set-up staff may, nobody else."""
        return self.is_staff

    def has_perms(self, perm_list: Any, obj: models.Model | None = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Grants; they are revoked and never deleted, so that it can be said who could do what, and when."""

    def in_force(self) -> RoleGrantQuerySet:
        """Those that count now."""
        return self.filter(revoked_at__isnull=True)


class RoleGrant(models.Model):
    """A role given to a user: TPA roles see all employers, employer roles exactly one, a partner one or all."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    # A plain number: the ground knows no employers.
    employer_id = models.BigIntegerField(null=True, blank=True, help_text=_("employers.Employer; empty: all of them"))
    sees_ssn = models.BooleanField(default=False, help_text=_("may see whole Social Security and bank numbers"))
    granted_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "employer_id"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="role_held_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(TPA_ROLES), employer_id__isnull=True)
                | Q(role__in=sorted(EMPLOYER_ROLES), employer_id__isnull=False)
                | Q(role=Role.PARTNER),
                name="role_fits_employer",
                violation_error_message=_("Employer roles name one employer; roles at the TPA name none."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class ApiKey(models.Model):
    """A key with which a partner's system comes in: shown once, kept as a hash. Two may overlap for a change."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True, help_text=_("the part that may be shown"))
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list, help_text=_("what the key may do, of what its user may do"))
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
