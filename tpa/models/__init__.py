"""What we agreed, bill and answer for."""

from tpa.models.billing import Charge, Invoice, InvoiceClaim, InvoiceLine, InvoiceMember, MonthClose
from tpa.models.contracts import Contract, ContractFee, ContractVersion

__all__ = [
    "Charge",
    "Contract",
    "ContractFee",
    "ContractVersion",
    "Invoice",
    "InvoiceClaim",
    "InvoiceLine",
    "InvoiceMember",
    "MonthClose",
]
