"""What we agreed, bill and answer for."""

from tpa.models.billing import Charge, Invoice, InvoiceClaim, InvoiceLine, InvoiceMember, MonthClose
from tpa.models.contracts import Contract, ContractFee, ContractVersion
from tpa.models.receivables import InvoiceSettlement, Receipt, Reminder, ShortPayment, WriteOff, WriteOffApproval
from tpa.models.stoploss_terms import (
    StopLossCoverage,
    StopLossFactor,
    StopLossLaser,
    StopLossPolicy,
    StopLossTrigger,
)
from tpa.models.stoploss_work import (
    StopLossNotice,
    StopLossReceipt,
    StopLossRequest,
    StopLossRequestClaim,
    StopLossStanding,
)

__all__ = [
    "Charge",
    "Contract",
    "ContractFee",
    "ContractVersion",
    "Invoice",
    "InvoiceClaim",
    "InvoiceLine",
    "InvoiceMember",
    "InvoiceSettlement",
    "MonthClose",
    "Receipt",
    "Reminder",
    "ShortPayment",
    "StopLossCoverage",
    "StopLossFactor",
    "StopLossLaser",
    "StopLossNotice",
    "StopLossPolicy",
    "StopLossReceipt",
    "StopLossRequest",
    "StopLossRequestClaim",
    "StopLossStanding",
    "StopLossTrigger",
    "WriteOff",
    "WriteOffApproval",
]
