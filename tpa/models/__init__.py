"""What we agreed, bill and answer for."""

from tpa.models.billing import Charge, Invoice, InvoiceClaim, InvoiceLine, InvoiceMember, MonthClose
from tpa.models.contracts import Contract, ContractFee, ContractVersion
from tpa.models.disputes import DisputeNote, InvoiceDispute
from tpa.models.guarantees import AuditSample, Guarantee, GuaranteeResult, ReportDelivery
from tpa.models.licences import IndirectCompensation, Licence, LicenceExemption, RenewalNotice, RenewalTask
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
    "AuditSample",
    "Charge",
    "Contract",
    "ContractFee",
    "ContractVersion",
    "DisputeNote",
    "Guarantee",
    "GuaranteeResult",
    "IndirectCompensation",
    "Invoice",
    "InvoiceClaim",
    "InvoiceDispute",
    "InvoiceLine",
    "InvoiceMember",
    "InvoiceSettlement",
    "Licence",
    "LicenceExemption",
    "MonthClose",
    "Receipt",
    "Reminder",
    "RenewalNotice",
    "RenewalTask",
    "ReportDelivery",
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
