"""How allauth signs people in here: nobody signs up, secrets lie encrypted, every attempt is in the audit trail."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from tpa.foundation import audit
from tpa.foundation.audit import Actor
from tpa.foundation.encryption import decrypt, encrypt
from tpa.foundation.models.users import User

SECRETS: Final = "mfa.authenticator.secret"


def has_second_factor(user: User | AbstractBaseUser | AnonymousUser) -> bool:
    """Has the user an authenticator app or a passkey? Recovery codes alone do not count."""
    return Authenticator.objects.filter(
        user_id=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    ).exists()


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by set-up staff; whoever signs in, fails to or signs out is recorded."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        audit.record("foundation.user.signed_in", by=Actor.user(user.pk), about=user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        # The address that was typed is not recorded: people type their password into the wrong field.
        user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        audit.record("foundation.user.sign_in_failed", by=Actor.system("sign_in"), about=user)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        if isinstance(user, User):
            audit.record("foundation.user.signed_out", by=Actor.user(user.pk), about=user)
        super().logout(request)


class MFAAdapter(DefaultMFAAdapter):
    """The secrets of authenticator apps and recovery codes lie encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return encrypt(text, context=SECRETS)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, context=SECRETS)

    def get_totp_issuer(self) -> str:
        return "Steward"
