"""What happened: claims, what was decided of them, and what was paid."""

from claims.models.authorizations import Authorization
from claims.models.bank import (
    AccountType,
    AchFile,
    BankTerms,
    MemberAccount,
    PaymentInstrument,
    PositivePayFile,
    ReceivingAccount,
    ReturnEntry,
    ReturnFile,
)
from claims.models.bank_statements import (
    BankAccount,
    BankException,
    BankFile,
    BankLine,
    BankMatch,
    BankMatchPart,
    BankPostingRule,
    BankStatement,
    Reconciliation,
)
from claims.models.claim import Claim, ClaimEvent, ClaimNote
from claims.models.decision import AccumulatorEntry, ClaimLine, Decision
from claims.models.payments import Payment, PaymentInstruction, PaymentItem, PaymentRun
from claims.models.prior_credit import PriorCredit
from claims.models.recoveries import (
    Overpayment,
    OverpaymentEntry,
    OverpaymentLine,
    PaymentAdjustment,
    RecoveryTerms,
)
from claims.models.remittances import PriorRemittance, WaitingRemittance
from claims.models.reprocessing import Reprocessing, ReprocessingClaim
from claims.models.review import Pend, Resolution
from claims.models.third_party import (
    SubrogationTerms,
    ThirdParty,
    ThirdPartyCase,
    ThirdPartyClaim,
    ThirdPartyReceipt,
    ThirdPartyShare,
    ThirdPartyStep,
)
from claims.models.trials import WhatIf, WhatIfPiece

__all__ = [
    "AccountType",
    "AccumulatorEntry",
    "AchFile",
    "Authorization",
    "BankAccount",
    "BankException",
    "BankFile",
    "BankLine",
    "BankMatch",
    "BankMatchPart",
    "BankPostingRule",
    "BankStatement",
    "BankTerms",
    "Claim",
    "ClaimEvent",
    "ClaimLine",
    "ClaimNote",
    "Decision",
    "MemberAccount",
    "Overpayment",
    "OverpaymentEntry",
    "OverpaymentLine",
    "Payment",
    "PaymentAdjustment",
    "PaymentInstruction",
    "PaymentInstrument",
    "PaymentItem",
    "PaymentRun",
    "Pend",
    "PositivePayFile",
    "PriorCredit",
    "PriorRemittance",
    "ReceivingAccount",
    "Reconciliation",
    "RecoveryTerms",
    "Reprocessing",
    "ReprocessingClaim",
    "Resolution",
    "ReturnEntry",
    "ReturnFile",
    "SubrogationTerms",
    "ThirdParty",
    "ThirdPartyCase",
    "ThirdPartyClaim",
    "ThirdPartyReceipt",
    "ThirdPartyShare",
    "ThirdPartyStep",
    "WaitingRemittance",
    "WhatIf",
    "WhatIfPiece",
]
