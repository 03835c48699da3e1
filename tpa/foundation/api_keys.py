"""API keys of partner systems: issued once in clear, kept as a hash, replaced with overlap, revoked at once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tpa.foundation import audit
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.models.users import ApiKey, User

MARK: Final = "stw_"
_USE_NOTED_EVERY: Final = timedelta(minutes=1)


@transaction.atomic
def issue(
    *, user: User, name: str, scopes: Iterable[str], by: Actor, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key for a user's system, and its secret, which nobody can ask for again. Raises `Invalid` on a scope that
    does not exist.

    The secret is 256 random bits, so that a plain SHA-256 keeps it (a slow hash guards guessable passwords).
    """
    wanted = sorted(set(scopes))
    existing = cast("dict[str, str]", settings.OAUTH2_PROVIDER["SCOPES"])
    unknown = [scope for scope in wanted if scope not in existing]
    if unknown:
        raise Invalid("api_key.scope", _("There are no such scopes: %(scopes)s.") % {"scopes": ", ".join(unknown)})
    prefix = MARK + secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        user=user, name=name, prefix=prefix, secret_hash=_hash(secret), scopes=wanted, expires_at=expires_at
    )
    audit.record("foundation.apikey.issued", by=by, about=key, detail={"scopes": wanted, "user": user.pk})
    return key, secret


@transaction.atomic
def revoke(*, key: ApiKey, by: Actor, because: str = "") -> None:
    """From the next request on the key opens nothing. Revoking twice changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        audit.record("foundation.apikey.revoked", by=by, about=key, because=because)


def find(secret: str) -> ApiKey | None:
    """The key in force that a secret opens, with its user; notes its use (once a minute at most)."""
    prefix, _, rest = secret.removeprefix(MARK).partition("_")
    now = timezone.now()
    key = (
        ApiKey.objects.select_related("user")
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), prefix=MARK + prefix, revoked_at__isnull=True)
        .first()
    )
    if key is None or not rest or not hmac.compare_digest(key.secret_hash, _hash(secret)):
        return None
    if key.last_used_at is None or now - key.last_used_at > _USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
