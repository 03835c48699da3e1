"""The tables of the ground, one module each."""

from tpa.foundation.models.audit import AuditEvent
from tpa.foundation.models.authority import ApprovalLimit
from tpa.foundation.models.codes import Code, CodeSet
from tpa.foundation.models.edi import Document, EdiFile, Interchange, TransactionSet
from tpa.foundation.models.idempotency import IdempotentAnswer
from tpa.foundation.models.parameters import LegalParameter, Unit
from tpa.foundation.models.service_bars import ServiceBar
from tpa.foundation.models.users import ApiKey, Role, RoleGrant, User
from tpa.foundation.models.work import WorkChunk

__all__ = [
    "ApiKey",
    "ApprovalLimit",
    "AuditEvent",
    "Code",
    "CodeSet",
    "Document",
    "EdiFile",
    "IdempotentAnswer",
    "Interchange",
    "LegalParameter",
    "Role",
    "RoleGrant",
    "ServiceBar",
    "TransactionSet",
    "Unit",
    "User",
    "WorkChunk",
]
