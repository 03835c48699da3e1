"""What we agreed, bill and answer for."""

from tpa.models.billing import Invoice, InvoiceClaim, InvoiceLine, InvoiceMember, MonthClose
from tpa.models.contracts import Contract, ContractFee

__all__ = [
    "Contract",
    "ContractFee",
    "Invoice",
    "InvoiceClaim",
    "InvoiceLine",
    "InvoiceMember",
    "MonthClose",
]
