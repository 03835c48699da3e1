"""Fields that are stored encrypted (SSN, bank numbers) and the keyed index by which they can still be found.

AES-256-GCM, one random nonce a value. `settings.FIELD_KEY` is a ring: secrets separated by commas, the first one
encrypts, the others still decrypt. A stored value names its key, so a rotation can be done while the house is open:
put the new secret in front, run `rotate_field_keys`, then drop the old secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models

_MARK = "e1"
_NONCE_BYTES = 12


class UnreadableValue(Exception):
    """A stored value that no key of the ring opens: a lost key, damage, or a value copied from another column."""


class _Key(NamedTuple):
    name: str
    cipher: AESGCM
    index_secret: bytes


def encrypt(text: str, *, context: str) -> str:
    """The stored form of a text: `e1.<key>.<base64 of nonce, ciphertext and tag>`.

    `context` names the place it belongs to (`employers.member.ssn`); it is authenticated, so that a value moved to
    another column does not open. An empty text stays empty: that nothing is there is no secret.
    Source of the construction: NIST SP 800-38D.
    """
    if not text:
        return ""
    key = _ring()[0]
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + key.cipher.encrypt(nonce, text.encode(), context.encode())
    return f"{_MARK}.{key.name}.{base64.b64encode(sealed).decode()}"


def decrypt(stored: str, *, context: str) -> str:
    """The text that `encrypt` was given. Raises `UnreadableValue`; the message never holds the value."""
    if not stored:
        return ""
    mark, _, rest = stored.partition(".")
    name, _, body = rest.partition(".")
    key = next((key for key in _ring() if key.name == name), None)
    if mark != _MARK or key is None:
        raise UnreadableValue(f"{context}: no key of the ring is called {name[:16]!r}")
    try:
        sealed = base64.b64decode(body, validate=True)
        return key.cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode()).decode()
    except (InvalidTag, ValueError):
        raise UnreadableValue(f"{context}: the value is damaged or belongs to another column") from None


def is_stale(stored: str) -> bool:
    """True when a stored value was encrypted under another key than the one that encrypts now."""
    return bool(stored) and not stored.startswith(f"{_MARK}.{_ring()[0].name}.")


def blind_index(text: str, *, context: str) -> str:
    """What is stored beside an encrypted value so that it can be found: HMAC-SHA-256, 64 hexadecimal characters.

    The same text gives the same index; the index gives the text to nobody who lacks the key. Empty gives empty.
    Give every text in one form (digits only, say), else it is not found again.
    """
    return _index(text, context, _ring()[0])


def blind_indexes(text: str, *, context: str) -> list[str]:
    """The indexes of a text under every key of the ring, to search with while a rotation is under way."""
    return [_index(text, context, key) for key in _ring()] if text else []


class EncryptedTextField(models.TextField):
    """A text that the database only holds encrypted. It cannot be searched; keep a `blind_index` beside it.

    Reads and writes plain text. Rows written by `COPY` call `encrypt(text, context=field.context)` themselves.
    `context` is `<app>.<model>.<field>` unless given (give it when a model is renamed).
    """

    def __init__(self, *args: Any, context: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._given_context = context

    @property
    def context(self) -> str:
        return self._given_context or f"{self.model._meta.label_lower}.{self.name}"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self._given_context:
            kwargs["context"] = self._given_context
        return name, path, args, kwargs

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        prepared = super().get_db_prep_save(value, connection)
        return encrypt(prepared, context=self.context) if isinstance(prepared, str) else prepared

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value is None else decrypt(value, context=self.context)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.context} is encrypted: search its blind index")
        return super().get_lookup(lookup_name)


def _index(text: str, context: str, key: _Key) -> str:
    if not text:
        return ""
    return hmac.new(key.index_secret, f"{context}\0{text}".encode(), hashlib.sha256).hexdigest()


def _ring() -> tuple[_Key, ...]:
    return _ring_of(settings.FIELD_KEY)


@lru_cache(maxsize=4)
def _ring_of(secrets: str) -> tuple[_Key, ...]:
    ring = tuple(_key_of(secret.strip()) for secret in secrets.split(",") if secret.strip())
    if not ring:
        raise ImproperlyConfigured("STEWARD_FIELD_KEY is empty: without it nothing can be encrypted")
    return ring


def _key_of(secret: str) -> _Key:
    if len(secret) < 32:
        raise ImproperlyConfigured("each secret in STEWARD_FIELD_KEY needs at least 32 characters")

    def derive(purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"steward " + purpose).derive(secret.encode())

    return _Key(derive(b"key name").hex()[:8], AESGCM(derive(b"field encryption")), derive(b"blind index"))
