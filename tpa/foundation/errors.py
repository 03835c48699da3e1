"""What a verb raises when it refuses: few kinds, a stable code for machines, a sentence for people.

Business outcomes (a claim denied, a file with findings) are data and never raised. Doors translate these errors:
screens show the message, the API answers a problem (RFC 9457) with the kind's HTTP status.
"""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """Raised as one of its kinds.

    `code` is stable, lower case and dotted (`claim.already_paid`); `message` is one translated sentence without PHI;
    `extra` holds plain values that help to act on it (they go to the API, so no PHI either).
    """

    status: ClassVar[int] = 400

    def __init__(self, code: str, message: Any, **extra: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.extra = extra

    def __str__(self) -> str:
        return str(self.message)


class NotFound(DomainError):
    """There is no such thing, or none that this person may know of: the two are told apart by nobody."""

    status = 404


class Refused(DomainError):
    """The person may see it but may not do this: role, authority limit, four eyes."""

    status = 403


class Conflict(DomainError):
    """It stands differently by now: another status, a newer revision, a twin under way."""

    status = 409


class Invalid(DomainError):
    """What was asked for can not be: the values contradict the rules."""

    status = 422
